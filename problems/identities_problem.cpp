// Every identity and range that a run is held to, for every registered component, on fixed inputs.
#include <map>

#include "instrumentation/identity_monitor.h"
#include "math/torch_compat.h"
#include "problems/checks.h"
#include "problems/tiny_world.h"
#include "training/evaluation.h"

namespace elbow::problems::identities {
namespace {

/// One combination of components.
struct Combination {
  std::string name;  // "elbo/gaussian.optimal", "hinge/r1"
  World world;
  std::vector<Spec> specs;
  std::vector<PhasePenalty> penalties;
};

/// Evaluates every phase as a logged step does and judges the record as a run does.
void check(Combination& c, Mode mode, const Checks& checks) {
  Values values;
  at::Generator noise = make_generator(29);
  for (const Phase& phase : c.world.objective->phases()) {
    const Context context = c.world.context(mode);
    Evaluation evaluation = c.world.objective->evaluate(phase, context);
    add_penalties(c.penalties, phase.name, evaluation, context, noise);
    add_to(values, phase_values(phase.name, evaluation));
  }
  RunInfo info;
  info.specs = c.specs;
  IdentityMonitor monitor;
  monitor.start(info);
  StepRecord record;
  record.values = values;
  monitor.step(record);
  for (CheckResult& result : record.checks) checks.emit(std::move(result));
}

/// The default value of each parameter; and where a text has choices, one set for each of them.
std::vector<std::pair<std::string, std::map<std::string, Value>>> variants(const Spec& spec) {
  std::vector<std::pair<std::string, std::map<std::string, Value>>> found;
  for (const ParameterSpec& p : spec.parameters)
    if (p.choices.size() > 1)
      for (const std::string& choice : p.choices)
        found.push_back({"." + choice, {{p.name, Value(choice)}}});
  if (found.empty()) found.push_back({"", {}});
  return found;
}

std::vector<Combination> vae_combinations(const ObjectiveEntry& objective, at::ScalarType type) {
  std::vector<Combination> all;
  for (const LikelihoodEntry& likelihood : likelihood_entries())
    for (const auto& [suffix, parameters] : variants(likelihood.spec)) {
      Combination c{
          .name = objective.spec.name + "/" + likelihood.spec.name + suffix,
          .world = World::vae(objective.spec.name, {likelihood.spec.name, parameters}, type),
          .specs = {objective.spec, likelihood.spec},
          .penalties = {}};
      for (const PriorEntry& prior : prior_entries()) c.specs.push_back(prior.spec);
      all.push_back(std::move(c));
    }
  return all;
}

std::vector<Combination> gan_combinations(const ObjectiveEntry& objective, at::ScalarType type) {
  std::vector<Combination> all;
  all.push_back({.name = objective.spec.name,
                 .world = World::gan(objective.spec.name, type),
                 .specs = {objective.spec},
                 .penalties = {}});
  for (const PenaltyEntry& penalty : penalty_entries()) {
    Combination c{.name = objective.spec.name + "/" + penalty.spec.name,
                  .world = World::gan(objective.spec.name, type),
                  .specs = {objective.spec, penalty.spec},
                  .penalties = {}};
    c.penalties.push_back(
        {.name = penalty.spec.name, .penalty = penalty.create(parameters_of(penalty.spec))});
    all.push_back(std::move(c));
  }
  return all;
}

void run(const ProblemContext& context, const Emit& emit) {
  const Checks checks(emit);
  for (const ObjectiveEntry& objective : objective_entries()) {
    context.progress(objective.spec.name);
    for (const at::ScalarType type : {at::kFloat, at::kDouble}) {
      const std::string precision = type == at::kFloat ? "float32" : "float64";
      std::vector<Combination> combinations = objective.spec.family == "vae"
                                                  ? vae_combinations(objective, type)
                                                  : gan_combinations(objective, type);
      for (Combination& c : combinations)
        check(c, Mode::train, checks.under(c.name).under(precision));
      for (Combination& c : combinations)
        check(c, Mode::eval, checks.under(c.name).under(precision).under("eval"));
    }
  }
}

}  // namespace

Problem entry() {
  return {.name = "identities",
          .summary = "every live identity and range of every registered component, fixed inputs",
          .truth = "algebra: both sides from the same tensors",
          .reference = "the specs of the components; docs/conventions.md",
          .run = run};
}

}  // namespace elbow::problems::identities
