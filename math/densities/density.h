// Probability densities on R^d that can be evaluated, drawn from and integrated.
#pragma once

#include <complex>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "math/matrix.h"
#include "math/numeric.h"
#include "math/points.h"
#include "math/threefry.h"

namespace elbow {

/// How a log-density falls along a ray: ln p(t u) = -quadratic t² - linear t + constant + o(1) as
/// t -> infinity. A density that is zero from some t on has quadratic = +inf.
struct Tail {
  double quadratic = kInfinity;
  double linear = 0.0;
  double constant = 0.0;
  bool bounded() const { return quadratic == kInfinity; }
};

/// Where a density varies along one coordinate, and how fast: a component's centre and scale.
struct Landmark {
  double location = 0.0;
  double scale = 1.0;
};

/// N(mean, covariance) with the Cholesky factor of the covariance.
struct Gaussian {
  std::vector<double> mean;
  Matrix covariance;
  Cholesky factor;
};

/// Two laws location + scale Z of one family of one variable, with the differences of their
/// parameters, p minus q, taken where they are exact.
struct LocationScalePair {
  double location_difference = 0.0, scale_difference = 0.0;
  double scale_p = 1.0, scale_q = 1.0;
  double mean = 0.0, variance = 1.0;  ///< of Z
};

/// L_p - L_q of Cholesky factors from `difference`, S_p - S_q: to rounding of its own size.
Matrix factor_difference(const Cholesky& p, const Cholesky& q, const Matrix& difference);

class Density;
using DensityPtr = std::shared_ptr<const Density>;
using PointFunction = std::function<double(std::span<const double>)>;

/// A density on R^d with respect to Lebesgue measure. Immutable. The functions of one variable
/// (cdf, survival) throw Error where dim() != 1.
class Density {
 public:
  virtual ~Density() = default;
  virtual std::int64_t dim() const = 0;
  /// As `parse_density` reads it back.
  virtual std::string expression() const = 0;
  /// ln p(x) in nats, x of dim() coordinates; -inf outside the support.
  virtual double log_density(std::span<const double> x) const = 0;
  /// One draw into x[0], ..., x[dim() - 1].
  virtual void sample(CounterStream& random, double* x) const = 0;
  virtual std::vector<double> mean() const = 0;
  virtual Matrix covariance() const = 0;
  /// E exp(i <w, x>).
  virtual std::complex<double> characteristic(std::span<const double> w) const = 0;
  /// Along the ray of direction u != 0 from the origin.
  virtual Tail tail(std::span<const double> u) const = 0;
  /// Where the density may have a jump or a kink along a coordinate: end points, modes of Laplace.
  virtual std::vector<double> kinks(std::int64_t axis) const = 0;
  virtual std::vector<Landmark> landmarks(std::int64_t axis) const = 0;

  /// P(X <= x) and P(X > x), each accurate where it is small.
  virtual double cdf(double x) const;
  virtual double survival(double x) const;

  /// The density of X - c, c of dim() coordinates.
  virtual DensityPtr shifted(std::span<const double> c) const = 0;

  // Against a density of the same family, p being this one: to rounding of the result's own size
  // also where both are nearly equal. Empty where q is of another family.

  /// ln p(x) - ln q(x) where both are positive.
  virtual PointFunction log_ratio_to(const Density& q) const;
  /// P(X <= x) - Q(X <= x), of one variable.
  virtual std::function<double(double)> cdf_difference_to(const Density& q) const;
  virtual std::optional<LocationScalePair> paired_with(const Density& q) const;

  /// The parameters where this is one Gaussian, else null.
  virtual const Gaussian* gaussian() const { return nullptr; }
  /// Weights and components of a mixture; empty for anything else.
  virtual std::span<const std::pair<double, DensityPtr>> components() const { return {}; }
  /// The independent one-dimensional factors, one a coordinate; empty where there are none.
  virtual std::vector<DensityPtr> factors() const { return {}; }

  double log_density(double x) const { return log_density(std::span<const double>(&x, 1)); }
};

/// n independent draws, from the numbers of (seed, stream).
Points draw(const Density& density, std::int64_t n, std::uint64_t seed, std::uint64_t stream);

/// P(X <= x) - Q(X <= x) as it stands, from the side on which both are small.
double plain_cdf_difference(const Density& p, const Density& q, double x);

/// x with P(X <= x) = probability, by bisection; where `upper`, x with P(X > x) = probability.
/// dim() = 1, 0 < probability < 1; the side on which the probability is small keeps the digits.
double quantile(const Density& density, double probability, bool upper = false);

/// A number as expressions are written: the shortest digits that read back.
std::string number_text(double value);

}  // namespace elbow
