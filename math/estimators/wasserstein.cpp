#include "math/estimators/wasserstein.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>

#include "core/error.h"
#include "math/assignment.h"
#include "math/distances.h"
#include "math/numeric.h"
#include "math/quantile_coupling.h"
#include "math/sample_support.h"

namespace elbow {
namespace {

double line_cost(double x, double y, TransportCost cost) {
  const double difference = std::fabs(x - y);
  return cost == TransportCost::distance ? difference : difference * difference;
}

double coupled_cost(std::span<const double> x, std::span<const double> y, TransportCost cost) {
  double total = 0.0;
  for_each_coupled(x.size(), y.size(), [&](std::size_t i, std::size_t j, double mass) {
    total += mass * line_cost(x[i], y[j], cost);
  });
  return total;
}

/// f(x_{i+1}) - f(x_i) = cost(x_{i+1}, T) - cost(x_i, T), T the quantile of y at level (i+1)/n: any
/// point of the gap where the level is reached exactly, of whose ends the mean is taken.
std::vector<double> potentials(std::span<const double> x, std::span<const double> y,
                               TransportCost cost) {
  const std::size_t n = x.size(), m = y.size();
  std::vector<double> f(n, 0.0);
  for (std::size_t i = 0; i + 1 < n; ++i) {
    const double low = y[((i + 1) * m - 1) / n], high = y[(i + 1) * m / n];
    const auto step = [&](double t) {
      return line_cost(x[i + 1], t, cost) - line_cost(x[i], t, cost);
    };
    f[i + 1] = f[i] + 0.5 * (step(low) + step(high));
  }
  return f;
}

std::vector<double> picked(std::span<const double> x, const std::vector<std::size_t>& order) {
  std::vector<double> values;
  values.reserve(x.size());
  for (const std::size_t i : order) values.push_back(x[i]);
  return values;
}

std::vector<double> unsorted(const std::vector<double>& values,
                             const std::vector<std::size_t>& order) {
  std::vector<double> original(values.size());
  for (std::size_t i = 0; i < order.size(); ++i) original[order[i]] = values[i];
  return original;
}

Estimate estimate(const PointsView& p, const PointsView& q, TransportCost cost) {
  const Transport transport = p.dim() == 1 ? transport_on_line(p.all(), q.all(), cost)
                                           : transport_by_assignment(p, q, cost);
  if (!std::isfinite(transport.cost)) {
    throw Error("The transport cost exceeds the largest number: scale the points.");
  }
  Estimate found{.value = transport.cost, .bias = Bias::upper};
  if (p.size() < 2 || q.size() < 2) {
    found.note = "no standard error from one point";
    return found;
  }
  found.se = potentials_se(transport.f, transport.g);
  found.note = "the standard error says nothing where P = Q: compare with the floor";
  return found;
}

}  // namespace

std::vector<std::size_t> ascending_order(std::span<const double> x) {
  std::vector<std::size_t> order(x.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return x[a] < x[b]; });
  return order;
}

double potentials_se(std::span<const double> f, std::span<const double> g) {
  return std::sqrt(sample_variance(f) / static_cast<double>(f.size()) +
                   sample_variance(g) / static_cast<double>(g.size()));
}

double transport_cost_on_line(std::span<const double> x, std::span<const double> y,
                              TransportCost cost) {
  std::vector<double> a(x.begin(), x.end()), b(y.begin(), y.end());
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  return coupled_cost(a, b, cost);
}

Transport transport_on_line(std::span<const double> x, std::span<const double> y,
                            TransportCost cost) {
  const auto x_order = ascending_order(x), y_order = ascending_order(y);
  const std::vector<double> a = picked(x, x_order), b = picked(y, y_order);
  Transport transport{.cost = coupled_cost(a, b, cost),
                      .f = unsorted(potentials(a, b, cost), x_order),
                      .g = unsorted(potentials(b, a, cost), y_order)};
  const double shift = transport.cost - mean(transport.f) - mean(transport.g);
  for (double& value : transport.f) value += shift;
  return transport;
}

Transport transport_by_assignment(const PointsView& p, const PointsView& q, TransportCost cost) {
  if (p.size() != q.size()) {
    throw Error(
        "Exact transport in more than one dimension needs as many points on both sides; "
        "there are " +
        std::to_string(p.size()) + " and " + std::to_string(q.size()) +
        ". Leave out some of the larger set.");
  }
  std::vector<double> costs = squared_distances(p, q);
  if (cost == TransportCost::distance) {
    for (double& value : costs) value = std::sqrt(value);
  }
  Assignment solved = solve_assignment(costs, p.size());
  return {.cost = solved.cost / static_cast<double>(p.size()),
          .f = std::move(solved.row),
          .g = std::move(solved.column)};
}

Estimate wasserstein1(const PointsView& p, const PointsView& q) {
  require_comparable(p, q, 1, "The Wasserstein distance");
  return without_error_of_a_doubtful_moment(estimate(p, q, TransportCost::distance), p, q, 2.0);
}

Estimate wasserstein2_squared(const PointsView& p, const PointsView& q) {
  require_comparable(p, q, 1, "The Wasserstein distance");
  return without_error_of_a_doubtful_moment(estimate(p, q, TransportCost::squared_distance), p, q,
                                            4.0);
}

namespace estimators::wasserstein {

std::vector<EstimatorSpec> specs() {
  EstimatorSpec w1{
      .name = "wasserstein1_exact",
      .quantity = "wasserstein1",
      .summary = "W1 of the two empirical distributions: sorting in 1-D, assignment in d-D.",
      .equation = R"(\min_{\pi\in\Pi(\hat P,\hat Q)}\mathbb E_\pi\lVert X-Y\rVert)",
      .unicode = "min over couplings of E‖X−Y‖",
      .unit = "distance",
      .minimum = 0.0,
      .bias = Bias::upper,
      .bias_note = "c/√n on a line, about n^(−1/d) in d ≥ 3: compare with the floor",
      .standard_error = "dual potentials, √(Var f/n + Var g/m); says nothing at P = Q",
      .cost = "O(n log n) in 1-D, O(n³) in d-D",
      .confused_with = "a Wasserstein critic's loss, which is a lower bound for one critic",
      .reference =
          "Peyré & Cuturi 2019, Computational optimal transport; del Barrio & Loubes 2019"};
  EstimatorSpec w2 = w1;
  w2.name = "wasserstein2_squared_exact";
  w2.quantity = "wasserstein2_squared";
  w2.summary = "W2² of the two empirical distributions: sorting in 1-D, assignment in d-D.";
  w2.equation = R"(\min_{\pi\in\Pi(\hat P,\hat Q)}\mathbb E_\pi\lVert X-Y\rVert^2)";
  w2.unicode = "min over couplings of E‖X−Y‖²";
  w2.unit = "squared distance";
  w2.bias_note = "1/n up to logarithms on a line, about n^(−2/d) in d ≥ 5: compare with the floor";
  w2.confused_with = "its square root W2; the cost with a factor ½";
  return {w1, w2};
}

}  // namespace estimators::wasserstein
}  // namespace elbow
