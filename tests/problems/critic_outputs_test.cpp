#include "problems/critic_outputs.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/numbers.h"

namespace elbow::problems {
namespace {

using testing::numbers;

double at(const Tensor& t, std::int64_t i) { return t[i].item<double>(); }

TEST(LossesAt, AreTheFormulasOnRawOutputs) {
  const double l = 0.7;
  const OutputLosses s = losses_at("non_saturating", numbers({l}));
  EXPECT_NEAR(at(s.real, 0), std::log1p(std::exp(-l)), 1e-14);
  EXPECT_NEAR(at(s.fake, 0), std::log1p(std::exp(l)), 1e-14);
  EXPECT_NEAR(at(s.generator, 0), std::log1p(std::exp(-l)), 1e-14);
  const OutputLosses h = losses_at("hinge", numbers({l}));
  EXPECT_NEAR(at(h.real, 0), 0.3, 1e-14);
  EXPECT_NEAR(at(h.fake, 0), 1.7, 1e-14);
  EXPECT_NEAR(at(h.generator, 0), -0.7, 1e-14);
}

TEST(OptimalOutput, IsTheClosedForm) {
  const Tensor p = numbers({0.3, 0.9, 1e-6}), q = numbers({0.6, 0.2, 1e-3});
  const Tensor logit = optimal_output("minimax", p, q), sign = optimal_output("hinge", p, q),
               share = optimal_output("least_squares", p, q);
  for (std::int64_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(at(logit, i), std::log(at(p, i) / at(q, i)), 1e-11);
    EXPECT_NEAR(at(sign, i), at(p, i) > at(q, i) ? 1.0 : -1.0, 1e-12);
    EXPECT_NEAR(at(share, i), at(p, i) / (at(p, i) + at(q, i)), 1e-12);
  }
}

TEST(OptimalOutput, GoesToTheLimitWhereOneSideIsAbsent) {
  const Tensor logit = optimal_output("minimax", numbers({1.0, 0.0}), numbers({0.0, 1.0}), 20.0);
  EXPECT_NEAR(at(logit, 0), 20.0, 1e-9);
  EXPECT_NEAR(at(logit, 1), -20.0, 1e-9);
}

TEST(UnconstrainedObjectives, LeaveOutThoseThatNeedAPenalty) {
  for (const std::string& name : unconstrained_objectives()) EXPECT_NE(name, "wasserstein");
  EXPECT_FALSE(unconstrained_objectives().empty());
}

}  // namespace
}  // namespace elbow::problems
