// Every component, without naming one: parameters are read, terms are declared, specs are complete.
#include "objectives/registry.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <set>

#include "core/error.h"
#include "math/torch_compat.h"
#include "tests/support/gradients.h"
#include "tests/support/identities.h"
#include "tests/support/tiny_world.h"

namespace elbow {
namespace {

using testing::parameters_of;
using testing::World;

std::set<std::string> names(const std::vector<Term>& terms) {
  std::set<std::string> result;
  for (const Term& term : terms) {
    EXPECT_TRUE(result.insert(term.name).second) << term.name << " is emitted twice";
  }
  return result;
}

bool matches(const std::string& pattern, const std::string& name) {
  const bool family = pattern.size() > 2 && pattern.compare(pattern.size() - 2, 2, "/*") == 0;
  return family ? name.compare(0, pattern.size() - 1, pattern, 0, pattern.size() - 1) == 0
                : name == pattern;
}

/// Emitted and declared terms are the same.
void expect_declared(const std::set<std::string>& emitted, const std::vector<Spec>& specs) {
  for (const std::string& name : emitted) {
    int count = 0;
    for (const Spec& spec : specs)
      for (const TermSpec& term : spec.terms) count += matches(term.name, name) ? 1 : 0;
    EXPECT_EQ(count, 1) << name << " is emitted and declared " << count << " times";
  }
  for (const Spec& spec : specs)
    for (const TermSpec& term : spec.terms) {
      bool found = false;
      for (const std::string& name : emitted) found = found || matches(term.name, name);
      EXPECT_TRUE(found) << spec.name << " declares " << term.name << " and never emits it";
    }
}

void expect_all_read(const Spec& spec, const Parameters& parameters) {
  for (const ParameterSpec& p : spec.parameters)
    EXPECT_EQ(parameters.read().count(p.name), 1U) << spec.name << " never reads " << p.name;
  EXPECT_EQ(parameters.read().size(), spec.parameters.size());
}

std::set<std::string> emitted(const std::vector<Evaluation>& evaluations) {
  std::vector<Term> terms;
  std::set<std::string> keys;
  for (const Evaluation& e : evaluations) {
    terms.insert(terms.end(), e.terms.begin(), e.terms.end());
    EXPECT_TRUE(e.loss.defined());
    EXPECT_TRUE(keys.insert(e.loss_key).second);
  }
  for (const std::string& name : names(terms)) keys.insert(name);
  return keys;
}

TEST(Registry, EveryObjectiveEmitsWhatItDeclares) {
  for (const ObjectiveEntry& entry : objective_entries()) {
    SCOPED_TRACE(entry.spec.name);
    World world = World::of(entry.spec.name);
    std::vector<Spec> specs{entry.spec};
    if (entry.spec.family == "vae") specs.push_back(likelihood_entry("bernoulli").spec);
    std::vector<Evaluation> training;
    for (const Phase& phase : world.objective->phases())
      training.push_back(world.objective->evaluate(phase, world.context()));
    expect_declared(emitted(training), specs);
    expect_declared(emitted(world.objective->assess(world.context(Mode::train, false))), specs);
  }
}

TEST(Registry, EveryLikelihoodEmitsWhatItDeclares) {
  for (const LikelihoodEntry& entry : likelihood_entries())
    for (const ObjectiveEntry& objective : objective_entries()) {
      if (objective.spec.family != "vae") continue;
      SCOPED_TRACE(entry.spec.name + " under " + objective.spec.name);
      World world = World::vae(objective.spec.name, entry.spec.name);
      expect_declared(emitted(world.objective->assess(world.context())),
                      {objective.spec, entry.spec});
    }
}

TEST(Registry, EveryPenaltyEmitsWhatItDeclares) {
  for (const PenaltyEntry& entry : penalty_entries()) {
    SCOPED_TRACE(entry.spec.name);
    World world = World::gan();
    at::Generator noise = make_generator(3);
    const auto penalty = entry.create(parameters_of(entry.spec));
    for (const Mode mode : {Mode::train, Mode::eval}) {
      const Evaluation phase = world.evaluate(penalty->phase(), mode);
      const Evaluation added = penalty->evaluate(phase, world.context(mode), noise);
      expect_declared(names(added.terms), {entry.spec});
      if (!added.loss.defined()) continue;
      // First term: the penalty itself, whose weighted mean is what it adds to the loss.
      const double mean = added.terms.at(0).values.mean().item<double>();
      EXPECT_NEAR(added.loss.item<double>(), added.terms.at(0).weight * mean, 1e-5);
    }
  }
}

TEST(Registry, WeightedTermsDoNotDependOnInstruments) {
  for (const ObjectiveEntry& entry : objective_entries()) {
    SCOPED_TRACE(entry.spec.name);
    World with = World::of(entry.spec.name), without = World::of(entry.spec.name);
    for (int round = 0; round < 2; ++round)  // the second: the same numbers were drawn
      for (const Phase& phase : with.objective->phases()) {
        Evaluation a = with.objective->evaluate(phase, with.context(Mode::train, true));
        Evaluation b = without.objective->evaluate(phase, without.context(Mode::train, false));
        EXPECT_TRUE(a.loss.equal(b.loss));
        EXPECT_EQ(a.loss_key, b.loss_key);
        for (const Term& term : b.terms)
          EXPECT_TRUE(testing::term(a, term.name).values.equal(term.values)) << term.name;
        for (const Term& term : a.terms)
          if (term.weight != 0.0) {
            EXPECT_EQ(testing::term(b, term.name).weight, term.weight) << term.name;
          }
      }
  }
}

TEST(Registry, TermsAreOnePerSampleOrScalarsAndInsideTheirRange) {
  for (const ObjectiveEntry& entry : objective_entries()) {
    World world = World::of(entry.spec.name);
    for (const Evaluation& e : world.objective->assess(world.context())) {
      for (const Term& term : e.terms) {
        const std::int64_t dim = term.values.dim();
        const bool family = term.name.ends_with("/*");
        EXPECT_TRUE((family ? dim == 2 : dim <= 1) &&
                    (dim == 0 || term.values.size(dim - 1) == World::kBatch))
            << term.name << " " << shape_text(term.values);
      }
      for (const auto& [name, m] : phase_values("", e).moments)
        for (const TermSpec& spec : entry.spec.terms) {
          if (!matches(spec.name, name)) continue;
          if (spec.minimum) {
            EXPECT_GE(m.mean, *spec.minimum - 1e-6) << name;
          }
          if (spec.maximum) {
            EXPECT_LE(m.mean, *spec.maximum + 1e-6) << name;
          }
        }
    }
  }
}

TEST(Registry, EveryParameterIsRead) {
  for (const ObjectiveEntry& entry : objective_entries()) {
    const Parameters p = parameters_of(entry.spec);
    World world = World::vae();
    entry.create(p, {.likelihood = world.likelihood, .latent = 3, .data_dim = 12});
    expect_all_read(entry.spec, p);
  }
  for (const PenaltyEntry& entry : penalty_entries()) {
    const Parameters p = parameters_of(entry.spec);
    entry.create(p);
    expect_all_read(entry.spec, p);
  }
  for (const LikelihoodEntry& entry : likelihood_entries()) {
    const Parameters p = parameters_of(entry.spec);
    entry.create(p, 12);
    expect_all_read(entry.spec, p);
  }
  for (const DynamicsEntry& entry : dynamics_entries()) {
    const Parameters p = parameters_of(entry.spec);
    entry.create(p);
    expect_all_read(entry.spec, p);
  }
}

TEST(Registry, EveryIdentityIsEvaluatedAndHoldsOnEveryObjective) {
  for (const ObjectiveEntry& entry : objective_entries())
    for (const auto type : {at::kFloat, at::kDouble}) {
      SCOPED_TRACE(entry.spec.name);
      World world = World::of(entry.spec.name, type);
      for (int round = 0; round < 20; ++round) {  // fresh noise each time
        std::vector<std::pair<std::string, Evaluation>> evaluations;
        for (const Phase& phase : world.objective->phases())
          evaluations.emplace_back(phase.name, world.objective->evaluate(phase, world.context()));
        const Values values = testing::record(evaluations);
        testing::expect_all_hold(entry.spec.identities, values);
        if (type == at::kFloat) continue;
        for (const CheckResult& r : testing::check(entry.spec.identities, values)) {
          if (r.kind != IdentityKind::exact) continue;
          // 1e-10 relative in double, where a run in float32 allows 2e-5.
          EXPECT_LE(std::abs(r.residual), 5e-6 * r.tolerance) << r.id;
        }
      }
    }
}

/// Central differences of a loss in every parameter of a phase against its gradient. `loss` draws
/// the same noise at every call.
void expect_loss_gradient(const World& world, const Phase& phase,
                          const std::function<Tensor()>& loss) {
  const std::vector<Tensor> parameters = world.parameters(phase);
  const std::vector<Tensor> slopes = gradients(loss(), parameters);
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    Tensor parameter = parameters[i];
    const Tensor kept = parameter.detach().clone();
    const Tensor differences = testing::finite_difference(
        [&](const Tensor& value) {
          parameter.set_data(value.detach().clone());
          return loss().detach();
        },
        kept);
    parameter.set_data(kept);
    testing::expect_close(slopes[i], differences, 1e-5);
  }
}

TEST(Registry, EveryLossMatchesFiniteDifferencesInEveryParameter) {
  for (const ObjectiveEntry& entry : objective_entries()) {
    SCOPED_TRACE(entry.spec.name);
    World world = World::of(entry.spec.name, at::kDouble);
    for (const Phase& phase : world.objective->phases())
      expect_loss_gradient(world, phase, [&] {
        world.latent = make_generator(17);
        return world.objective->evaluate(phase, world.context(Mode::train, false)).loss;
      });
  }
}

TEST(Registry, EveryPenaltyMatchesFiniteDifferencesInEveryParameter) {
  for (const PenaltyEntry& entry : penalty_entries()) {
    SCOPED_TRACE(entry.spec.name);
    World world = World::gan("wasserstein", at::kDouble);
    const auto penalty = entry.create(parameters_of(entry.spec));
    const Evaluation phase = world.evaluate("discriminator");
    const auto loss = [&] {
      at::Generator noise = make_generator(3);
      return penalty->evaluate(phase, world.context(Mode::train, false), noise).loss;
    };
    if (loss().defined()) expect_loss_gradient(world, world.phase("discriminator"), loss);
  }
}

TEST(Registry, EverySpecIsComplete) {
  std::set<std::string> seen;
  for (const Spec& spec : component_specs()) {
    SCOPED_TRACE(spec.name);
    EXPECT_TRUE(seen.insert(std::string(to_string(spec.kind)) + "/" + spec.name).second);
    for (const std::string* text : {&spec.name, &spec.summary, &spec.equation, &spec.unicode,
                                    &spec.reference, &spec.convention, &spec.source})
      EXPECT_FALSE(text->empty());
    // The stem of the file is the name in the config.
    EXPECT_NE(spec.source.find("/" + spec.name + ".cpp"), std::string::npos) << spec.source;
    for (const TermSpec& t : spec.terms) {
      for (const std::string* text : {&t.name, &t.symbol, &t.latex, &t.unit, &t.reduction,
                                      &t.estimator, &t.meaning, &t.reference})
        EXPECT_FALSE(text->empty()) << t.name;
      EXPECT_TRUE(t.sign == "+" || t.sign == "-" || t.sign == "±") << t.name;
      EXPECT_EQ(t.sign == "+", t.minimum.has_value() && *t.minimum >= 0.0) << t.name;
      if (t.sign == "-") {
        EXPECT_TRUE(t.maximum && *t.maximum <= 0.0) << t.name;
      }
      if (t.equilibrium && t.minimum) {
        EXPECT_GE(*t.equilibrium, *t.minimum) << t.name;
      }
      if (t.equilibrium && t.maximum) {
        EXPECT_LE(*t.equilibrium, *t.maximum) << t.name;
      }
    }
    for (const ParameterSpec& p : spec.parameters) {
      EXPECT_FALSE(p.description.empty()) << p.name;
      EXPECT_FALSE(p.default_value.is_null()) << p.name;
    }
    std::set<std::string> ids;
    for (const IdentitySpec& i : spec.identities) {
      EXPECT_TRUE(ids.insert(i.id).second) << i.id;
      EXPECT_FALSE(i.statement.empty()) << i.id;
    }
  }
}

TEST(Registry, AnUnknownNameIsAUsageErrorThatListsTheKnownOnes) {
  try {
    objective_entry("elbw");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
    EXPECT_NE(std::string(error.what()).find("elbo"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("'elbw'"), std::string::npos);
  }
  EXPECT_THROW(penalty_entry(""), Error);
  EXPECT_THROW(likelihood_entry("gauss"), Error);
  EXPECT_THROW(dynamics_entry("elbo"), Error);
}

}  // namespace
}  // namespace elbow
