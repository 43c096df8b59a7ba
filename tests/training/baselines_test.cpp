#include "training/baselines.h"

#include <ATen/ops/empty.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "math/numeric.h"
#include "tests/training/small_run.h"

namespace elbow {
namespace {

Tensor doubles(at::IntArrayRef shape, const std::vector<double>& values) {
  Tensor t = at::empty(shape, at::kDouble);
  std::copy(values.begin(), values.end(), t.data_ptr<double>());
  return t;
}

TEST(IndependentPixels, IsTheMeanLogProbabilityOfTheImages) {
  // 8 training images: m = (8 * 0.5 + 1) / 10 and (0 + 1) / 10. Test images 11, 10, 00.
  const double seen = std::log(0.5), on = std::log(0.1), off = std::log(0.9);
  const double expected = ((seen + on) + (seen + off) + (seen + off)) / 3.0;
  EXPECT_NEAR(independent_pixels(doubles({2}, {0.5, 0.0}), 8, doubles({2}, {2.0 / 3, 1.0 / 3})),
              expected, 1e-14);
}

/// ln N(x; m, C) in two dimensions, by the inverse.
double log_normal(double x, double y, double a, double b, double c) {
  const double det = a * c - b * b;
  return -kLn2Pi - 0.5 * std::log(det) - 0.5 * (c * x * x - 2 * b * x * y + a * y * y) / det;
}

TEST(PrincipalComponents, WithAllButOneIsTheNormalDensity) {
  // q = D - 1 leaves the smallest eigenvalue as the variance: the covariance itself.
  const double a = 2.0, b = 0.7, c = 1.0;
  const SecondMoments train{doubles({2}, {0.0, 0.0}), doubles({2, 2}, {a, b, b, c})};
  // Two test points (1, -2) and (0.5, 1).
  const Tensor second =
      doubles({2, 2}, {(1.0 + 0.25) / 2, (-2.0 + 0.5) / 2, (-2.0 + 0.5) / 2, (4.0 + 1.0) / 2});
  const double expected = 0.5 * (log_normal(1, -2, a, b, c) + log_normal(0.5, 1, a, b, c));
  EXPECT_NEAR(principal_components(train, 1, second), expected, 1e-12);
  // Without components: one variance, the mean of the diagonal.
  const double v = 1.5, square = 1.25 / 2 + 2.5;
  EXPECT_NEAR(principal_components(train, 0, second), -kLn2Pi - std::log(v) - 0.5 * square / v,
              1e-12);
  EXPECT_TRUE(std::isnan(principal_components(train, 2, second)));
}

TEST(Baselines, OfALikelihoodAreOrdered) {
  const auto session = testing::small_session(testing::kGaussian, {"data.train_count=500"});
  const std::vector<Baseline> found = data_baselines(*session);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].name, "mean_image");
  EXPECT_EQ(found[1].name, "principal_components");
  EXPECT_GT(found[1].nats, found[0].nats);
}

TEST(Baselines, OfDynamicBitsAreTheirMean) {
  // The same number from bits that are drawn: 50 test images, so close.
  const auto grey = testing::small_session(testing::kVae, {"data.binarize=dynamic"});
  const auto bits = testing::small_session(testing::kVae, {"data.binarize=static"});
  const double a = data_baselines(*grey).at(0).nats, b = data_baselines(*bits).at(0).nats;
  EXPECT_EQ(data_baselines(*grey).at(0).nats, a);  // nothing is drawn
  EXPECT_NE(a, b);
  EXPECT_NEAR(a, b, 0.02 * std::abs(a));
}

TEST(Baselines, AGanHasNone) {
  EXPECT_TRUE(data_baselines(*testing::small_session(testing::kGan)).empty());
}

}  // namespace
}  // namespace elbow
