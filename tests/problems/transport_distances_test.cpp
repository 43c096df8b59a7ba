// What problems state of transport distances, on estimators with planted mistakes.
#include "problems/transport_distances.h"

#include <gtest/gtest.h>

#include <cmath>

#include "math/estimators/energy.h"
#include "math/estimators/frechet.h"
#include "math/estimators/sinkhorn.h"
#include "math/estimators/sliced.h"
#include "math/estimators/wasserstein.h"
#include "tests/problems/verdicts.h"

namespace elbow::problems {
namespace {

Verdicts with(const TransportEstimators& estimators) {
  return verdicts([&](const Checks& c) {
    check_lines(c, 0.7, estimators);
    check_distances(c, "", normals(200, 2, 0.0, 1.0, 1, 31), normals(200, 2, 0.6, 1.4, 1, 32), 1,
                    estimators);
    check_two_algorithms(c, 1, estimators);
    check_shifts(c, 1, 20000, estimators);
  });
}

Estimate times(double factor, Estimate e) {
  e.value *= factor;
  if (e.se) *e.se *= factor;
  return e;
}

/// Mean of ‖x − y‖^power over the points in the order in which they were given.
Estimate unsorted(const PointsView& p, const PointsView& q, double power) {
  double sum = 0.0;
  for (std::int64_t i = 0; i < p.size(); ++i) {
    double squares = 0.0;
    for (std::int64_t l = 0; l < p.dim(); ++l)
      squares += (p.row(i)[l] - q.row(i)[l]) * (p.row(i)[l] - q.row(i)[l]);
    sum += std::pow(squares, 0.5 * power);
  }
  return {.value = sum / static_cast<double>(p.size()), .se = 1e-2};
}

TEST(TransportDistances, TheEstimatorsHold) { expect_none_fails(with(transport_estimators())); }

TEST(TransportDistances, ACouplingThatIsNotSortedIsCaught) {
  TransportEstimators mutant = transport_estimators();
  mutant.w1 = [](const PointsView& p, const PointsView& q) {
    return p.dim() == 1 ? unsorted(p, q, 1.0) : wasserstein1(p, q);
  };
  mutant.w2_squared = [](const PointsView& p, const PointsView& q) {
    return p.dim() == 1 ? unsorted(p, q, 2.0) : wasserstein2_squared(p, q);
  };
  const Verdicts v = with(mutant);
  expect_caught(v, "G46/W1");
  expect_caught(v, "G46/W2");
  expect_caught(v, "G46/m=0.5/W1");
  expect_caught(v, "G46/m=0.5/W2");
}

TEST(TransportDistances, AMeanOverCoordinatesForASumIsCaught) {
  TransportEstimators mutant = transport_estimators();
  mutant.w2_squared = [](const PointsView& p, const PointsView& q) {
    return times(1.0 / static_cast<double>(p.dim()), wasserstein2_squared(p, q));
  };
  const Verdicts v = with(mutant);
  expect_caught(v, "G46/order");
  expect_caught(v, "G46/W2");
}

TEST(TransportDistances, ASquareForADistanceIsCaught) {
  TransportEstimators mutant = transport_estimators();
  mutant.w1 = wasserstein2_squared;
  const Verdicts v = with(mutant);
  expect_caught(v, "G47/theta=0.700/W1");
  expect_caught(v, "G46/order");
}

TEST(TransportDistances, CovariancesThatAreNotRootedTogetherAreCaught) {
  TransportEstimators mutant = transport_estimators();
  // The term of both covariances is left out: ‖Δμ‖² + tr Σ1 + tr Σ2.
  mutant.frechet = [](const PointsView& p, const PointsView& q) {
    const GaussianMoments a = gaussian_moments(p, 0), b = gaussian_moments(q, 0);
    double value = 0.0;
    for (std::size_t i = 0; i < a.mean.size(); ++i)
      value += std::pow(a.mean[i] - b.mean[i], 2) + a.covariance[i * (a.mean.size() + 1)] +
               b.covariance[i * (a.mean.size() + 1)];
    return Estimate{.value = value};
  };
  expect_caught(with(mutant), "G54");
}

TEST(TransportDistances, ASumOverDirectionsForAMeanIsCaught) {
  TransportEstimators mutant = transport_estimators();
  mutant.sliced_w1 = [](const PointsView& p, const PointsView& q, const PointsView& directions) {
    return times(static_cast<double>(directions.size()), sliced_wasserstein1(p, q, directions));
  };
  expect_caught(with(mutant), "G53/sliced");
}

TEST(TransportDistances, ASelfTermWithoutItsHalfIsCaught) {
  TransportEstimators mutant = transport_estimators();
  mutant.sinkhorn = [](const PointsView& p, const PointsView& q, double epsilon) {
    return Estimate{.value = entropic_transport(p, q, epsilon).value -
                             entropic_self_transport(p, epsilon).value -
                             entropic_self_transport(q, epsilon).value};
  };
  expect_caught(with(mutant), "G53/sinkhorn");
}

TEST(TransportDistances, AnEnergyDistanceWithoutItsSelfTermsIsCaught) {
  TransportEstimators mutant = transport_estimators();
  // 2 E‖X − Y‖ alone.
  mutant.energy_biased = mutant.energy_unbiased = [](const PointsView& p, const PointsView& q) {
    Estimate e = unsorted(p, q, 1.0);
    return times(2.0, e);
  };
  const Verdicts v = with(mutant);
  expect_caught(v, "G53/energy");
  expect_caught(v, "G46/m=0.5/energy");
}

}  // namespace
}  // namespace elbow::problems
