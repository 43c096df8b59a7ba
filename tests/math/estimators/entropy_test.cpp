#include "math/estimators/entropy.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "core/error.h"
#include "math/numeric.h"
#include "tests/math/estimators/samples.h"
#include "tests/support/repetitions.h"

namespace elbow {
namespace {

const Points kSample({0.0, 1.0, 3.0, 7.0, 15.0}, 1);

double entropy(const PointsView& points, std::int64_t k, Norm norm = Norm::euclidean) {
  return kozachenko_leonenko(points, {.k = k, .norm = norm, .standard_error = false}).value;
}

// D56, F13. In one dimension the norms are one.
TEST(Entropy, Fixture) {
  EXPECT_NEAR(entropy(kSample, 1), 3.60825713057, 1e-11);
  EXPECT_NEAR(entropy(kSample, 2), 3.20988808928, 1e-11);
  EXPECT_NEAR(entropy(kSample, 2, Norm::maximum), entropy(kSample, 2), 1e-14);
}

// D56.
TEST(Entropy, ScalingAddsDTimesTheLogarithm) {
  CounterStream random(1, 0);
  const Points x = testing::offset_normal_points(50, 3, random);
  for (const Norm norm : {Norm::euclidean, Norm::maximum}) {
    EXPECT_NEAR(entropy(testing::moved(x, 2.0, 5.0), 3, norm),
                entropy(x, 3, norm) + 3.0 * std::log(5.0), 1e-12);
  }
}

TEST(Entropy, Extremes) {
  EXPECT_THROW(entropy(kSample, 5), Error);
  EXPECT_THROW(entropy(Points(std::vector<double>{1.0}, 1), 1), Error);
  EXPECT_THROW(entropy(Points({1.0, 1.0, 2.0}, 1), 1), Error);
  EXPECT_THROW(entropy(Points({1.0, kInfinity, 2.0}, 1), 1), Error);
  EXPECT_FALSE(kozachenko_leonenko(kSample, {.k = 1}).se);
}

// Closed forms: N(0,1), U(0,2), exponential, and two dimensions.
TEST(EntropyStatistical, ClosedForms) {
  const auto check = [](double truth, std::int64_t d, auto draw, std::uint64_t seed, Norm norm) {
    const testing::Repetitions runs = testing::repeat(100, seed, [&](CounterStream& random) {
      Points x(1000, d);
      for (std::int64_t i = 0; i < 1000 * d; ++i) x.row(0)[i] = draw(random);
      return Estimate{.value = entropy(x, 3, norm)};
    });
    // Bias at n = 1000, k = 3 of at most .005 in these.
    EXPECT_NEAR(runs.mean(), truth, 0.005 + 4.0 * runs.sd() / 10.0);
  };
  const auto normal = [](CounterStream& r) { return r.normal(); };
  check(1.4189385332, 1, normal, 11, Norm::euclidean);
  check(2.8378770664, 2, normal, 12, Norm::maximum);
  check(
      kLn2, 1, [](CounterStream& r) { return 2.0 * r.uniform(); }, 13, Norm::euclidean);
  check(
      1.0, 1, [](CounterStream& r) { return -std::log(r.uniform()); }, 14, Norm::euclidean);
}

// D68 around the own expectation.
TEST(EntropyStatistical, SubsamplingCovers) {
  for (const std::int64_t d : {1, 3}) {
    const testing::Repetitions runs = testing::repeat(400, 15, [d](CounterStream& random) {
      return kozachenko_leonenko(testing::offset_normal_points(300, d, random));
    });
    EXPECT_NEAR(runs.coverage_of_mean(), 0.95, 0.04);
  }
}

}  // namespace
}  // namespace elbow
