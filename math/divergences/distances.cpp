#include "math/divergences/distances.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <functional>
#include <limits>
#include <numbers>

#include "core/error.h"
#include "math/divergences/density_integrals.h"
#include "math/divergences/gaussian.h"
#include "math/divergences/quadrature.h"

namespace elbow {
namespace {

// F(x) - G(x), from the side on which both are small.
double cdf_difference(const Density& p, const Density& q, double x) {
  const double f = p.cdf(x), g = q.cdf(x);
  return f + g < 1.0 ? f - g : q.survival(x) - p.survival(x);
}

// G^-1(F(x)).
double transported(const Density& p, const Density& q, double x) {
  const double below = p.cdf(x), above = p.survival(x);
  const bool upper = below > 0.5;
  const double tail = std::fmax(upper ? above : below, std::numeric_limits<double>::min());
  return quantile(q, tail, upper);
}

double wasserstein2_squared(const Density& p, const Density& q, std::vector<double> points) {
  // The map may have a kink where it meets one of q's: at F^-1(G(kink)).
  for (const double kink : q.kinks(0)) {
    const double below = q.cdf(kink), above = q.survival(kink);
    if (below > 0.0 && above > 0.0) {
      points.push_back(quantile(p, std::fmin(below, above), above < below));
    }
  }
  const auto cost = [&](double x) {
    const double log_p = p.log_density(x);
    if (log_p < -45.0) return 0.0;
    const double step = x - transported(p, q, x);
    return step * step * std::exp(log_p);
  };
  return integrate(cost, std::move(points), {.relative = 1e-11, .absolute = 1e-14});
}

using PairFunction = std::function<std::optional<double>(const Density&, const Density&)>;

// Bilinear in both arguments: over the components of mixtures.
std::optional<double> over_components(const Density& p, const Density& q, const PairFunction& f) {
  const bool split_p = !p.components().empty();
  if (!split_p && q.components().empty()) return f(p, q);
  double sum = 0.0;
  for (const auto& [weight, density] : split_p ? p.components() : q.components()) {
    const auto part = split_p ? over_components(*density, q, f) : over_components(p, *density, f);
    if (!part) return std::nullopt;
    sum += weight * *part;
  }
  return sum;
}

std::optional<double> plain_distance(const Density& p, const Density& q) {
  if (!p.gaussian() || !q.gaussian()) return std::nullopt;
  const Gaussian &a = *p.gaussian(), &b = *q.gaussian();
  std::vector<double> shift(a.mean.size());
  for (std::size_t i = 0; i < shift.size(); ++i) shift[i] = a.mean[i] - b.mean[i];
  return gaussian_mean_norm(shift, combine(1.0, a.covariance, 1.0, b.covariance));
}

// (h/√2π) int Re[phi_p(w) conj phi_q(w)] e^(-h² w²/2) dw over the line, twice its half.
double kernel_by_characteristic(const Density& p, const Density& q, double bandwidth) {
  const double end = 9.5 / bandwidth;
  // Panels of about a period of the difference of means.
  const double shift = std::fabs(p.mean()[0] - q.mean()[0]);
  const int pieces = static_cast<int>(std::fmin(4.0 + end * shift / 6.0, 4000.0));
  const auto at = [&](double w) {
    const std::span<const double> one(&w, 1);
    const std::complex<double> product = p.characteristic(one) * std::conj(q.characteristic(one));
    return product.real() * std::exp(-0.5 * bandwidth * bandwidth * w * w);
  };
  return 2.0 * bandwidth / std::sqrt(2.0 * std::numbers::pi) *
         integrate(at, refined({0.0, end}, pieces), {.relative = 1e-12, .absolute = 1e-15});
}

std::optional<double> plain_kernel(const Density& p, const Density& q, double bandwidth) {
  if (p.gaussian() && q.gaussian()) {
    return gaussian_mean_kernel(*p.gaussian(), *q.gaussian(), bandwidth);
  }
  if (p.dim() == 1) return kernel_by_characteristic(p, q, bandwidth);
  const auto a = p.factors(), b = q.factors();
  if (a.empty() || b.empty()) return std::nullopt;
  double product = 1.0;
  for (std::size_t i = 0; i < a.size(); ++i) product *= *plain_kernel(*a[i], *b[i], bandwidth);
  return product;
}

void require_same_dim(const Density& p, const Density& q, std::int64_t dim) {
  if (p.dim() != q.dim() || (dim > 0 && p.dim() != dim)) {
    throw Error("error: a distance is between densities of one dimension" +
                std::string(dim == 1 ? ", here 1" : "") + "; these have " +
                std::to_string(p.dim()) + " and " + std::to_string(q.dim()) + ".");
  }
}

// f(p, p) + f(q, q) - 2 f(p, q).
std::optional<double> squared_difference(const Density& p, const Density& q,
                                         const PairFunction& f) {
  const auto pp = f(p, p), qq = f(q, q), pq = f(p, q);
  if (!pp || !qq || !pq) return std::nullopt;
  return *pp + *qq - 2.0 * *pq;
}

}  // namespace

LineDistances line_distances(const Density& p, const Density& q) {
  require_same_dim(p, q, 1);
  std::vector<double> points = density_breakpoints(p, q);
  const auto difference = [&](double x) { return cdf_difference(p, q, x); };
  auto with_crossings = points;
  const auto crossings = sign_changes(difference, refined(points, 8));
  with_crossings.insert(with_crossings.end(), crossings.begin(), crossings.end());
  const Integrals integrals = integrate(
      [&](double x, std::span<double> out) {
        const double d = difference(x);
        out[0] = std::fabs(d);
        out[1] = 2.0 * d * d;
      },
      2, std::move(with_crossings));
  return {integrals.values[0], wasserstein2_squared(p, q, std::move(points)), integrals.values[1]};
}

std::optional<double> mean_distance(const Density& p, const Density& q) {
  require_same_dim(p, q, 0);
  return over_components(p, q, plain_distance);
}

std::optional<double> energy_distance(const Density& p, const Density& q) {
  const auto negated = squared_difference(p, q, mean_distance);
  if (!negated) return std::nullopt;
  return -*negated;
}

std::optional<double> mean_kernel(const Density& p, const Density& q, double bandwidth) {
  require_same_dim(p, q, 0);
  if (!(bandwidth > 0.0)) throw Error("error: the bandwidth of a kernel must be positive.");
  return over_components(
      p, q, [&](const Density& a, const Density& b) { return plain_kernel(a, b, bandwidth); });
}

std::optional<double> squared_mmd(const Density& p, const Density& q,
                                  std::span<const double> bandwidths) {
  double sum = 0.0;
  for (const double h : bandwidths) {
    const auto part = squared_difference(
        p, q, [&](const Density& a, const Density& b) { return mean_kernel(a, b, h); });
    if (!part) return std::nullopt;
    sum += *part;
  }
  return sum;
}

}  // namespace elbow
