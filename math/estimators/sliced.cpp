#include "math/estimators/sliced.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/error.h"
#include "math/distance_kernels.h"
#include "math/estimators/wasserstein.h"
#include "math/numeric.h"
#include "math/quantile_coupling.h"

namespace elbow {
namespace {

std::vector<double> project(const PointsView& p, const double* direction) {
  std::vector<double> values(static_cast<std::size_t>(p.size()));
  for (std::int64_t i = 0; i < p.size(); ++i) {
    values[static_cast<std::size_t>(i)] = kernels::dot(p.row(i), direction, p.dim());
  }
  return values;
}

/// Scales to unit length; false where there is nothing to scale.
bool normalise(std::vector<double>& direction) {
  const auto d = static_cast<std::int64_t>(direction.size());
  const double length = std::sqrt(kernels::dot(direction.data(), direction.data(), d));
  if (!(length > 1e-150)) return false;
  for (double& value : direction) value /= length;
  return true;
}

void add(std::vector<double>& total, const std::vector<double>& values, double weight) {
  for (std::size_t i = 0; i < total.size(); ++i) total[i] += weight * values[i];
}

Estimate sliced(const PointsView& p, const PointsView& q, const PointsView& directions,
                TransportCost cost) {
  require_comparable(p, q, 1, "The sliced Wasserstein distance");
  require_points(directions, 1, "The sliced Wasserstein distance's set of directions");
  if (directions.dim() != p.dim()) {
    throw Error("The directions of a sliced distance have " + std::to_string(directions.dim()) +
                " coordinates, the points " + std::to_string(p.dim()) + ".");
  }
  const auto count = static_cast<double>(directions.size());
  std::vector<double> costs;
  std::vector<double> f(static_cast<std::size_t>(p.size())), g(static_cast<std::size_t>(q.size()));
  for (std::int64_t l = 0; l < directions.size(); ++l) {
    const Transport slice =
        transport_on_line(project(p, directions.row(l)), project(q, directions.row(l)), cost);
    costs.push_back(slice.cost);
    add(f, slice.f, 1.0 / count);
    add(g, slice.g, 1.0 / count);
  }
  Estimate estimate{.value = mean(costs), .bias = Bias::upper};
  if (p.size() < 2 || q.size() < 2 || costs.size() < 2) {
    estimate.note = "no standard error from one point or one direction";
    return estimate;
  }
  estimate.se = std::hypot(potentials_se(f, g), std::sqrt(sample_variance(costs) / count));
  estimate.note = "where P = Q the standard error is that of the directions alone";
  return estimate;
}

/// W2² along cos t · u + sin t · v.
class GreatCircle {
 public:
  GreatCircle(const PointsView& p, const PointsView& q, std::vector<double> u,
              std::vector<double> v)
      : u_(std::move(u)),
        v_(std::move(v)),
        pu_(project(p, u_.data())),
        pv_(project(p, v_.data())),
        qu_(project(q, u_.data())),
        qv_(project(q, v_.data())) {}

  double operator()(double t) const {
    return transport_cost_on_line(mixed(pu_, pv_, t), mixed(qu_, qv_, t),
                                  TransportCost::squared_distance);
  }
  std::vector<double> direction(double t) const { return mixed(u_, v_, t); }

 private:
  static std::vector<double> mixed(const std::vector<double>& a, const std::vector<double>& b,
                                   double t) {
    std::vector<double> values(a.size());
    const double c = std::cos(t), s = std::sin(t);
    for (std::size_t i = 0; i < a.size(); ++i) values[i] = c * a[i] + s * b[i];
    return values;
  }
  std::vector<double> u_, v_, pu_, pv_, qu_, qv_;
};

/// The angle of the largest value: the best of a grid on |t| <= width, then golden sections around
/// it. The value has kinks where the matching changes, so no derivative is used.
double best_angle(const GreatCircle& circle, double width, double precision) {
  constexpr int kGrid = 6;
  constexpr double kGolden = 0.6180339887498949;
  double best = 0.0, value = circle(0.0);
  for (int k = 1; k <= kGrid; ++k) {
    for (const double t : {width * k / kGrid, -width * k / kGrid}) {
      const double here = circle(t);
      if (here <= value) continue;
      best = t;
      value = here;
    }
  }
  double low = best - width / kGrid, high = best + width / kGrid;
  double a = high - kGolden * (high - low), b = low + kGolden * (high - low);
  double at_a = circle(a), at_b = circle(b);
  while (high - low > precision) {
    if (at_a > at_b) {
      high = b;
      b = a;
      at_b = at_a;
      a = high - kGolden * (high - low);
      at_a = circle(a);
    } else {
      low = a;
      a = b;
      at_a = at_b;
      b = low + kGolden * (high - low);
      at_b = circle(b);
    }
  }
  const double refined = 0.5 * (low + high);
  return circle(refined) > value ? refined : best;
}

/// ½ ∇_θ W2²(θ) = Σ mass_ij (θ·x_i - θ·y_j)(x_i - y_j) over the coupling of the projections.
std::vector<double> half_gradient(const PointsView& p, const PointsView& q,
                                  const std::vector<double>& theta) {
  const std::vector<double> x = project(p, theta.data()), y = project(q, theta.data());
  const auto x_order = ascending_order(x), y_order = ascending_order(y);
  std::vector<double> gradient(theta.size(), 0.0);
  for_each_coupled(x.size(), y.size(), [&](std::size_t i, std::size_t j, double mass) {
    const std::size_t a = x_order[i], b = y_order[j];
    const double weight = mass * (x[a] - y[b]);
    const double* from = p.row(static_cast<std::int64_t>(a));
    const double* to = q.row(static_cast<std::int64_t>(b));
    for (std::size_t k = 0; k < gradient.size(); ++k) gradient[k] += weight * (from[k] - to[k]);
  });
  return gradient;
}

/// The part of `direction` orthogonal to θ, of unit length; false where there is none.
bool make_tangent(std::vector<double>& direction, const std::vector<double>& theta) {
  const auto d = static_cast<std::int64_t>(theta.size());
  const double along = kernels::dot(direction.data(), theta.data(), d);
  const double length = std::sqrt(kernels::dot(direction.data(), direction.data(), d));
  add(direction, theta, -along);
  const double left = std::sqrt(kernels::dot(direction.data(), direction.data(), d));
  return left > 1e-9 * length && normalise(direction);
}

std::vector<double> random_direction(std::int64_t d, CounterStream& random) {
  std::vector<double> direction(static_cast<std::size_t>(d));
  do {
    for (double& value : direction) value = random.normal();
  } while (!normalise(direction));
  return direction;
}

double slice_cost(const PointsView& p, const PointsView& q, const std::vector<double>& theta) {
  return transport_cost_on_line(project(p, theta.data()), project(q, theta.data()),
                                TransportCost::squared_distance);
}

/// Great circles through θ, alternately along the gradient and along random tangents: at a kink,
/// where the maximum often lies, the gradient of one side leads nowhere.
void ascend(const PointsView& p, const PointsView& q, CounterStream& random,
            std::vector<double>& theta) {
  constexpr int kRounds = 60, kPatience = 6;
  double value = slice_cost(p, q, theta), width = 0.5 * std::numbers::pi;
  for (int round = 0, failures = 0; round < kRounds && failures < kPatience; ++round) {
    std::vector<double> tangent =
        failures % 2 == 0 ? half_gradient(p, q, theta) : random_direction(p.dim(), random);
    if (!make_tangent(tangent, theta)) {
      ++failures;
      continue;
    }
    const GreatCircle circle(p, q, theta, tangent);
    std::vector<double> next = circle.direction(best_angle(circle, width, 1e-9));
    normalise(next);
    const double reached = slice_cost(p, q, next);
    const bool better = reached > value * (1.0 + 1e-9);
    failures = better ? 0 : failures + 1;
    if (!better) width = std::max(0.5 * width, 1e-3);
    if (reached > value) {
      value = reached;
      theta = std::move(next);
    }
  }
}

std::vector<double> mean_difference(const PointsView& p, const PointsView& q) {
  std::vector<double> difference(static_cast<std::size_t>(p.dim()), 0.0);
  const auto add_mean = [&](const PointsView& points, double sign) {
    for (std::int64_t i = 0; i < points.size(); ++i) {
      for (std::int64_t k = 0; k < points.dim(); ++k) {
        difference[static_cast<std::size_t>(k)] +=
            sign * points.at(i, k) / static_cast<double>(points.size());
      }
    }
  };
  add_mean(p, 1.0);
  add_mean(q, -1.0);
  return difference;
}

}  // namespace

Points random_directions(std::int64_t count, std::int64_t d, CounterStream& random) {
  Points directions(count, d);
  for (std::int64_t l = 0; l < count; ++l) {
    const std::vector<double> direction = random_direction(d, random);
    std::copy(direction.begin(), direction.end(), directions.row(l));
  }
  return directions;
}

Estimate sliced_wasserstein1(const PointsView& p, const PointsView& q,
                             const PointsView& directions) {
  return sliced(p, q, directions, TransportCost::distance);
}

Estimate sliced_wasserstein2_squared(const PointsView& p, const PointsView& q,
                                     const PointsView& directions) {
  return sliced(p, q, directions, TransportCost::squared_distance);
}

MaxSliced max_sliced_wasserstein2_squared(const PointsView& p, const PointsView& q,
                                          CounterStream& random, std::int64_t starts) {
  require_comparable(p, q, 1, "The max-sliced Wasserstein distance");
  if (starts < 1) throw Error("The max-sliced Wasserstein distance needs at least one start.");
  MaxSliced best;
  best.estimate.value = -kInfinity;
  for (std::int64_t start = 0; start < starts; ++start) {
    std::vector<double> theta = mean_difference(p, q);
    if (start > 0 || !normalise(theta)) theta = random_direction(p.dim(), random);
    if (p.dim() > 1) ascend(p, q, random, theta);
    const double value = slice_cost(p, q, theta);
    if (value <= best.estimate.value) continue;
    best.estimate.value = value;
    best.direction = std::move(theta);
  }
  best.estimate.note =
      "no standard error: a maximum is not smooth; the ascent may stop below the maximum";
  return best;
}

namespace estimators::sliced {

std::vector<EstimatorSpec> specs() {
  EstimatorSpec w2{
      .name = "sliced_wasserstein2_squared",
      .quantity = "sliced_wasserstein2_squared",
      .summary = "W2² of one-dimensional projections, averaged over directions.",
      .equation = R"(\mathbb E_{\theta\sim S^{d-1}}W_2^2(\theta^\top P,\theta^\top Q))",
      .unicode = "E_θ W2²(θ·P, θ·Q), θ uniform on the sphere",
      .unit = "squared distance",
      .minimum = 0.0,
      .bias = Bias::upper,
      .bias_note = "unbiased over directions; the sampling floor is that of one dimension, any d",
      .standard_error = "directions, sd/√L, and points, by the averaged dual potentials",
      .cost = "O(L n (d + log n))",
      .confused_with = "its root, which is biased down over directions; W2², which is larger",
      .reference = "Bonneel et al. 2015, Sliced and Radon Wasserstein barycenters of measures"};
  EstimatorSpec w1 = w2;
  w1.name = "sliced_wasserstein1";
  w1.quantity = "sliced_wasserstein1";
  w1.summary = "W1 of one-dimensional projections, averaged over directions.";
  w1.equation = R"(\mathbb E_{\theta\sim S^{d-1}}W_1(\theta^\top P,\theta^\top Q))";
  w1.unicode = "E_θ W1(θ·P, θ·Q), θ uniform on the sphere";
  w1.unit = "distance";
  w1.confused_with = "W1, which is larger";
  EstimatorSpec maximum = w2;
  maximum.name = "max_sliced_wasserstein2_squared";
  maximum.quantity = "max_sliced_wasserstein2_squared";
  maximum.summary = "The largest W2² of a one-dimensional projection, by ascent on the direction.";
  maximum.equation = R"(\max_{\lVert\theta\rVert=1}W_2^2(\theta^\top P,\theta^\top Q))";
  maximum.unicode = "max over ‖θ‖=1 of W2²(θ·P, θ·Q)";
  maximum.bias = Bias::unknown;
  maximum.bias_note = "above in expectation at the true maximum; the ascent may stop below it";
  maximum.standard_error = "none: a maximum is not smooth";
  maximum.cost = "O(starts · rounds · n (d + log n))";
  maximum.confused_with = "the largest of random directions, a lower bound only";
  maximum.reference = "Deshpande et al. 2019, Max-sliced Wasserstein distance";
  return {w2, w1, maximum};
}

}  // namespace estimators::sliced
}  // namespace elbow
