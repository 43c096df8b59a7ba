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
#include "math/divergences/gaussian_distances.h"
#include "math/divergences/quadrature.h"

namespace elbow {
namespace {

constexpr double kRounding = 3e-14;  // of a value, relative

// G^-1(F(x)).
double transported(const Density& p, const Density& q, double x) {
  const double below = p.cdf(x), above = p.survival(x);
  const bool upper = below > 0.5;
  const double tail = std::fmax(upper ? above : below, std::numeric_limits<double>::min());
  return quantile(q, tail, upper);
}

// How far from 0 and how wide a density lies.
double extent(const Density& density) {
  return std::fabs(density.mean()[0]) + 3.0 * std::sqrt(density.covariance()(0, 0));
}

Approximate wasserstein2_squared(const DensityPair& pair, std::vector<double> points) {
  const Density &p = pair.p(), &q = pair.q();
  if (const auto family = p.paired_with(q)) {
    const double value = location_scale_distance(*family);
    const double moved =
        std::fabs(family->location_difference) + std::fabs(family->scale_difference * family->mean);
    return {value, 1e-15 * (value + std::sqrt(value) * moved)};
  }
  // The map may have a kink where it meets one of q's: at F^-1(G(kink)).
  for (const double kink : q.kinks(0)) {
    const double below = q.cdf(kink), above = q.survival(kink);
    if (below > 0.0 && above > 0.0) {
      points.push_back(quantile(p, std::fmin(below, above), above < below));
    }
  }
  const double size = extent(p) + extent(q), rounding = 4e-16 * size;  // of the map
  const auto sum = integrate(
      [&](double x, std::span<double> out) {
        const double log_p = p.log_density(x);
        const double step = log_p < -45.0 ? 0.0 : x - transported(p, q, x);
        out[0] = step * step * std::exp(log_p);
      },
      1, std::move(points),
      {.relative = 1e-11, .absolute = 1e-19 * size * size, .most_panels = 3000});
  const double value = sum.values[0];
  return {value,
          sum.errors[0] + kRounding * value + rounding * (2.0 * std::sqrt(value) + rounding)};
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

// f(p, p) + f(q, q) - 2 f(p, q), with `rounding` of their sum as its error.
std::optional<Approximate> squared_difference(const Density& p, const Density& q,
                                              const PairFunction& f, double rounding) {
  const auto pp = f(p, p), qq = f(q, q), pq = f(p, q);
  if (!pp || !qq || !pq) return std::nullopt;
  return Approximate{*pp + *qq - 2.0 * *pq,
                     rounding * (std::fabs(*pp) + std::fabs(*qq) + 2.0 * std::fabs(*pq))};
}

bool of_gaussians(const Density& density) {
  const auto components = density.components();
  if (components.empty()) return density.gaussian() != nullptr;
  return std::all_of(components.begin(), components.end(),
                     [](const auto& component) { return of_gaussians(*component.second); });
}

}  // namespace

double location_scale_distance(const LocationScalePair& pair) {
  const double shift = pair.location_difference + pair.scale_difference * pair.mean;
  return shift * shift + pair.scale_difference * pair.scale_difference * pair.variance;
}

LineDistances line_distances(const Density& p, const Density& q) {
  require_same_dim(p, q, 1);
  const DensityPair pair(p, q);
  std::vector<double> points = density_breakpoints(pair);
  const auto difference = [&](double x) { return pair.cdf_difference(x); };
  auto with_crossings = points;
  const auto crossings = sign_changes(difference, refined(points, 8));
  with_crossings.insert(with_crossings.end(), crossings.begin(), crossings.end());
  const Integrals integrals = integrate(
      [&](double x, std::span<double> out) {
        const double d = difference(x);
        out[0] = std::fabs(d);
        out[1] = 2.0 * d * d;
      },
      2, std::move(with_crossings), {.relative = 1e-12, .absolute = 0.0, .most_panels = 5000});
  const double w1 = integrals.values[0], energy = integrals.values[1];
  const double size = extent(pair.p()) + extent(pair.q());
  return {{w1, integrals.errors[0] + kRounding * w1 + pair.noise() * size},
          wasserstein2_squared(pair, std::move(points)),
          {energy, integrals.errors[1] + kRounding * energy +
                       pair.noise() * (4.0 * w1 + 2.0 * pair.noise() * size)}};
}

std::optional<double> mean_distance(const Density& p, const Density& q) {
  require_same_dim(p, q, 0);
  return over_components(p, q, plain_distance);
}

std::optional<Approximate> energy_distance(const Density& p, const Density& q) {
  require_same_dim(p, q, 0);
  if (p.dim() > 1 && p.gaussian() && q.gaussian())
    return gaussian_energy(*p.gaussian(), *q.gaussian());
  auto negated = squared_difference(p, q, mean_distance, p.dim() == 1 ? 4e-16 : 2e-13);
  if (negated) negated->value = -negated->value;
  return negated;
}

std::optional<double> mean_kernel(const Density& p, const Density& q, double bandwidth) {
  require_same_dim(p, q, 0);
  if (!(bandwidth > 0.0)) throw Error("error: the bandwidth of a kernel must be positive.");
  return over_components(
      p, q, [&](const Density& a, const Density& b) { return plain_kernel(a, b, bandwidth); });
}

Approximate squared_mmd_by_characteristic(const DensityPair& pair,
                                          std::span<const double> bandwidths) {
  Approximate sum;
  const Density &p = pair.p(), &q = pair.q();
  const double size = extent(p) + extent(q);
  for (const double h : bandwidths) {
    const double end = 9.5 / h;
    const int pieces = static_cast<int>(std::fmin(8.0 + end * size / 6.0, 4000.0));
    const Integrals part = integrate(
        [&](double w, std::span<double> out) {
          const std::span<const double> one(&w, 1);
          out[0] = std::norm(p.characteristic(one) - q.characteristic(one)) *
                   std::exp(-0.5 * h * h * w * w);
        },
        1, refined({0.0, end}, pieces),
        {.relative = 1e-12, .absolute = 1e-30, .most_panels = 8000});
    const double factor = 2.0 * h / std::sqrt(2.0 * std::numbers::pi);
    const double value = factor * part.values[0];
    constexpr double kNoise = 1e-15;  // of a characteristic function
    sum.value += value;
    sum.error +=
        factor * part.errors[0] + kRounding * value + kNoise * (2.0 * std::sqrt(value) + kNoise);
  }
  return sum;
}

std::optional<Approximate> squared_mmd(const Density& p, const Density& q,
                                       std::span<const double> bandwidths) {
  require_same_dim(p, q, 0);
  const bool gaussians = p.gaussian() && q.gaussian();
  if (p.dim() == 1 && !(of_gaussians(p) && of_gaussians(q)))
    return squared_mmd_by_characteristic(DensityPair(p, q), bandwidths);
  Approximate sum;
  for (const double h : bandwidths) {
    if (gaussians) {
      const double part = gaussian_squared_mmd(*p.gaussian(), *q.gaussian(), h);
      sum.value += part;
      sum.error += GaussianPair(*p.gaussian(), *q.gaussian()).rounding(1.0) * part;
      continue;
    }
    const double rounding = of_gaussians(p) && of_gaussians(q) ? 2e-15 : 1e-11;
    const auto part = squared_difference(
        p, q, [&](const Density& a, const Density& b) { return mean_kernel(a, b, h); }, rounding);
    if (!part) return std::nullopt;
    sum.value += part->value;
    sum.error += part->error;
  }
  return sum;
}

}  // namespace elbow
