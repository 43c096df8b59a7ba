#include "math/divergences/gaussian_distances.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "math/divergences/gaussian.h"
#include "math/divergences/quadrature.h"

namespace elbow {
namespace {

// tr K S_p K with (I + K) S_p (I + K) = S_q. In the axes of S_p = diag(s²) and with
// Y = (S_p² + B)^½ - S_p, B = S_p^½ (S_q - S_p) S_p^½, it is sum (Y_ij / s_i)²; Y is improved by
// Newton's steps on S_p Y + Y S_p + Y² = B, whose terms are all small.
double small_bures(const Eigen& axes, const Matrix& difference) {
  const std::int64_t n = difference.size;
  const auto root = [&](std::int64_t i) {
    return std::sqrt(axes.values[static_cast<std::size_t>(i)]);
  };
  Matrix b = multiply(transpose(axes.vectors), multiply(difference, axes.vectors));
  Matrix whole(n);
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t j = 0; j < n; ++j) {
      b(i, j) *= root(i) * root(j);
      whole(i, j) =
          b(i, j) + (i == j ? std::pow(axes.values[static_cast<std::size_t>(i)], 2) : 0.0);
    }
  }
  const Eigen eigen = symmetric_eigen(whole);
  const auto value = [&](std::int64_t k) {
    return std::sqrt(std::fmax(eigen.values[static_cast<std::size_t>(k)], 0.0));
  };
  Matrix y(n);  // the root less S_p
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t j = 0; j < n; ++j) {
      for (std::int64_t k = 0; k < n; ++k)
        y(i, j) += eigen.vectors(i, k) * value(k) * eigen.vectors(j, k);
      if (i == j) y(i, j) -= axes.values[static_cast<std::size_t>(i)];
    }
  }
  for (int step = 0; step < 4; ++step) {
    Matrix rest = multiply(y, y);
    for (std::int64_t i = 0; i < n; ++i) {
      for (std::int64_t j = 0; j < n; ++j) {
        const double sum =
            axes.values[static_cast<std::size_t>(i)] + axes.values[static_cast<std::size_t>(j)];
        rest(i, j) = b(i, j) - rest(i, j) - sum * y(i, j);
      }
    }
    Matrix turned = multiply(transpose(eigen.vectors), multiply(rest, eigen.vectors));
    for (std::int64_t i = 0; i < n; ++i) {
      for (std::int64_t j = 0; j < n; ++j) {
        const double sum = value(i) + value(j);
        turned(i, j) = sum > 0.0 ? turned(i, j) / sum : 0.0;
      }
    }
    y = combine(1.0, y, 1.0, multiply(eigen.vectors, multiply(turned, transpose(eigen.vectors))));
  }
  double sum = 0.0;
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t j = 0; j < n; ++j) sum += std::pow(y(i, j) / root(i), 2);
  return sum;
}

/// E exp(-t |X - X'|²) + E exp(-t |Y - Y'|²) - 2 E exp(-t |X - Y|²). With A = I + 4 t S_p,
/// B = I + 4 t S_q and M their mean the three are |A|^-½, |B|^-½ and |M|^-½ e^-m, and by the
/// variances of A in the whitened coordinates of B all differences are sums of terms >= 0.
double mmd_at(const Gaussian& p, const Gaussian& q, double t) {
  const Matrix one = identity_matrix(p.covariance.size);
  const Cholesky a = cholesky(combine(1.0, one, 4.0 * t, p.covariance));
  const Cholesky b = cholesky(combine(1.0, one, 4.0 * t, q.covariance));
  const Cholesky middle =
      cholesky(combine(1.0, one, 2.0 * t, combine(1.0, p.covariance, 1.0, q.covariance)));
  const GaussianPair pair(a, b, std::vector<double>(p.mean.size(), 0.0),
                          combine(4.0 * t, p.covariance, -4.0 * t, q.covariance));
  double log_ratio = 0.0, gap = 0.0;  // ln |A| / |B|; ln |M| - ½ ln |A| |B|
  for (const auto& c : pair.coordinates()) {
    log_ratio += c.log_variance;
    const double l = std::fabs(c.log_variance), quarter = std::sinh(0.25 * std::fmin(l, 2.0));
    gap +=
        l < 2.0 ? std::log1p(2.0 * quarter * quarter) : 0.5 * l + std::log1p(std::exp(-l)) - kLn2;
  }
  const double log_b = -0.5 * b.log_det(), difference = std::expm1(-0.25 * log_ratio);
  const double m = t * squared_norm(middle.solve_lower(mean_difference(p, q)));
  return std::exp(log_b) * difference * difference -
         2.0 * std::exp(log_b - 0.25 * log_ratio) * std::expm1(-0.5 * gap) -
         2.0 * std::exp(-0.5 * middle.log_det()) * std::expm1(-m);
}

double quadratic_form(const Matrix& s, std::span<const double> u) {
  double sum = 0.0;
  for (std::int64_t i = 0; i < s.size; ++i)
    for (std::int64_t j = 0; j < s.size; ++j)
      sum += u[static_cast<std::size_t>(i)] * s(i, j) * u[static_cast<std::size_t>(j)];
  return sum;
}

/// Two laws in one direction.
class Slices {
 public:
  Slices(const Gaussian& p, const Gaussian& q)
      : p_(p),
        q_(q),
        shift_(mean_difference(p, q)),
        difference_(combine(1.0, p.covariance, -1.0, q.covariance)) {}
  double shift(std::span<const double> u) const {
    double sum = 0.0;
    for (std::size_t i = 0; i < u.size(); ++i) sum += u[i] * shift_[i];
    return sum;
  }
  double variance_gap(std::span<const double> u) const { return quadratic_form(difference_, u); }
  void distances(std::span<const double> u, std::span<double> out) const {
    const double sum =
        std::sqrt(quadratic_form(p_.covariance, u)) + std::sqrt(quadratic_form(q_.covariance, u));
    const double m = shift(u), gap = std::fabs(variance_gap(u)) / sum;
    out[0] = mean_absolute(m, gap);
    out[1] = m * m + gap * gap;
  }

 private:
  const Gaussian &p_, &q_;
  std::vector<double> shift_;
  Matrix difference_;
};

constexpr double kTurn = std::numbers::pi;  // a half turn: -θ gives what θ gives

// Mean over the great circle u(angle), with breakpoints where |.| has a kink.
Integrals over_circle(const Slices& slices,
                      const std::function<std::array<double, 3>(double)>& direction,
                      std::size_t dim) {
  std::vector<double> points = refined({0.0, kTurn}, 12);
  const auto grid = points;
  for (const bool of_shift : {true, false}) {
    const auto more = sign_changes(
        [&](double angle) {
          const auto u = direction(angle);
          const std::span<const double> at(u.data(), dim);
          return of_shift ? slices.shift(at) : slices.variance_gap(at);
        },
        grid);
    points.insert(points.end(), more.begin(), more.end());
  }
  return integrate(
      [&](double angle, std::span<double> out) {
        const auto u = direction(angle);
        slices.distances({u.data(), dim}, out);
      },
      2, std::move(points), {.relative = 1e-12, .absolute = 0.0, .most_panels = 2000});
}

SlicedDistances over_directions(const Gaussian& p, const Gaussian& q) {
  const Slices slices(p, q);
  Integrals all;
  double whole = kTurn;
  if (p.mean.size() == 2) {
    all = over_circle(
        slices,
        [](double t) {
          return std::array{std::cos(t), std::sin(t), 0.0};
        },
        2);
  } else {
    // The height is uniform on a sphere.
    whole = 2.0 * kTurn;
    all = integrate(
        [&](double z, std::span<double> out) {
          const double r = std::sqrt(1.0 - z * z);
          const auto of = [&](double height) {
            return over_circle(
                slices,
                [=](double t) {
                  return std::array{r * std::cos(t), r * std::sin(t), height};
                },
                3);
          };
          const Integrals up = of(z), down = of(-z);  // half turns of both
          for (std::size_t c = 0; c < 2; ++c) out[c] = up.values[c] + down.values[c];
        },
        2, refined({0.0, 1.0}, 4), {.relative = 1e-10, .absolute = 0.0, .most_panels = 300});
  }
  const auto mean = [&](std::size_t c) {
    return Approximate{all.values[c] / whole,
                       all.errors[c] / whole + 2e-12 * all.values[c] / whole};
  };
  return {mean(0), mean(1)};
}

// Both covariances multiples of I: over the cosine c of the angle with the means' difference, whose
// density is (1 - c²)^((d-3)/2) / B(½, (d-1)/2) on [-1, 1]. With c = sin t it is smooth for d > 1.
SlicedDistances over_cosine(const Gaussian& p, const Gaussian& q) {
  const double d = static_cast<double>(p.mean.size());
  const double distance = std::sqrt(squared_norm(mean_difference(p, q)));
  const double gap = std::fabs(p.covariance(0, 0) - q.covariance(0, 0)) /
                     (std::sqrt(p.covariance(0, 0)) + std::sqrt(q.covariance(0, 0)));
  const double log_norm =
      std::lgamma(0.5 * d) - std::lgamma(0.5) - std::lgamma(0.5 * (d - 1.0)) + kLn2;
  const Integrals sum = integrate(
      [&](double t, std::span<double> out) {
        out[0] = mean_absolute(distance * std::sin(t), gap) *
                 std::exp(log_norm + (d - 2.0) * std::log(std::cos(t)));
      },
      1, refined({0.0, 0.5 * kTurn}, 8), {.relative = 1e-13, .absolute = 0.0});
  const double w2 = distance * distance / d + gap * gap;
  return {{sum.values[0], sum.errors[0] + 1e-12 * sum.values[0]}, {w2, 1e-14 * w2}};
}

bool multiple_of_identity(const Matrix& s) {
  for (std::int64_t i = 0; i < s.size; ++i)
    for (std::int64_t j = 0; j < s.size; ++j)
      if (s(i, j) != (i == j ? s(0, 0) : 0.0)) return false;
  return true;
}

}  // namespace

double mean_absolute(double mean, double sd) {
  if (sd == 0.0) return std::fabs(mean);
  const double z = mean / sd;
  return sd * std::sqrt(2.0 / std::numbers::pi) * std::exp(-0.5 * z * z) +
         mean * std::erf(z / std::numbers::sqrt2);
}

double gaussian_wasserstein2_squared(std::span<const double> mean_p, const Matrix& covariance_p,
                                     std::span<const double> mean_q, const Matrix& covariance_q) {
  double shift = 0.0;
  for (std::size_t i = 0; i < mean_p.size(); ++i) shift += std::pow(mean_p[i] - mean_q[i], 2);
  if (covariance_p.size == 1) {
    const double sum = std::sqrt(covariance_p(0, 0)) + std::sqrt(covariance_q(0, 0));
    return sum > 0.0 ? shift + std::pow((covariance_p(0, 0) - covariance_q(0, 0)) / sum, 2) : shift;
  }
  // (S_p^½ S_q S_p^½)^½ with S_p^½ = V √w V^T; the rotation V leaves the trace alone.
  const Eigen eigen = symmetric_eigen(covariance_p);
  Matrix product = multiply(transpose(eigen.vectors), multiply(covariance_q, eigen.vectors));
  const auto root = [&](std::int64_t i) {
    return std::sqrt(std::fmax(eigen.values[static_cast<std::size_t>(i)], 0.0));
  };
  for (std::int64_t i = 0; i < product.size; ++i) {
    for (std::int64_t j = 0; j < product.size; ++j) product(i, j) *= root(i) * root(j);
  }
  double cross = 0.0;
  for (const double value : symmetric_eigen(product).values)
    cross += std::sqrt(std::fmax(value, 0.0));
  const double traces = trace(covariance_p) + trace(covariance_q);
  const double bures = std::fmax(traces - 2.0 * cross, 0.0);
  constexpr double kSmall = 0.01, kRegular = 1e-13;
  const auto [least, most] = std::minmax_element(eigen.values.begin(), eigen.values.end());
  if (bures > kSmall * traces || !(*least > kRegular * *most)) return shift + bures;
  return shift + small_bures(eigen, combine(1.0, covariance_q, -1.0, covariance_p));
}

double gaussian_wasserstein1(const Gaussian& p, const Gaussian& q) {
  return mean_absolute(p.mean[0] - q.mean[0],
                       std::fabs(p.factor.lower(0, 0) - q.factor.lower(0, 0)));
}

double gaussian_mean_norm(std::span<const double> mean, const Matrix& covariance) {
  if (covariance.size == 1) return mean_absolute(mean[0], std::sqrt(covariance(0, 0)));
  const Eigen eigen = symmetric_eigen(covariance);
  std::vector<double> rotated(mean.size(), 0.0);  // squares of V^T mean
  for (std::size_t k = 0; k < mean.size(); ++k) {
    for (std::size_t i = 0; i < mean.size(); ++i) {
      rotated[k] +=
          mean[i] * eigen.vectors(static_cast<std::int64_t>(i), static_cast<std::int64_t>(k));
    }
    rotated[k] *= rotated[k];
  }
  // 1 - E exp(-t |Z|²).
  const auto decay = [&](double t) {
    double log_mean = 0.0;
    for (std::size_t k = 0; k < rotated.size(); ++k) {
      const double v = std::fmax(eigen.values[k], 0.0);
      log_mean -= 0.5 * std::log1p(2.0 * t * v) + t * rotated[k] / (1.0 + 2.0 * t * v);
    }
    return -std::expm1(log_mean);
  };
  // The half line beyond `split` is folded by w -> 1 / w.
  const double split = 1.0 / std::sqrt(squared_norm(mean) + trace(covariance));
  const double near = integrate([&](double w) { return decay(w * w) / (w * w); }, {0.0, split},
                                {.relative = 1e-13, .absolute = 0.0});
  const double far = integrate([&](double v) { return decay(1.0 / (v * v)); }, {0.0, 1.0 / split},
                               {.relative = 1e-13, .absolute = 0.0});
  return (near + far) / std::sqrt(std::numbers::pi);
}

double gaussian_mean_kernel(const Gaussian& p, const Gaussian& q, double bandwidth) {
  const double h2 = bandwidth * bandwidth;
  const Matrix sum = combine(1.0, p.covariance, 1.0, q.covariance);
  const Cholesky smoothed = cholesky(combine(1.0, sum, h2, identity_matrix(sum.size)));
  const double mahalanobis = squared_norm(smoothed.solve_lower(mean_difference(p, q)));
  const double log_ratio = static_cast<double>(sum.size) * std::log(h2) - smoothed.log_det();
  return std::exp(0.5 * (log_ratio - mahalanobis));
}

double gaussian_squared_mmd(const Gaussian& p, const Gaussian& q, double bandwidth) {
  return mmd_at(p, q, 0.5 / (bandwidth * bandwidth));
}

Approximate gaussian_energy(const Gaussian& p, const Gaussian& q) {
  const double extent =
      trace(p.covariance) + trace(q.covariance) + squared_norm(mean_difference(p, q));
  const double split = 1.0 / std::sqrt(extent);
  const QuadratureTolerance tolerance{.relative = 1e-12, .absolute = 0.0, .most_panels = 2000};
  // The half line beyond `split` is folded by w -> 1 / w.
  const Integrals near =
      integrate([&](double w, std::span<double> out) { out[0] = mmd_at(p, q, w * w) / (w * w); }, 1,
                {0.0, 0.3 * split, split}, tolerance);
  const Integrals far =
      integrate([&](double v, std::span<double> out) { out[0] = mmd_at(p, q, 1.0 / (v * v)); }, 1,
                {0.0, 0.1 / split, 0.3 / split, 1.0 / split}, tolerance);
  const double root = std::sqrt(std::numbers::pi);
  const double value = (near.values[0] + far.values[0]) / root;
  return {value,
          (near.errors[0] + far.errors[0]) / root + GaussianPair(p, q).rounding(1.0) * value};
}

std::optional<SlicedDistances> gaussian_sliced(const Gaussian& p, const Gaussian& q) {
  const double d = static_cast<double>(p.mean.size());
  if (p.covariance.values == q.covariance.values) {
    // E|θ·m| = |m| Γ(d/2) / (√π Γ((d+1)/2)).
    const double squared = squared_norm(mean_difference(p, q));
    const double w1 = std::sqrt(squared / std::numbers::pi) *
                      std::exp(std::lgamma(0.5 * d) - std::lgamma(0.5 * (d + 1.0)));
    return SlicedDistances{{w1, 1e-13 * w1}, {squared / d, 1e-14 * squared / d}};
  }
  if (multiple_of_identity(p.covariance) && multiple_of_identity(q.covariance))
    return over_cosine(p, q);
  if (p.mean.size() <= 3) return over_directions(p, q);
  return std::nullopt;
}

}  // namespace elbow
