#include "math/statistics/welford.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "core/error.h"
#include "math/numeric.h"
#include "math/threefry.h"

namespace elbow {
namespace {

const std::vector<double> kFar{1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16};

// D66, F17.
TEST(Welford, KeepsItsDigitsFarFromZero) {
  Welford moments;
  for (const double x : kFar) moments.add(x);
  EXPECT_EQ(moments.mean(), 1e9 + 10);
  EXPECT_EQ(moments.variance(), 30.0);
  EXPECT_DOUBLE_EQ(moments.se(), std::sqrt(7.5));
}

// The textbook E[x^2] - mean^2, which F17 must tell apart.
TEST(Welford, TheTextbookFormFailsTheSameFixture) {
  double sum = 0.0, squares = 0.0;
  for (const double x : kFar) {
    sum += x;
    squares += x * x;
  }
  EXPECT_GT(std::fabs((squares - sum * sum / 4.0) / 3.0 - 30.0), 1.0);
}

TEST(Welford, MergingIsOnePass) {
  CounterStream random(1, 0);
  Welford all, first, second, empty;
  for (int i = 0; i < 1000; ++i) {
    const double x = 5.0 + random.normal();
    all.add(x);
    (i < 300 ? first : second).add(x);
  }
  first.merge(second);
  first.merge(empty);
  empty.merge(first);
  EXPECT_NEAR(first.mean(), all.mean(), 1e-13);
  EXPECT_NEAR(first.variance(), all.variance(), 1e-12);
  EXPECT_EQ(empty.count(), 1000);
  EXPECT_EQ(empty.mean(), first.mean());
}

TEST(Welford, FewNumbers) {
  Welford moments;
  EXPECT_EQ(moments.se(), 0.0);
  moments.add(3.0);
  EXPECT_EQ(moments.mean(), 3.0);
  EXPECT_EQ(moments.variance(), 0.0);
}

TEST(WeightedWelford, WholeWeightsAreRepetitions) {
  Welford plain;
  WeightedWelford weighted;
  for (const double x : {1.0, 1.0, 1.0, 4.0, 6.0, 6.0}) plain.add(x);
  weighted.add(1.0, 3.0);
  weighted.add(4.0, 1.0);
  weighted.add(6.0, 2.0);
  weighted.add(100.0, 0.0);
  EXPECT_DOUBLE_EQ(weighted.mean(), plain.mean());
  // Sum w (x - mean)^2 is that of the repetitions; the divisor counts the weights as reliabilities.
  EXPECT_NEAR(weighted.variance() * (6.0 - 14.0 / 6.0), plain.variance() * 5.0, 1e-12);
  EXPECT_DOUBLE_EQ(weighted.effective_count(), 36.0 / 14.0);
  EXPECT_THROW(weighted.add(1.0, -1.0), Error);
}

TEST(WeightedWelford, EqualWeightsAreNoWeights) {
  Welford plain;
  WeightedWelford weighted;
  for (const double x : kFar) {
    plain.add(x);
    weighted.add(x, 0.25);
  }
  EXPECT_EQ(weighted.mean(), plain.mean());
  EXPECT_NEAR(weighted.variance(), 30.0, 1e-12);
  EXPECT_NEAR(weighted.se(), plain.se(), 1e-12);
}

// The recursion unrolled: weights alpha (1 - alpha)^j, the rest on the first number.
TEST(Ewma, IsTheGeometricallyWeightedMeanAndVariance) {
  const std::vector<double> x{3.0, -1.0, 4.0, 1.0, 5.0};
  Ewma average(0.3);
  for (const double v : x) average.add(v);
  double mean = 0.0, square = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double age = static_cast<double>(x.size() - 1 - i);
    const double weight = (i == 0 ? 1.0 : 0.3) * std::pow(0.7, age);
    mean += weight * x[i];
    square += weight * x[i] * x[i];
  }
  EXPECT_NEAR(average.mean(), mean, 1e-14);
  EXPECT_NEAR(average.variance(), square - mean * mean, 1e-13);
  EXPECT_NEAR(average.effective_count(), 1.7 / 0.3, 1e-14);
  EXPECT_THROW(Ewma(0.0), Error);
}

}  // namespace
}  // namespace elbow
