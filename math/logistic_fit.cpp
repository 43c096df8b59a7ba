#include "math/logistic_fit.h"

#include <cmath>
#include <numeric>
#include <utility>

#include "math/cholesky.h"
#include "math/numeric.h"

namespace elbow {
namespace {

/// Features of both samples of a fit, [n, 1 + features] with a 1 in front.
struct Design {
  const Points &p, &q;
  std::size_t width() const { return static_cast<std::size_t>(p.dim()); }
};

double dot(const double* a, const std::vector<double>& b) {
  return std::inner_product(b.begin(), b.end(), a, 0.0);
}

struct Sums {
  double value = 0.0;
  std::int64_t wrong = 0;  // points on the other side of T = 0, or on it
  std::vector<double> gradient, hessian;
};

// Mean of softplus(-T) over P plus mean of softplus(T) over Q, each half, plus the penalty; and
// where asked its gradient and Hessian (lower triangle).
Sums objective(const Design& design, const std::vector<double>& w, double ridge, std::int64_t group,
               bool derivatives) {
  const std::size_t width = design.width();
  Sums sums;
  for (std::size_t k = 1; k < width; ++k) sums.value += 0.5 * ridge * w[k] * w[k];
  if (derivatives) {
    sums.gradient.assign(width, 0.0);
    sums.hessian.assign(width * width, 0.0);
    for (std::size_t k = 1; k < width; ++k) {
      sums.gradient[k] = ridge * w[k];
      sums.hessian[k * width + k] = ridge;
    }
  }
  for (const bool real : {true, false}) {
    const Points& points = real ? design.p : design.q;
    std::int64_t count = 0;
    for (std::int64_t i = 0; i < points.size(); ++i) count += is_kept(i, group);
    const double weight = 0.5 / static_cast<double>(count);
    for (std::int64_t i = 0; i < points.size(); ++i) {
      if (!is_kept(i, group)) continue;
      const double* x = points.row(i);
      const double t = dot(x, w);
      sums.value += weight * softplus(real ? -t : t);
      sums.wrong += real ? !(t > 0.0) : !(t < 0.0);
      if (!derivatives) continue;
      const double slope = weight * (real ? -sigmoid(-t) : sigmoid(t));
      const double bend = weight * sigmoid(t) * sigmoid(-t);
      for (std::size_t k = 0; k < width; ++k) {
        sums.gradient[k] += slope * x[k];
        double* row = sums.hessian.data() + k * width;
        const double scaled = bend * x[k];
        for (std::size_t l = 0; l <= k; ++l) row[l] += scaled * x[l];
      }
    }
  }
  return sums;
}

}  // namespace

LogisticFit fit_logistic(const Points& p, const Points& q, const LogisticFitOptions& options,
                         std::int64_t group, std::vector<double> start) {
  const Design design{p, q};
  const std::size_t width = design.width();
  LogisticFit fit{.weights = std::move(start)};
  fit.weights.resize(width, 0.0);
  std::vector<double>& w = fit.weights;
  for (std::int64_t iteration = 0; iteration < options.most_iterations; ++iteration) {
    Sums sums = objective(design, w, options.ridge, group, true);
    fit.separates = sums.wrong == 0;
    for (std::size_t k = 0; k < width; ++k) sums.hessian[k * width + k] += 1e-12;
    const Cholesky factor(std::move(sums.hessian), width);
    if (!factor.ok()) break;
    const std::vector<double> step = factor.solve(sums.gradient);
    const double decrease =
        std::inner_product(step.begin(), step.end(), sums.gradient.begin(), 0.0);
    if (decrease < options.tolerance * options.tolerance) break;
    std::vector<double> next = w;
    for (double length = 1.0; length > 1e-10; length *= 0.5) {
      for (std::size_t k = 0; k < w.size(); ++k) next[k] = w[k] - length * step[k];
      // A full step near the minimum changes the value by less than it is rounded.
      if (objective(design, next, options.ridge, group, false).value <= sums.value + 1e-13) break;
    }
    w = next;
  }
  return fit;
}

}  // namespace elbow
