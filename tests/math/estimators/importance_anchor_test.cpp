// Importance weights where every expectation is known: z ~ N(0,1), x|z ~ N(z,1), x = 1.5.
#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <vector>

#include "math/estimators/importance.h"
#include "math/numeric.h"
#include "math/threefry.h"

namespace elbow {
namespace {

using Set = std::vector<double>;

constexpr double kX = 1.5;
const double kLogP = -0.5 * std::log(4.0 * std::numbers::pi) - kX * kX / 4.0;

double log_normal(double z, double mean, double variance) {
  return -0.5 * (kLn2Pi + std::log(variance) + (z - mean) * (z - mean) / variance);
}

double anchor_log_weight(double z, double mean, double variance) {
  return log_normal(z, 0.0, 1.0) + log_normal(kX, z, 1.0) - log_normal(z, mean, variance);
}

/// E ln (1/K) Σ w by E ln S = ∫ (e^-t − M(t)^K) / t dt, M(t) = E e^(-t w): trapezoids in ln t and
/// z.
double exact_iwae(double mean, double variance, int k) {
  constexpr int kNodes = 1200;
  Set log_w, mass;
  for (int i = 0; i <= kNodes; ++i) {
    const double e = -12.0 + 24.0 * i / kNodes;
    log_w.push_back(anchor_log_weight(mean + std::sqrt(variance) * e, mean, variance) - kLogP);
    mass.push_back(std::exp(log_normal(e, 0.0, 1.0)) * 24.0 / kNodes);
  }
  double sum = 0.0;
  const double h = 0.05;
  for (double u = -42.0; u <= 170.0; u += h) {
    const double t = std::exp(u);
    double laplace = 0.0;
    for (std::size_t i = 0; i < mass.size(); ++i)
      laplace += mass[i] * std::exp(-t * std::exp(log_w[i]));
    sum += (std::exp(-t) - std::exp(k * std::log(laplace))) * h;
  }
  return kLogP + sum - std::log(k);
}

struct AnchorRow {
  double mean, variance, elbo;
  double iwae[5];  // K = 2, 5, 50, 100, 1000
  double relative_variance;
};
const AnchorRow kAnchor[] = {{0.5,
                              0.64,
                              -1.9070820845,
                              {-1.86065813, -1.83975761, -1.82912193, -1.82856536, -1.82806730},
                              0.110316792},
                             {0.75,
                              1.0,
                              -1.9814385332,
                              {-1.87980389, -1.84507489, -1.82957314, -1.82878911, -1.82808951},
                              0.154700538},
                             {0.0,
                              1.0,
                              -2.5439385332,
                              {-2.09951469, -1.90969587, -1.83492116, -1.83143926, -1.82835243},
                              0.680079370}};
constexpr int kSizes[] = {2, 5, 50, 100, 1000};

Set anchor_draw(const AnchorRow& row, CounterStream& stream, int k) {
  Set log_w;
  for (int i = 0; i < k; ++i) {
    const double z = row.mean + std::sqrt(row.variance) * stream.normal();
    log_w.push_back(anchor_log_weight(z, row.mean, row.variance));
  }
  return log_w;
}

TEST(AnchorModel, V93TableByTheLaplaceTransform) {
  EXPECT_NEAR(kLogP, -1.82801212348, 1e-11);
  for (const AnchorRow& row : kAnchor) {
    EXPECT_NEAR(exact_iwae(row.mean, row.variance, 1), row.elbo, 1e-8);
    for (int i = 0; i < 3; ++i)
      EXPECT_NEAR(exact_iwae(row.mean, row.variance, kSizes[i]), row.iwae[i], 2e-8);
  }
  EXPECT_NEAR(exact_iwae(0.5, 0.64, 1000), -1.82806730, 2e-8);
  EXPECT_NEAR(1000.0 * (kLogP - exact_iwae(0.5, 0.64, 1000)), 0.05517, 1e-5) << "V27";
}

TEST(AnchorModel, PosteriorAsProposalIsExactForEveryK) {
  const AnchorRow posterior{0.75, 0.5, kLogP, {}, 0.0};
  CounterStream stream(2, 0);
  for (const int k : {1, 2, 50}) {
    const Set log_w = anchor_draw(posterior, stream, k);
    EXPECT_NEAR(iwae(log_w).value, kLogP, 1e-13);
    EXPECT_NEAR(effective_sample_size(log_w), k, 1e-9);
  }
}

TEST(AnchorModelStatistical, V93MeansOfTheBoundsMatchTheTable) {
  for (const AnchorRow& row : kAnchor) {
    for (int i = 0; i < 3; ++i) {
      Set values;
      for (std::uint64_t repeat = 0; repeat < 20000; ++repeat) {
        CounterStream stream(repeat, static_cast<std::uint64_t>(kSizes[i]));
        values.push_back(iwae_value(anchor_draw(row, stream, kSizes[i])));
      }
      const double se = std::sqrt(sample_variance(values) / 20000.0);
      EXPECT_LE(std::fabs(mean(values) - row.iwae[i]), 4.0 * se) << kSizes[i];
    }
  }
}

TEST(AnchorModelStatistical, VW6MeanOfTheSurrogateIsAboveLogP) {
  Set values;
  for (std::uint64_t repeat = 0; repeat < 4000; ++repeat) {
    CounterStream stream(repeat, 5);
    values.push_back(surrogate(anchor_draw(kAnchor[2], stream, 5)));
  }
  const double se = std::sqrt(sample_variance(values) / 4000.0);
  EXPECT_GT((mean(values) - kLogP) / se, 10.0) << "V25: no lower bound";
}

TEST(AnchorModelStatistical, V28V41JackknifeRemovesTheBiasOfOrderOneOverK) {
  // Bias of JVI-1 from the exact L_K: K L_K − (K−1) L_{K−1} − ln p.
  const auto bias = [](int k) {
    return k * exact_iwae(0.0, 1.0, k) - (k - 1) * exact_iwae(0.0, 1.0, k - 1) - kLogP;
  };
  const double b25 = bias(25), b50 = bias(50);
  EXPECT_LT(std::fabs(b50), std::fabs(exact_iwae(0.0, 1.0, 50) - kLogP) / 10.0) << "V28";
  EXPECT_NEAR(std::log(std::fabs(b50 / b25)) / std::log(2.0), -2.0, 0.2) << "V41";
  Set values;
  for (std::uint64_t repeat = 0; repeat < 20000; ++repeat) {
    CounterStream stream(repeat, 99);
    values.push_back(jackknife_iwae(anchor_draw(kAnchor[2], stream, 25)).value);
  }
  const double se = std::sqrt(sample_variance(values) / 20000.0);
  EXPECT_LE(std::fabs(mean(values) - kLogP - b25), 4.0 * se);
}

TEST(AnchorModelStatistical, V38ChiBoundIsBiasedLow) {
  // Exact CUBO_2 at q = N(0,1): ½ ln E w² = ½ ln(p² (1 + .680079370)).
  const double exact = kLogP + 0.5 * std::log1p(0.680079370);
  Set values;
  for (std::uint64_t repeat = 0; repeat < 20000; ++repeat) {
    CounterStream stream(repeat, 3);
    values.push_back(chi_upper_bound(anchor_draw(kAnchor[2], stream, 2), 2.0));
  }
  const double se = std::sqrt(sample_variance(values) / 20000.0);
  EXPECT_LT((mean(values) - exact) / se, -10.0);
  EXPECT_LT(mean(values), kLogP) << "an 'upper bound' below ln p";
}

TEST(AnchorModelStatistical, DeltaMethodIntervalCovers) {
  int covered = 0;
  for (std::uint64_t repeat = 0; repeat < 400; ++repeat) {
    CounterStream stream(repeat, 500);
    const Estimate e = iwae(anchor_draw(kAnchor[1], stream, 200));
    covered += std::fabs(e.value - kLogP) <= 1.96 * *e.se;
  }
  EXPECT_NEAR(covered / 400.0, 0.95, 0.04);
}

TEST(AnchorModelStatistical, MiwaeAndElboIntervalsCover) {
  int miwae_covered = 0, elbo_covered = 0;
  for (std::uint64_t repeat = 0; repeat < 400; ++repeat) {
    CounterStream stream(repeat, 501);
    const Set log_w = anchor_draw(kAnchor[1], stream, 500);
    const Estimate bound = miwae(log_w, 100, 5), elbo = mean_log_weight(log_w);
    miwae_covered += std::fabs(bound.value - kAnchor[1].iwae[1]) <= 1.96 * *bound.se;
    elbo_covered += std::fabs(elbo.value - kAnchor[1].elbo) <= 1.96 * *elbo.se;
  }
  EXPECT_NEAR(miwae_covered / 400.0, 0.95, 0.04);
  EXPECT_NEAR(elbo_covered / 400.0, 0.95, 0.04);
}

}  // namespace
}  // namespace elbow
