#include "instrumentation/sample_moments.h"

#include <cmath>
#include <cstdint>
#include <numeric>

namespace elbow {

Moments sample_moments(std::span<const double> values) {
  const auto n = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  double squares = 0.0;
  for (const double v : values) squares += (v - mean) * (v - mean);
  return {mean, n > 1.0 ? std::sqrt(squares / (n - 1.0) / n) : 0.0,
          static_cast<std::int64_t>(values.size())};
}

}  // namespace elbow
