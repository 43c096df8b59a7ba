// What problems state of one-step maps, on dynamics with planted mistakes.
#include "problems/plane_maps.h"

#include <gtest/gtest.h>

#include "tests/problems/verdicts.h"

namespace elbow::problems {
namespace {

constexpr double kRate = 0.2;

/// Simultaneous descent on θψ in the signs of the paper.
Point simultaneous(Point p) { return {p.theta - kRate * p.psi, p.psi + kRate * p.theta}; }

Verdicts of(const PlaneMap& step) {
  return verdicts([&](const Checks& c) { check_bilinear_map(c, "simultaneous", kRate, step); });
}

TEST(PlaneMaps, SimultaneousDescentHolds) { expect_none_fails(of(simultaneous)); }

TEST(PlaneMaps, AStepThatDriftsIsCaught) {
  expect_caught(of([](Point p) {
                  const Point next = simultaneous(p);
                  return Point{next.theta + 0.01, next.psi};
                }),
                "G70/simultaneous/fixed_point");
}

TEST(PlaneMaps, AStepThatIsClippedIsCaught) {
  expect_caught(of([](Point p) {
                  const Point next = simultaneous(p);
                  return Point{next.theta < 0.5 ? next.theta : 0.5, next.psi};
                }),
                "G70/simultaneous/linear");
}

TEST(PlaneMaps, OnePlayerAfterTheOtherIsCaught) {
  const Verdicts v = of([](Point p) {
    const double psi = p.psi + kRate * p.theta;
    return Point{p.theta - kRate * psi, psi};
  });
  expect_caught(v, "G70/simultaneous/00");
  EXPECT_EQ(v.at("G70/simultaneous/linear"), Verdict::holds);
}

TEST(PlaneMaps, APlayerThatDoesNotRestIsCaught) {
  const Point before{0.8, -0.5}, both = simultaneous(before);
  const auto of_player = [&](bool generator, Point alone) {
    return verdicts(
        [&](const Checks& c) { check_single_player(c, generator, before, alone, both); });
  };
  expect_none_fails(of_player(true, {both.theta, before.psi}));
  expect_none_fails(of_player(false, {before.theta, both.psi}));
  expect_caught(of_player(true, both), "G72/generator/rests");
  expect_caught(of_player(false, both), "G72/discriminator/rests");
  expect_caught(of_player(true, before), "G72/generator/moves");
}

TEST(PlaneMaps, EigenvaluesOfARotation) {
  const auto values = eigenvalues(jacobian(simultaneous, {0.0, 0.0}, 0.5));
  EXPECT_NEAR(values[0].real(), 1.0, 1e-12);
  EXPECT_NEAR(values[0].imag(), kRate, 1e-12);
}

}  // namespace
}  // namespace elbow::problems
