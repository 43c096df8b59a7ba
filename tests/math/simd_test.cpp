// The elementary functions of the hot loops against <cmath> in double precision.
#include "math/simd.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace elbow {
namespace {

double relative(double value, double truth) { return std::abs(value / truth - 1.0); }

TEST(Simd, ExpIsAccurateToFloatRounding) {
  double worst = 0.0, worst_nonpositive = 0.0;
  for (int i = -86000; i <= 88000; ++i) {
    const float x = static_cast<float>(i) * 1e-3f + 1e-4f;
    const double truth = std::exp(static_cast<double>(x));
    worst = std::max(worst, relative(simd::exp(x), truth));
    if (x <= 0.0f)
      worst_nonpositive = std::max(worst_nonpositive, relative(simd::exp_nonpositive(x), truth));
  }
  EXPECT_LT(worst, 1.5e-7);
  EXPECT_LT(worst_nonpositive, 1.5e-7);
}

TEST(Simd, ExpAtTheEndsOfTheRange) {
  EXPECT_EQ(simd::exp(0.0f), 1.0f);
  EXPECT_EQ(simd::exp(-1e4f), 0.0f);
  EXPECT_TRUE(std::isinf(simd::exp(89.0f)));
  EXPECT_TRUE(std::isinf(simd::exp(1e4f)));
  EXPECT_TRUE(std::isnan(simd::exp(std::nanf(""))));
  EXPECT_LT(relative(simd::exp(88.7f), std::exp(static_cast<double>(88.7f))), 1.5e-7);
  EXPECT_EQ(simd::exp_nonpositive(-0.0f), 1.0f);
  EXPECT_EQ(simd::exp_nonpositive(-1e30f), 0.0f);
  EXPECT_TRUE(std::isnan(simd::exp_nonpositive(std::nanf(""))));
}

TEST(Simd, Expm1MinusKeepsItsDigitsAroundZero) {
  double worst = 0.0;
  for (int i = -8000; i <= 8000; ++i) {
    if (i == 0) continue;
    const double magnitude = std::pow(10.0, -4.0 + std::abs(i) / 8000.0 * 5.9);
    const float x = static_cast<float>(i < 0 ? -magnitude : magnitude);
    const long double wide = static_cast<long double>(x);
    const double truth = static_cast<double>(std::expm1(wide) - wide);
    worst = std::max(worst, relative(simd::expm1_minus(x), truth));
  }
  EXPECT_LT(worst, 1e-6);
  EXPECT_EQ(simd::expm1_minus(0.0f), 0.0f);
}

TEST(Simd, Log1pOnTheUnitInterval) {
  double worst = 0.0;
  for (int i = 1; i <= 100000; ++i) {
    const float e = static_cast<float>(i) * 1e-5f;
    worst = std::max(worst, relative(simd::log1p_unit(e), std::log1p(static_cast<double>(e))));
  }
  for (float e = 1e-37f; e < 1e-5f; e *= 1.7f) {
    worst = std::max(worst, relative(simd::log1p_unit(e), std::log1p(static_cast<double>(e))));
  }
  EXPECT_LT(worst, 2.5e-7);
  EXPECT_EQ(simd::log1p_unit(0.0f), 0.0f);
}

TEST(Simd, DoubleExp) {
  double worst = 0.0;
  for (int i = -70000; i <= 70000; ++i) {
    const double x = i * 1e-2 + 1e-5;
    worst = std::max(worst, relative(simd::exp(x), std::exp(x)));
  }
  EXPECT_LT(worst, 2e-15);
  EXPECT_EQ(simd::exp(-1e4), 0.0);
  EXPECT_TRUE(std::isinf(simd::exp(1e4)));
  EXPECT_TRUE(std::isnan(simd::exp(std::nan(""))));
}

}  // namespace
}  // namespace elbow
