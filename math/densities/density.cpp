#include "math/densities/density.h"

#include <array>
#include <charconv>
#include <cmath>

#include "core/error.h"

namespace elbow {
namespace {

[[noreturn]] void one_dimension_only(const Density& density) {
  throw Error("error: a distribution function is of one variable; " + density.expression() +
              " has " + std::to_string(density.dim()) + ".");
}

}  // namespace

double Density::cdf(double) const { one_dimension_only(*this); }
double Density::survival(double) const { one_dimension_only(*this); }
PointFunction Density::log_ratio_to(const Density&) const { return {}; }
std::function<double(double)> Density::cdf_difference_to(const Density&) const { return {}; }
std::optional<LocationScalePair> Density::paired_with(const Density&) const { return std::nullopt; }

Points draw(const Density& density, std::int64_t n, std::uint64_t seed, std::uint64_t stream) {
  if (n < 0) throw Error("error: the number of draws must not be negative.");
  Points points(n, density.dim());
  CounterStream random(seed, stream);
  for (std::int64_t i = 0; i < n; ++i) density.sample(random, points.row(i));
  return points;
}

double plain_cdf_difference(const Density& p, const Density& q, double x) {
  const double f = p.cdf(x), g = q.cdf(x);
  return f + g < 1.0 ? f - g : q.survival(x) - p.survival(x);
}

double quantile(const Density& density, double probability, bool upper) {
  if (!(probability > 0.0 && probability < 1.0)) {
    throw Error("error: a quantile needs a probability between 0 and 1.");
  }
  // Positive where x lies beyond the quantile.
  const auto beyond = [&](double x) {
    return upper ? density.survival(x) < probability : density.cdf(x) >= probability;
  };
  const double centre = density.mean()[0];
  double step = std::sqrt(density.covariance()(0, 0));
  double low = centre - step, high = centre + step;
  while (beyond(low)) low = centre - (step *= 2.0);
  while (!beyond(high)) high = centre + (step *= 2.0);
  const double resolution = 1e-17 * (high - low);
  while (true) {
    const double middle = low + 0.5 * (high - low);
    if (high - low <= resolution || !(middle > low && middle < high)) return middle;
    (beyond(middle) ? high : low) = middle;
  }
}

std::string number_text(double value) {
  std::array<char, 32> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  return {digits.data(), end};
}

}  // namespace elbow
