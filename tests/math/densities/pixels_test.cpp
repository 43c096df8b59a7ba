#include "math/densities/pixels.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "math/divergences/quadrature.h"
#include "math/numeric.h"

namespace elbow {
namespace {

TEST(Pixels, BernoulliSumsToOneAndSurvivesLargeLogits) {
  for (const double l : {-1e4, -3.0, 0.0, 0.7, 1e4}) {
    EXPECT_NEAR(std::exp(log_bernoulli(0, l)) + std::exp(log_bernoulli(1, l)), 1.0, 1e-15) << l;
  }
  EXPECT_EQ(log_bernoulli(0, 1e4), -1e4);
}

TEST(Pixels, BernoulliKlIsTheSumOverBothOutcomes) {
  for (const double a : {-4.0, -0.3, 0.0, 2.0}) {
    for (const double b : {-1.0, 0.0, 5.0}) {
      const double p = 1 / (1 + std::exp(-a)), q = 1 / (1 + std::exp(-b));
      const double direct = p * std::log(p / q) + (1 - p) * std::log((1 - p) / (1 - q));
      EXPECT_NEAR(bernoulli_kl(a, b), direct, 1e-13) << "1 - q has lost digits in the latter";
    }
  }
  EXPECT_NEAR(bernoulli_kl(0, 800), 400 - kLn2, 1e-12);
}

TEST(Pixels, ContinuousBernoulliIsADensityWithItsMean) {
  for (const double l : {-30.0, -2.0, -0.011, -0.009, 0.0, 1e-5, 0.009, 0.5, 12.0, 300.0}) {
    const auto density = [l](double x) { return std::exp(log_continuous_bernoulli(x, l)); };
    EXPECT_NEAR(integrate(density, {0.0, 1.0}), 1.0, 1e-12) << l;
    EXPECT_NEAR(integrate([&](double x) { return x * density(x); }, {0.0, 1.0}),
                continuous_bernoulli_mean(l), 1e-11)
        << l;
  }
  // The series of the design page in delta = sigmoid(l) - 1/2.
  const double l = 0.03, delta = sigmoid(l) - 0.5;
  EXPECT_NEAR(log_continuous_bernoulli_normaliser(l),
              kLn2 + 4.0 / 3.0 * delta * delta + 104.0 / 45.0 * std::pow(delta, 4), 1e-11);
}

TEST(Pixels, DiscretisedLogisticSumsToOneAndIsTheBinIntegral) {
  for (const double mean : {-0.2, 0.1, 0.5, 1.3}) {
    for (const double scale : {0.001, 0.05, 2.0}) {
      double sum = 0.0;
      for (int k = 0; k <= 255; ++k) sum += std::exp(log_discretised_logistic(k, mean, scale));
      EXPECT_NEAR(sum, 1.0, 1e-13) << mean << " " << scale;
    }
  }
  const double a = (100.5 / 255 - 0.4) / 0.1, b = (99.5 / 255 - 0.4) / 0.1;
  EXPECT_NEAR(std::exp(log_discretised_logistic(100, 0.4, 0.1)),
              1 / (1 + std::exp(-a)) - 1 / (1 + std::exp(-b)), 1e-15);
  // Far from the mean the difference of sigmoids is 0 in double; the logarithm is not.
  EXPECT_NEAR(log_discretised_logistic(200, 0.0, 0.001),
              -199.5 / 255 / 0.001 + log1mexp(-1 / 255.0 / 0.001), 1e-9);
  EXPECT_THROW(log_discretised_logistic(256, 0, 1), Error);
}

}  // namespace
}  // namespace elbow
