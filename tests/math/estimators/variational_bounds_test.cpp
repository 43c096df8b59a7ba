#include "math/estimators/variational_bounds.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "core/error.h"
#include "math/numeric.h"
#include "tests/math/estimators/samples.h"
#include "tests/support/repetitions.h"

namespace elbow {
namespace {

const std::vector<double> kScores{2.0, 0.0, -1.0, 0.5, 1.5, 0.0, -0.5, 0.0, 3.0};
const ScoreMatrix kMatrix{kScores, 3};

struct Sides {
  std::vector<double> p, q;
};

Sides random_sides(std::uint64_t seed) {
  CounterStream random(seed, 0);
  Sides sides;
  for (int i = 0; i < 40; ++i) sides.p.push_back(1.0 + 2.0 * random.normal());
  for (int i = 0; i < 25; ++i) sides.q.push_back(2.0 * random.normal());
  return sides;
}

std::vector<double> plus(std::vector<double> scores, double c) {
  for (double& t : scores) t += c;
  return scores;
}

// D23, F12.
TEST(VariationalBounds, ScoreMatrixFixture) {
  EXPECT_NEAR(info_nce(kMatrix).value, 0.861558472599, 1e-12);
  EXPECT_NEAR(donsker_varadhan(kMatrix).value, 2.2315374436, 1e-10);
  EXPECT_NEAR(nwj(kMatrix).value, 1.82189426223, 1e-11);
  EXPECT_NEAR(jensen_shannon_form(kMatrix).value, -0.76578574646, 1e-11);
  EXPECT_NEAR(smile(kMatrix, 0.25).value, 2.1934167849, 1e-10);
}

// The matrix forms are those of the diagonal against the rest.
TEST(VariationalBounds, MatrixAndListsAgree) {
  const std::vector<double> joint{2.0, 1.5, 3.0}, product{0.0, -1.0, 0.5, 0.0, -0.5, 0.0};
  EXPECT_NEAR(donsker_varadhan(joint, product).value, donsker_varadhan(kMatrix).value, 1e-14);
  EXPECT_NEAR(nwj(joint, product).value, nwj(kMatrix).value, 1e-14);
  EXPECT_NEAR(smile(joint, product, 0.25).value, smile(kMatrix, 0.25).value, 1e-14);
  EXPECT_NEAR(jensen_shannon_form(joint, product).value, jensen_shannon_form(kMatrix).value, 1e-14);
}

// D22.
TEST(VariationalBounds, NwjAtItsBestConstantIsDonskerVaradhan) {
  for (std::uint64_t seed = 1; seed < 20; ++seed) {
    const Sides s = random_sides(seed);
    const double dv = donsker_varadhan(s.p, s.q).value;
    EXPECT_GE(dv, nwj(s.p, s.q).value - 1e-12);
    const double best = 1.0 - log_mean_exp(s.q);
    EXPECT_NEAR(nwj(plus(s.p, best), plus(s.q, best)).value, dv, 1e-12 * std::fmax(1.0, dv));
    EXPECT_LT(nwj(plus(s.p, best + 0.3), plus(s.q, best + 0.3)).value, dv);
    EXPECT_LT(nwj(plus(s.p, best - 0.3), plus(s.q, best - 0.3)).value, dv);
    EXPECT_NEAR(donsker_varadhan(plus(s.p, 5.0), plus(s.q, 5.0)).value, dv, 1e-12);
  }
}

// D24.
TEST(VariationalBounds, InfoNceIsBelowLnBAndSmileEndsInDonskerVaradhan) {
  CounterStream random(3, 0);
  std::vector<double> scores(25);
  for (double& s : scores) s = 10.0 * random.normal();
  EXPECT_LE(info_nce({scores, 5}).value, std::log(5.0));
  for (std::size_t i = 0; i < 5; ++i) scores[i * 6] = 1e4;
  EXPECT_NEAR(info_nce({scores, 5}).value, std::log(5.0), 1e-12);
  EXPECT_NEAR(*info_nce({scores, 5}).se, 0.0, 1e-12);
  const Sides s = random_sides(4);
  EXPECT_EQ(smile(s.p, s.q, kInfinity).value, donsker_varadhan(s.p, s.q).value);
  EXPECT_EQ(smile(s.p, s.q, 100.0).value, donsker_varadhan(s.p, s.q).value);
  EXPECT_NE(smile(s.p, s.q, 1.0).value, donsker_varadhan(s.p, s.q).value);
}

// D27, DW11.
TEST(VariationalBounds, ScoresAreNotTouchedAndTheCriticsDiffer) {
  const Sides s = random_sides(5);
  const Sides before = s;
  donsker_varadhan(s.p, s.q);
  nwj(s.p, s.q);
  smile(s.p, s.q, 1.0);
  jensen_shannon_form(s.p, s.q);
  EXPECT_EQ(s.p, before.p);
  EXPECT_EQ(s.q, before.q);
  // Two coins: r = ln p/q takes two values, and each optimum gives the KL exactly.
  const std::vector<double> r{std::log(0.75 / 0.25), std::log(0.25 / 0.75)};
  const std::vector<double> p{r[0], r[0], r[0], r[1]}, q{r[0], r[1], r[1], r[1]};
  const double kl = 0.75 * r[0] + 0.25 * r[1];
  EXPECT_NEAR(donsker_varadhan(p, q).value, kl, 1e-14);
  EXPECT_NEAR(nwj(plus(p, 1.0), plus(q, 1.0)).value, kl, 1e-14);
  EXPECT_LT(nwj(p, q).value, kl - 0.1);  // the critic of the other
}

// The jackknife over pairs by leaving them out for real.
TEST(VariationalBounds, TheJackknifeIsThatOfSmallerMatrices) {
  CounterStream random(6, 0);
  std::vector<double> scores(36);
  for (double& s : scores) s = random.normal();
  scores[7] = 40.0;  // a diagonal entry that is its whole row
  const auto without = [&scores](std::size_t gone) {
    std::vector<double> rest;
    for (std::size_t i = 0; i < 36; ++i) {
      if (i / 6 != gone && i % 6 != gone) rest.push_back(scores[i]);
    }
    return rest;
  };
  const auto check = [&](auto estimator) {
    std::vector<double> values;
    for (std::size_t i = 0; i < 6; ++i) values.push_back(estimator(without(i), 5).value);
    const double expected = std::sqrt(25.0 / 6.0 * sample_variance(values));
    EXPECT_NEAR(*estimator(scores, 6).se, expected, 1e-9 * expected);
  };
  check([](const std::vector<double>& s, std::int64_t b) { return info_nce({s, b}); });
  check([](const std::vector<double>& s, std::int64_t b) {
    return donsker_varadhan(ScoreMatrix{s, b});
  });
  check([](const std::vector<double>& s, std::int64_t b) { return nwj(ScoreMatrix{s, b}); });
  check([](const std::vector<double>& s, std::int64_t b) { return smile({s, b}, 0.7); });
}

TEST(VariationalBounds, Extremes) {
  const std::vector<double> none, nan{std::nan("")}, one{1.0}, two{0.0, 1.0};
  EXPECT_THROW(donsker_varadhan(none, two), Error);
  EXPECT_THROW(nwj(two, nan), Error);
  EXPECT_THROW(smile(two, two, 0.0), Error);
  EXPECT_THROW(info_nce({one, 1}), Error);
  EXPECT_THROW(info_nce({two, 2}), Error);
  EXPECT_THROW(info_nce({std::vector<double>{0.0, nan[0], 0.0, 0.0}, 2}), Error);
  EXPECT_FALSE(donsker_varadhan(two, one).se);
  EXPECT_EQ(nwj(two, std::vector<double>{0.0, 1e4}).value, -kInfinity);
  EXPECT_NEAR(donsker_varadhan(two, std::vector<double>{0.0, 1e4}).value, 0.5 - 1e4 + kLn2, 1e-9);
  EXPECT_NEAR(jensen_shannon_bound(std::vector<double>(3, 1e4), std::vector<double>(3, -1e4)).value,
              kLn2, 1e-15);
}

// e^T = U^-k is Pareto with index 1/k: no variance from k = 1/2 on. Its sample variance is finite
// all the same, and would be taken for an error.
TEST(VariationalBounds, WithoutAVarianceThereIsNoError) {
  const auto scores = [](double k) {
    CounterStream random(41, 1);
    std::vector<double> t(2000);
    for (double& v : t) v = -k * std::log1p(-random.uniform());
    return t;
  };
  const std::vector<double> p(100, 0.0);
  for (const double k : {0.1, 0.25}) {
    EXPECT_TRUE(donsker_varadhan(p, scores(k)).se) << k;
    EXPECT_TRUE(nwj(p, scores(k)).se) << k;
  }
  for (const double k : {0.75, 1.5}) {
    for (const Estimate& e : {donsker_varadhan(p, scores(k)), nwj(p, scores(k))}) {
      EXPECT_FALSE(e.se) << k;
      EXPECT_NE(e.note.find("Pareto"), std::string::npos) << e.note;
      EXPECT_TRUE(std::isfinite(e.value));
    }
    EXPECT_TRUE(smile(p, scores(k), 1.0).se) << "clipped: bounded";
    EXPECT_TRUE(jensen_shannon_bound(p, scores(k)).se) << "of bounded slope";
  }
}

// D68 at the optimal critic of pair A, and the bias of each.
TEST(VariationalBoundsStatistical, IntervalsCover) {
  const auto runs = [](auto estimator, std::uint64_t seed) {
    return testing::repeat(400, seed, [&](CounterStream& random) {
      const Points x = testing::offset_normal_points(800, 1, random);
      const Points y = testing::offset_normal_points(1200, 1, random, 1.0);
      return estimator(testing::pair_a_ratio(x), testing::pair_a_ratio(y));
    });
  };
  using Scores = std::vector<double>;
  const auto dv = runs([](const Scores& p, const Scores& q) { return donsker_varadhan(p, q); }, 11);
  EXPECT_GT(dv.with_error().values.size(), 340u) << "a lognormal tail seldom looks heavier";
  EXPECT_NEAR(dv.with_error().coverage(0.5), 0.95, 0.04);
  const auto bound =
      runs([](const Scores& p, const Scores& q) { return nwj(plus(p, 1.0), plus(q, 1.0)); }, 12);
  EXPECT_NEAR(bound.with_error().coverage(0.5), 0.95, 0.04);
  EXPECT_NEAR(bound.z(0.5), 0.0, 4.0);
  const auto js =
      runs([](const Scores& p, const Scores& q) { return jensen_shannon_bound(p, q); }, 13);
  EXPECT_NEAR(js.coverage(0.1114214822), 0.95, 0.04);
  EXPECT_NEAR(js.z(0.1114214822), 0.0, 4.0);
  const auto clipped = runs([](const Scores& p, const Scores& q) { return smile(p, q, 0.5); }, 14);
  EXPECT_NEAR(clipped.coverage_of_mean(), 0.95, 0.04);
}

// The logarithm of a mean over m = 20 raises the value by chi^2/(2 m) = 1.718/40 to first order.
TEST(VariationalBoundsStatistical, ASmallBatchRaisesDonskerVaradhan) {
  const testing::Repetitions runs = testing::repeat(4000, 15, [](CounterStream& random) {
    const Points x = testing::offset_normal_points(20, 1, random);
    const Points y = testing::offset_normal_points(20, 1, random, 1.0);
    return donsker_varadhan(testing::pair_a_ratio(x), testing::pair_a_ratio(y));
  });
  EXPECT_GT(runs.z(0.5), 4.0);
  EXPECT_NEAR(runs.mean() - 0.5, 1.718 / 40.0, 0.02);
}

// D68 for entries that share samples: x, y jointly normal with correlation .6, critic ln
// p(y|x)/p(y). The error from independent entries, as if B^2, is far too small.
TEST(VariationalBoundsStatistical, MatrixIntervalsCover) {
  const auto runs = [](auto estimator, std::uint64_t seed) {
    return testing::repeat(400, seed, [&](CounterStream& random) {
      constexpr std::size_t kPairs = 100;
      std::vector<double> x(kPairs), y(kPairs), scores(kPairs * kPairs);
      for (std::size_t i = 0; i < kPairs; ++i) {
        x[i] = random.normal();
        y[i] = 0.6 * x[i] + 0.8 * random.normal();
      }
      for (std::size_t i = 0; i < kPairs; ++i) {
        for (std::size_t j = 0; j < kPairs; ++j) {
          const double z = (y[j] - 0.6 * x[i]) / 0.8;
          scores[i * kPairs + j] = 0.5 * y[j] * y[j] - 0.5 * z * z - std::log(0.8);
        }
      }
      return estimator(ScoreMatrix{scores, kPairs});
    });
  };
  const double truth = -0.5 * std::log(1.0 - 0.36);
  const auto nce = runs([](const ScoreMatrix& s) { return info_nce(s); }, 21);
  EXPECT_NEAR(nce.coverage_of_mean(), 0.95, 0.04);
  EXPECT_LT(nce.mean(), truth + 4.0 * nce.sd() / 20.0);
  const auto dv = runs([](const ScoreMatrix& s) { return donsker_varadhan(s); }, 22);
  EXPECT_NEAR(dv.with_error().coverage_of_mean(), 0.95, 0.04);
  const auto bound = runs([](const ScoreMatrix& s) { return nwj(s); }, 23);
  EXPECT_NEAR(bound.with_error().coverage_of_mean(), 0.95, 0.04);
  const auto js = runs([](const ScoreMatrix& s) { return jensen_shannon_form(s); }, 24);
  EXPECT_NEAR(js.coverage_of_mean(), 0.95, 0.04);
}

}  // namespace
}  // namespace elbow
