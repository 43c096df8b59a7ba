#include "math/statistics/jackknife.h"

#include <cmath>
#include <numeric>
#include <string>

#include "core/error.h"
#include "math/numeric.h"

namespace elbow {

Jackknife jackknife(double value, std::span<const double> without) {
  if (without.size() < 2) throw Error("A jackknife needs at least two groups.");
  const double g = static_cast<double>(without.size()), centre = mean(without);
  const double squares = (g - 1.0) * sample_variance(without);
  return {value, (g - 1.0) * (centre - value), std::sqrt((g - 1.0) / g * squares), g - 1.0};
}

Jackknife delete_group_jackknife(std::size_t n, std::size_t groups,
                                 const std::function<double(std::span<const std::size_t>)>& f) {
  if (groups > n) {
    throw Error("A jackknife over " + std::to_string(groups) + " groups needs as many samples; " +
                "there are " + std::to_string(n) + ".");
  }
  std::vector<std::size_t> kept(n);
  std::iota(kept.begin(), kept.end(), std::size_t{0});
  const double value = f(kept);
  std::vector<double> without(groups);
  for (std::size_t g = 0; g < groups; ++g) {
    kept.clear();
    for (std::size_t i = 0; i < n; ++i) {
      if (i % groups != g) kept.push_back(i);
    }
    without[g] = f(kept);
  }
  return jackknife(value, without);
}

}  // namespace elbow
