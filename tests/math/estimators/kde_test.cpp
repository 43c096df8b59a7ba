#include "math/estimators/kde.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "core/error.h"
#include "math/numeric.h"
#include "math/sample_support.h"
#include "tests/math/estimators/samples.h"
#include "tests/support/repetitions.h"

namespace elbow {
namespace {

const Points kSample({-1.0, 1.0, 2.0}, 1);

// D17, F7.
TEST(Kde, Fixture) {
  const Kde wide(kSample, 0.7), narrow(kSample, 0.4);
  const double at = 0.3, end = 2.0;
  EXPECT_NEAR(wide.log_density(&at), -1.83858276229, 1e-11);
  EXPECT_NEAR(narrow.log_density(&end), -1.05826101077, 1e-11);
  EXPECT_NEAR(wide.log_density_without(0), -5.3309775407, 1e-10);
  EXPECT_NEAR(wide.log_density_without(1), -2.2300520804, 1e-10);
  EXPECT_NEAR(wide.log_density_without(2), -2.2755340432, 1e-10);
}

// D17: leaving one out is the density of the others; with itself in, it is another number.
TEST(Kde, LeaveOneOutExcludesTheSample) {
  const Kde all(kSample, 0.7), others(PointsView(kSample).rows(1, 3), 0.7);
  const double first = -1.0;
  EXPECT_NEAR(all.log_density_without(0), others.log_density(&first), 1e-14);
  EXPECT_GT(all.log_density(&first), all.log_density_without(0) + 1.0);
}

// D18 by the trapezoid rule.
TEST(Kde, IntegratesToOne) {
  const Kde kde(kSample, 0.7);
  double sum = 0.0;
  for (double x = -12.0; x <= 13.0; x += 0.01) sum += 0.01 * std::exp(kde.log_density(&x));
  EXPECT_NEAR(sum, 1.0, 1e-12);
}

TEST(Kde, IsFiniteFarAway) {
  const Kde kde(kSample, 0.01);
  const double x = 1000.0;
  EXPECT_NEAR(kde.log_density(&x) / (-0.5 * 99800.0 * 99800.0), 1.0, 1e-6);
}

TEST(Kde, SilvermanByHand) {
  // Quartiles 0 and 1.5, below the deviation sqrt(7/3); n = 3, d = 1.
  EXPECT_NEAR(silverman_bandwidth(kSample), 1.5 / 1.349 * std::pow(4.0 / 9.0, 0.2), 1e-14);
  // Quartiles 0 and 2: their range is more than the deviation of 2/sqrt(3).
  EXPECT_NEAR(silverman_bandwidth(Points({0.0, 0.0, 2.0, 2.0}, 1)),
              2.0 / std::sqrt(3.0) * std::pow(1.0 / 3.0, 0.2), 1e-14);
  EXPECT_THROW(silverman_bandwidth(Points({1.0, 1.0}, 1)), Error);
  EXPECT_THROW(silverman_bandwidth(Points(std::vector<double>{1.0}, 1)), Error);
}

TEST(Kde, Extremes) {
  EXPECT_EQ(Kde(Points(std::vector<double>{1.0}, 1), 1.0).log_density_without(0), -kInfinity);
  EXPECT_THROW(Kde(kSample, 0.0), Error);
  EXPECT_THROW(Kde(Points(std::vector<double>{kInfinity}, 1), 1.0), Error);
  EXPECT_THROW(kde_kl(kSample, Points(std::vector<double>{1.0}, 1)), Error);
  EXPECT_THROW(kde_kl(kSample, Points({1.0, 2.0, 3.0, 4.0}, 2)), Error);
  CounterStream random(1, 0);
  const Points x = testing::offset_normal_points(10, 4, random),
               y = testing::offset_normal_points(12, 4, random);
  EXPECT_FALSE(kde_kl(x, y).note.empty());
  EXPECT_THROW(kde_kl(kSample, testing::moved(kSample, 1e6)), Error);  // apart
}

TEST(Kde, KlByItsDefinition) {
  const CommonCoordinates at = common_coordinates(kSample, Points({0.0, 0.5, 3.0}, 1));
  const Kde p(at.p, silverman_bandwidth(at.p)), q(at.q, silverman_bandwidth(at.q));
  double expected = 0.0;
  for (std::int64_t i = 0; i < 3; ++i) {
    expected += (p.log_density_without(i) - q.log_density(at.p.row(i))) / 3.0;
  }
  EXPECT_NEAR(kde_kl(kSample, Points({0.0, 0.5, 3.0}, 1)).value, expected, 1e-14);
}

// Nominal but for three standard errors of the share of intervals.
double least_coverage(const testing::Repetitions& claimed) {
  return 0.95 - 3.0 * std::sqrt(0.95 * 0.05 / static_cast<double>(claimed.values.size()));
}

// D68 around its own expectation and around the truth, where an error is claimed.
TEST(KdeStatistical, IntervalsCover) {
  const testing::Repetitions runs = testing::repeat(100, 2, [](CounterStream& random) {
    const Points x = testing::offset_normal_points(250, 1, random);
    const Points y = testing::offset_normal_points(400, 1, random, 0.0, 2.0);
    return kde_kl(x, y);
  });
  const testing::Repetitions claimed = runs.with_error();
  ASSERT_GE(claimed.values.size(), 30u);
  EXPECT_GE(claimed.coverage_of_mean(), least_coverage(claimed));
  EXPECT_GE(claimed.coverage(std::log(2.0) + 0.125 - 0.5), least_coverage(claimed));
  const testing::Repetitions plane = testing::repeat(150, 3, [](CounterStream& random) {
    const Points x = testing::offset_normal_points(200, 2, random);
    const Points y = testing::offset_normal_points(200, 2, random);
    return kde_kl(x, y);
  });
  const testing::Repetitions seen = plane.with_error();
  ASSERT_GE(seen.values.size(), 30u);
  EXPECT_GE(seen.coverage(0.0), least_coverage(seen));
}

}  // namespace
}  // namespace elbow
