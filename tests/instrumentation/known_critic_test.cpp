#include "instrumentation/known_critic.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "math/densities/expression.h"
#include "math/divergences/exact.h"
#include "math/gaussian_rule.h"
#include "math/numeric.h"
#include "objectives/registry.h"
#include "objectives/truth_identities.h"
#include "tests/support/identities.h"

namespace elbow {
namespace {

using Output = std::function<double(const double*)>;

std::vector<double> map(const PointsView& x, const Output& f) {
  std::vector<double> values;
  for (std::int64_t i = 0; i < x.size(); ++i) values.push_back(f(x.row(i)));
  return values;
}

/// Cross entropy, written out here: −ln σ(l), −ln σ(−l), minimum at l = ln p/q.
KnownCritic cross_entropy(const std::string& p, const std::string& q, const Output& l) {
  KnownCritic critic;
  critic.data = parse_density(p);
  critic.output = [l](const PointsView& x) { return map(x, l); };
  critic.parts = [](const std::vector<double>& outputs) {
    CriticParts parts;
    for (const double o : outputs) {
      parts.real.push_back(softplus(-o));
      parts.fake.push_back(softplus(o));
    }
    return parts;
  };
  critic.generator = [q] { return q.empty() ? nullptr : parse_density(q); };
  critic.optimal = [](const std::vector<double>& a, const std::vector<double>& b) {
    std::vector<double> best;
    for (std::size_t i = 0; i < a.size(); ++i) best.push_back(std::log(a[i]) - std::log(b[i]));
    return best;
  };
  return critic;
}

const std::string kP = "normal([0,1],[[1,0.4],[0.4,1]])", kQ = "normal([1,0],[[1.5,0],[0,0.8]])";

Output ratio(const std::string& p, const std::string& q) {
  const auto a = parse_density(p), b = parse_density(q);
  return [=](const double* x) { return a->log_density({x, 2}) - b->log_density({x, 2}); };
}

Values probed(const KnownCritic& critic, const Points& held_out = Points(0, 2)) {
  Values values;
  probe_critic(critic, held_out, values);
  return values;
}

TEST(KnownCritic, DivergencesAreThoseOfTheDensities) {
  const Values values = probed(cross_entropy(kP, kQ, [](const double*) { return 0.0; }));
  const auto exact = exact_divergences(*parse_density(kP), *parse_density(kQ), {});
  const auto expect = [&](const std::string& quantity, double tolerance) {
    for (const Finding& f : exact) {
      if (f.quantity != quantity) continue;
      EXPECT_NEAR(values["truth/" + quantity], f.estimate.value, tolerance) << quantity;
    }
  };
  expect("jensen_shannon", 1e-4);
  expect("le_cam", 1e-4);
  expect("total_variation", 5e-3);  // has a kink where p = q
}

TEST(KnownCritic, AnUndecidedCriticLosesTwoLnTwo) {
  const Values values = probed(cross_entropy(kP, kQ, [](const double*) { return 0.0; }));
  EXPECT_NEAR(values["truth/loss/discriminator"], 2.0 * kLn2, 1e-12);
  EXPECT_NEAR(values["truth/loss/discriminator/real"], kLn2, 1e-12);
}

// The objectives' own statements hold at the optimum and above it, at every critic.
TEST(KnownCritic, StatementsHoldForAnyCritic) {
  const auto identities = objective_entry("minimax").spec.identities;
  const Output r = ratio(kP, kQ);
  for (const double scale : {-3.0, 0.0, 0.5, 1.0, 2.0, 40.0}) {
    const Values values =
        probed(cross_entropy(kP, kQ, [=](const double* x) { return scale * r(x); }));
    int evaluated = 0;
    for (const CheckResult& check : testing::check(identities, values)) {
      if (check.id != "G30" && check.id != "G32") continue;
      EXPECT_EQ(check.verdict, Verdict::holds) << check.id << " at " << scale;
      ++evaluated;
      if (check.id == "G30") continue;
      if (scale == 1.0) {
        EXPECT_NEAR(check.residual, 0.0, 1e-3);
      } else {
        EXPECT_LT(check.residual, -1e-3) << scale;
      }
    }
    // Too sharp a critic is left out.
    EXPECT_GE(evaluated, std::abs(scale) <= 2.0 ? 2 : 1) << scale;
  }
}

TEST(KnownCritic, MistakesAreCaught) {
  const auto identities = objective_entry("minimax").spec.identities;
  // An optimum that is none, the logit of the share with half its slope: found wrong by G30, and by
  // a live critic that is better. A live loss halved, below the optimum.
  KnownCritic timid = cross_entropy(kP, kQ, ratio(kP, kQ));
  timid.optimal = [](const std::vector<double>& p, const std::vector<double>& q) {
    std::vector<double> half;
    for (std::size_t i = 0; i < p.size(); ++i) half.push_back(0.5 * std::log(p[i] / q[i]));
    return half;
  };
  testing::expect_caught(identities, probed(timid), "G30");
  testing::expect_caught(identities, probed(timid), "G32");
  Values halved = probed(cross_entropy(kP, kQ, ratio(kP, kQ)));
  halved.set("truth/loss/discriminator", 0.5 * halved["truth/loss/discriminator"]);
  testing::expect_caught(identities, halved, "G32");
}

/// The critic with its optimum at g of the two densities.
KnownCritic with_optimum(KnownCritic critic, const std::function<double(double, double)>& g) {
  critic.optimal = [g](const std::vector<double>& p, const std::vector<double>& q) {
    std::vector<double> best;
    for (std::size_t i = 0; i < p.size(); ++i) best.push_back(g(p[i], q[i]));
    return best;
  };
  return critic;
}

/// The critic with the losses of outputs on data and on samples.
KnownCritic with_losses(KnownCritic critic, const std::function<double(double)>& real,
                        const std::function<double(double)>& fake) {
  critic.parts = [=](const std::vector<double>& outputs) {
    CriticParts parts;
    for (const double o : outputs) {
      parts.real.push_back(real(o));
      parts.fake.push_back(fake(o));
    }
    return parts;
  };
  return critic;
}

// Least squares and hinge written out, each with its optimum and with p and q exchanged.
TEST(KnownCritic, OptimaOfOtherLossesHoldAndAnExchangeIsCaught) {
  const KnownCritic base = cross_entropy(kP, kQ, ratio(kP, kQ));
  const KnownCritic squares = with_losses(
      base, [](double o) { return 0.5 * (o - 1.0) * (o - 1.0); },
      [](double o) { return 0.5 * o * o; });
  const KnownCritic hinge = with_losses(
      base, [](double o) { return std::max(0.0, 1.0 - o); },
      [](double o) { return std::max(0.0, 1.0 + o); });
  const auto share = [](double p, double q) { return p / (p + q); };
  const auto sign = [](double p, double q) { return p > q ? 1.0 : -1.0; };
  const auto least_squares = objective_entry("least_squares").spec.identities;
  const auto hinges = objective_entry("hinge").spec.identities;
  const auto record = [](const KnownCritic& critic) {
    Values values = probed(critic);
    values.set("label/real", 1.0);
    values.set("label/fake", 0.0);
    return values;
  };
  int evaluated = 0;
  for (const auto& [identities, values] :
       {std::pair{least_squares, record(with_optimum(squares, share))},
        std::pair{hinges, record(with_optimum(hinge, sign))}}) {
    for (const CheckResult& check : testing::check(identities, values)) {
      if (!check.id.ends_with(".truth")) continue;
      EXPECT_EQ(check.verdict, Verdict::holds) << check.id << " " << check.residual;
      ++evaluated;
    }
  }
  EXPECT_EQ(evaluated, 2);
  const auto other_share = [](double p, double q) { return q / (p + q); };
  const auto other_sign = [](double p, double q) { return p > q ? -1.0 : 1.0; };
  testing::expect_caught(least_squares, record(with_optimum(squares, other_share)), "G33.truth");
  testing::expect_caught(hinges, record(with_optimum(hinge, other_sign)), "G34.truth");
}

TEST(KnownCritic, HeldOutDataAgreeWithQuadrature) {
  const Output l = [](const double* x) { return std::sin(x[0]) + 0.3 * x[1]; };
  const KnownCritic critic = cross_entropy(kP, "", l);
  const auto data = parse_density(kP);
  const Values values = probed(critic, draw(*data, 4000, 3, 1));
  const auto results = testing::check(known_critic_identities(), values);
  ASSERT_EQ(results.size(), 1u) << "no generator: only the real side is known";
  EXPECT_EQ(results[0].id, "G80.loss");
  EXPECT_EQ(results[0].verdict, Verdict::holds) << results[0].z;
  // Held-out data of another law.
  testing::expect_caught(known_critic_identities(),
                         probed(critic, draw(*parse_density(kQ), 4000, 3, 1)), "G80.loss");
}

// Eight narrow modes in one wide Gaussian: no rule over q sees them.
TEST(KnownCritic, NarrowModesInsideTheSamples) {
  std::string ring;
  for (int k = 0; k < 8; ++k) {
    const double angle = 0.25 * std::numbers::pi * k;
    ring += (k > 0 ? "," : "") + std::string("0.125*normal([") + std::to_string(std::cos(angle)) +
            "," + std::to_string(std::sin(angle)) + "],[[0.01,0],[0,0.01]])";
  }
  const Values values =
      probed(cross_entropy("mixture(" + ring + ")", "normal([0.1,0],[[1,0.2],[0.2,0.7]])",
                           [](const double*) { return 0.0; }));
  // elbow divergence, by adaptive quadrature in two dimensions.
  EXPECT_NEAR(values["truth/jensen_shannon"], 0.4377725318, 1e-4);
  EXPECT_NEAR(values["truth/le_cam"], 1.382353915, 3e-4);
  EXPECT_NEAR(values["truth/total_variation"], 0.7969051287, 1e-3);
}

// A critic that has found narrow modes bends more sharply than the samples are wide: what nodes of
// the samples say of it is right, or is not said.
TEST(KnownCritic, ASharpCriticInsideWideSamples) {
  const std::string q = "normal([0,0],[[0.49,0],[0,0.49]])";
  int said = 0;
  for (const double sd : {0.05, 0.1, 0.2, 0.3, 0.5, 0.7}) {
    std::string modes;
    for (int k = 0; k < 8; ++k) {
      const double angle = 0.25 * std::numbers::pi * k, variance = sd * sd;
      modes += (k > 0 ? "," : "") + std::string("0.125*normal([") +
               std::to_string(std::cos(angle)) + "," + std::to_string(std::sin(angle)) + "],[[" +
               std::to_string(variance) + ",0],[0," + std::to_string(variance) + "]])";
    }
    const std::string p = "mixture(" + modes + ")";
    const KnownCritic critic = cross_entropy(p, q, ratio(p, q));
    const Values values = probed(critic);
    const ExpectationRule fine = gaussian_rule(*parse_density(q), 0.04);
    const std::vector<double> fake = critic.parts(critic.output(fine.nodes)).fake;
    double expected = values["truth/loss/discriminator/real"];
    for (std::size_t i = 0; i < fake.size(); ++i) expected += fine.weights[i] * fake[i];
    if (!values.contains("truth/loss/discriminator")) continue;
    ++said;
    EXPECT_NEAR(values["truth/loss/discriminator"], expected, 1e-3) << sd;
  }
  EXPECT_GT(said, 0);
  EXPECT_LT(said, 6);
}

TEST(KnownCritic, LeavesOutWhatTheNodesDoNotResolve) {
  const Values values =
      probed(cross_entropy("normal([0,0],[[1,0],[0,1]])", "normal([0.4,0.4],[[0.01,0],[0,0.01]])",
                           [](const double*) { return 0.0; }));
  EXPECT_TRUE(values.contains("truth/loss/discriminator/real"));
  EXPECT_FALSE(values.contains("truth/jensen_shannon"));
}

TEST(KnownCritic, NothingFromOutputsThatAreNotFinite) {
  EXPECT_TRUE(
      probed(cross_entropy(kP, kQ, [](const double*) { return std::nan(""); })).all().empty());
}

TEST(AffineImage, IsTheLawOfALinearGenerator) {
  // b = (1, 2), W = [[1, 0, 2], [0.5, 1, 0]].
  const Points images({1, 2, 2, 2.5, 1, 3, 3, 2}, 2);
  const DensityPtr law = affine_image(images);
  ASSERT_NE(law, nullptr);
  EXPECT_EQ(law->mean(), (std::vector<double>{1, 2}));
  EXPECT_NEAR(law->covariance()(0, 0), 5.0, 1e-12);
  EXPECT_NEAR(law->covariance()(0, 1), 0.5, 1e-12);
  EXPECT_NEAR(law->covariance()(1, 1), 1.25, 1e-12);
  EXPECT_EQ(affine_image(Points({1, 2, 2, 3, 3, 4}, 2)), nullptr) << "samples on a line";
}

TEST(KnownCritic, EveryTermIsDeclaredAndEmitted) {
  const auto data = parse_density(kP);
  const Values values = probed(cross_entropy(kP, kQ, ratio(kP, kQ)), draw(*data, 10, 1, 1));
  std::set<std::string> declared, emitted;
  for (const TermSpec& term : known_critic_terms()) declared.insert(term.name);
  for (const auto& [key, moments] : values.all()) emitted.insert(key);
  EXPECT_EQ(declared, emitted);
}

}  // namespace
}  // namespace elbow
