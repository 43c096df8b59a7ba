#include "problems/transport_distances.h"

#include <cmath>
#include <utility>
#include <vector>

#include "math/estimators/energy.h"
#include "math/estimators/frechet.h"
#include "math/estimators/sinkhorn.h"
#include "math/estimators/sliced.h"
#include "math/estimators/wasserstein.h"
#include "math/threefry.h"

namespace elbow::problems {

TransportEstimators transport_estimators() {
  return {.w1 = wasserstein1,
          .w2_squared = wasserstein2_squared,
          .energy_unbiased = elbow::energy_unbiased,
          .energy_biased = elbow::energy_biased,
          .frechet =
              [](const PointsView& p, const PointsView& q) {
                return Estimate{
                    .value = frechet_distance(gaussian_moments(p, 0), gaussian_moments(q, 0))};
              },
          .sliced_w1 = sliced_wasserstein1,
          .sinkhorn = sinkhorn_divergence};
}

Points line(double shift, std::int64_t n) {
  std::vector<double> values;
  for (std::int64_t i = 0; i < n; ++i) {
    values.push_back(shift);
    values.push_back((static_cast<double>(i) + 0.5) / static_cast<double>(n));
  }
  return {std::move(values), 2};
}

Points normals(std::int64_t n, std::int64_t d, double mean, double sd, std::uint64_t seed,
               std::uint64_t stream) {
  CounterStream random(seed, stream);
  std::vector<double> values;
  for (std::int64_t i = 0; i < n * d; ++i) values.push_back(mean + sd * random.normal());
  return {std::move(values), d};
}

void check_lines(const Checks& checks, double theta, const TransportEstimators& estimators) {
  checks.oracle("G47/theta=" + std::to_string(theta).substr(0, 5) + "/W1",
                "W₁ of the lines = |θ|, by assignment",
                estimators.w1(line(0.0, 64), line(theta, 64)).value, std::abs(theta), 1e-12);
}

void check_distances(const Checks& checks, const std::string& suffix, const PointsView& p,
                     const PointsView& q, std::uint64_t seed,
                     const TransportEstimators& estimators) {
  const double w1 = estimators.w1(p, q).value, w2 = estimators.w2_squared(p, q).value;
  checks.bound("G46/order" + suffix, "W₁² ≤ W₂² of the same clouds", w1 * w1, w2, 1e-12);
  checks.bound("G54" + suffix, "Fréchet distance with 1/n covariances ≤ W₂² of the same clouds",
               estimators.frechet(p, q).value, w2, 1e-9);
  CounterStream random(seed, 33);
  const Points directions = random_directions(50, p.dim(), random);
  checks.bound("G53/sliced" + suffix, "sliced W₁ ≤ W₁ of the same clouds",
               estimators.sliced_w1(p, q, directions).value, w1, 1e-12);
  checks.bound("G53/sinkhorn" + suffix, "Sinkhorn divergence ≥ 0", 0.0,
               estimators.sinkhorn(p, q, 0.5).value, 1e-9);
  checks.bound("G53/energy" + suffix, "energy distance of the clouds ≤ 2 W₁",
               estimators.energy_biased(p, q).value, 2.0 * w1, 1e-12);
}

void check_two_algorithms(const Checks& checks, std::uint64_t seed,
                          const TransportEstimators& estimators) {
  const Points p = normals(150, 1, 0.0, 1.0, seed, 34), q = normals(150, 1, 0.4, 0.7, seed, 35);
  const auto lifted = [](const Points& points) {
    std::vector<double> values;
    for (std::int64_t i = 0; i < points.size(); ++i) {
      values.push_back(0.6 * points.row(i)[0]);
      values.push_back(0.8 * points.row(i)[0]);
    }
    return Points(std::move(values), 2);
  };
  checks.exact("G46/W1", "W₁ by sorting = W₁ by assignment", estimators.w1(p, q).value,
               estimators.w1(lifted(p), lifted(q)).value, 1e-11);
  checks.exact("G46/W2", "W₂² by sorting = W₂² by assignment", estimators.w2_squared(p, q).value,
               estimators.w2_squared(lifted(p), lifted(q)).value, 1e-11);
}

void check_shifts(const Checks& checks, std::uint64_t seed, std::int64_t n,
                  const TransportEstimators& estimators) {
  std::uint64_t stream = 40;
  for (const double m : {0.5, 1.0, 3.0}) {
    const Points p = normals(n, 1, 0.0, 1.0, seed, stream++);
    const Points q = normals(n, 1, m, 1.0, seed, stream++);
    const std::string shift = std::to_string(m).substr(0, 3);
    const Estimate w1 = estimators.w1(p, q), w2 = estimators.w2_squared(p, q);
    checks.statistical("G46/m=" + shift + "/W1", "W₁ of samples of N(0,1) and N(m,1) = m", w1.value,
                       m, w1.se.value_or(0.0));
    checks.statistical("G46/m=" + shift + "/W2", "W₂² of samples of N(0,1) and N(m,1) = m²",
                       w2.value, m * m, w2.se.value_or(0.0));
    const double phi = std::exp(-0.25 * m * m) / std::sqrt(M_PI);
    const double mean_distance = m * std::erf(0.5 * m) + 2.0 * phi;
    const Estimate energy = estimators.energy_unbiased(p, q);
    checks.statistical("G46/m=" + shift + "/energy", "energy distance = 2 E|X−Y| − 4/√π",
                       energy.value, 2.0 * mean_distance - 4.0 / std::sqrt(M_PI),
                       energy.se.value_or(0.0));
  }
}

}  // namespace elbow::problems
