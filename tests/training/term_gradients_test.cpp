#include "training/term_gradients.h"

#include <ATen/ops/equal.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "math/torch_compat.h"
#include "tests/training/small_run.h"

namespace elbow {
namespace {

using testing::kGan;
using testing::kGaussian;
using testing::kVae;
using testing::small_session;

std::map<std::string, double> norms(Session& session, std::int64_t step = 0) {
  std::map<std::string, double> all;
  const Tensor x = session.examples(session.data().test, {0, 1, 2, 3, 4, 5, 6}, 1).x;
  for (const auto& [key, norm] : term_gradient_norms(session, x, step)) {
    if (key.starts_with("gradient_norm/")) all[key] = norm;
  }
  return all;
}

std::vector<Tensor> parameters_of(Session& session, const std::string& network) {
  std::vector<Tensor> all;
  for (const NamedTensor& p : session.networks().at(network).parameters()) all.push_back(p.tensor);
  return all;
}

/// The closed-form KL written out: ½ Σ (μ² + s² − 1 − ln s²), mean over the batch.
Tensor mean_kl(Session& session, const Tensor& x) {
  const Tensor out = session.networks().at("encoder").forward(x, Mode::eval);
  const Tensor mu = out.narrow(1, 0, 4), log_var = out.narrow(1, 4, 4);
  return (0.5 * (mu.square() + log_var.exp() - 1.0 - log_var)).sum(1).mean();
}

// The gradient of the same number written another way, and a finite difference along it.
TEST(TermGradients, OfTheKlAreThoseOfItsFormula) {
  const auto s = small_session(kVae);
  const Tensor x = s->examples(s->data().test, {0, 1, 2, 3, 4, 5, 6}, 1).x;
  const std::vector<Tensor> parameters = parameters_of(*s, "encoder");
  const std::vector<Tensor> gradient = gradients(mean_kl(*s, x), parameters);
  double squared = 0.0;
  for (const Tensor& g : gradient) squared += g.to(at::kDouble).square().sum().item<double>();
  const double norm = std::sqrt(squared);
  const double found = norms(*s).at("gradient_norm/encoder/elbo/kl");
  EXPECT_NEAR(found, norm, 1e-5 * norm);

  const NoGrad no_grad;
  const double h = 1e-2;
  const auto moved = [&](double by) {
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      parameters[i].add_(gradient[i], by / norm);
    }
    return mean_kl(*s, x).item<double>();
  };
  const double above = moved(h), below = moved(-2 * h);
  // Central difference: curvature h² and float32 rounding / h, each below a percent here.
  EXPECT_NEAR((above - below) / (2 * h), found, 0.02 * found);
}

TEST(TermGradients, OfThePenaltyAreThoseOfItsFormula) {
  const auto s = small_session(kGan);
  const Tensor x = s->examples(s->data().test, {0, 1, 2, 3, 4, 5, 6}, 1).x;
  const Tensor points = x.detach().clone().requires_grad_(true);
  const Tensor logits = s->networks().at("discriminator").forward(points, Mode::eval);
  const Tensor slope = gradients(logits.sum(), {points}, true)[0];
  double squared = 0.0;
  for (const Tensor& g :
       gradients((0.5 * slope.square().sum(1)).mean(), parameters_of(*s, "discriminator"))) {
    squared += g.to(at::kDouble).square().sum().item<double>();
  }
  const double found = norms(*s).at("gradient_norm/discriminator/penalty/r1");
  EXPECT_GT(found, 0.0);
  EXPECT_NEAR(found, std::sqrt(squared), 1e-5 * found);
}

// What pulls is told apart from how much it counts: no weight enters, not even 0.
TEST(TermGradients, AreThoseOfTheUnweightedTerms) {
  const auto one = norms(*small_session(kVae, {"objective.name=beta", "objective.beta=1"}));
  for (const char* beta : {"0", "8"}) {
    const auto other =
        norms(*small_session(kVae, {"objective.name=beta", std::string("objective.beta=") + beta}));
    EXPECT_EQ(other, one) << beta;
  }
  EXPECT_TRUE(one.contains("gradient_norm/decoder/elbo/reconstruction"));
  EXPECT_TRUE(one.contains("gradient_norm/encoder/elbo/reconstruction"));
  EXPECT_EQ(one.at("gradient_norm/decoder/elbo/kl"), 0.0);
}

TEST(TermGradients, APenaltysWeightDoesNotEnter) {
  std::string heavy = kGan;
  const std::string gamma = "gamma = 1.0";
  heavy.replace(heavy.find(gamma), gamma.size(), "gamma = 64.0");
  const auto found = norms(*small_session(kGan));
  EXPECT_EQ(norms(*small_session(heavy)), found);
  EXPECT_EQ(found.size(), 4u);  // real, fake and r1 of the discriminator; fake of the generator
}

// G8, with weights that are not 1.
TEST(TermGradients, OfTheTermsSumToThatOfTheLoss) {
  std::string heavy = kGan;
  const std::string gamma = "gamma = 1.0";
  heavy.replace(heavy.find(gamma), gamma.size(), "gamma = 64.0");
  std::map<std::string, double> all;
  for (const std::string& text : {std::string(kVae), std::string(kGaussian), heavy}) {
    const auto s = text == kVae ? small_session(kVae, {"objective.name=beta", "objective.beta=4"})
                                : small_session(text);
    const Tensor x = s->examples(s->data().test, {0, 1, 2, 3, 4, 5, 6}, 1).x;
    for (const auto& [key, value] : term_gradient_norms(*s, x, 0)) {
      if (key.starts_with("gradient_difference/")) all[text + key] = value;
    }
  }
  EXPECT_EQ(all.size(), 4u);  // two models, a discriminator and a generator
  for (const auto& [key, difference] : all) EXPECT_LT(difference, 2e-6) << key;
}

TEST(TermGradients, ChangeNothing) {
  for (const char* text : {kVae, kGaussian, kGan}) {
    const auto s = small_session(text);
    s->generators().at("latent");
    s->generators().at("penalty");
    std::vector<bool> states;
    bool odd = false;
    for (const auto& [name, network] : s->networks().all()) {
      for (const NamedTensor& p : network->parameters()) {
        p.tensor.requires_grad_(odd);
        odd = !odd;
        states.push_back(!odd);
      }
    }
    const std::string before = testing::weight_bytes(*s);
    const auto generators = s->generators().state();
    const auto first = norms(*s);
    ASSERT_FALSE(first.empty());
    EXPECT_EQ(norms(*s), first);
    EXPECT_EQ(testing::weight_bytes(*s), before);  // parameters and running statistics
    for (const auto& [name, state] : s->generators().state()) {
      EXPECT_TRUE(at::equal(state, generators.at(name))) << name;
    }
    std::size_t i = 0;
    for (const auto& [name, network] : s->networks().all()) {
      for (const NamedTensor& p : network->parameters()) {
        EXPECT_FALSE(p.tensor.grad().defined()) << name << p.name;
        EXPECT_EQ(p.tensor.requires_grad(), states[i++]) << name << p.name;
      }
    }
  }
}

TEST(TermGradients, AnExceptionLeavesTheStates) {
  const auto s = small_session(kVae);
  for (const Tensor& p : parameters_of(*s, "decoder")) p.requires_grad_(false);
  // Images of a wrong size.
  const Tensor wrong = s->examples(s->data().test, {0, 1}, 1).x.narrow(1, 0, 10);
  EXPECT_ANY_THROW(term_gradient_norms(*s, wrong, 0));
  for (const Tensor& p : parameters_of(*s, "decoder")) EXPECT_FALSE(p.requires_grad());
  for (const Tensor& p : parameters_of(*s, "encoder")) EXPECT_TRUE(p.requires_grad());
}

TEST(TermGradients, WithoutImagesThereAreNone) {
  const auto s = small_session(kVae);
  EXPECT_TRUE(term_gradient_norms(*s, {}, 0).empty());
}

}  // namespace
}  // namespace elbow
