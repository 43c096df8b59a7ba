#include "math/statistics/batch_means.h"

#include <cmath>
#include <vector>

#include "core/error.h"
#include "math/numeric.h"

namespace elbow {
namespace {

std::size_t batch_length(std::size_t n, std::int64_t wanted) {
  const auto length = wanted > 0 ? static_cast<std::size_t>(wanted)
                                 : static_cast<std::size_t>(std::sqrt(static_cast<double>(n)));
  if (wanted < 0 || length < 1 || n / length < 2) {
    throw Error("Batch means need at least two batches; the series has " + std::to_string(n) +
                " numbers. Log more steps or use shorter batches.");
  }
  return length;
}

}  // namespace

SeriesMean batch_means(std::span<const double> series, std::int64_t length) {
  const std::size_t b = batch_length(series.size(), length), count = series.size() / b;
  std::vector<double> means(count);
  for (std::size_t j = 0; j < count; ++j) means[j] = mean(series.subspan(j * b, b));
  const double batches = static_cast<double>(count);
  return {mean(series), std::sqrt(sample_variance(means) / batches), batches - 1.0};
}

SeriesMean overlapping_batch_means(std::span<const double> series, std::int64_t length) {
  const std::size_t b = batch_length(series.size(), length);
  const double n = static_cast<double>(series.size()), width = static_cast<double>(b);
  const double centre = mean(series);
  double sum = 0.0, squares = 0.0;  // of deviations inside the moving batch
  for (std::size_t i = 0; i < series.size(); ++i) {
    sum += series[i] - centre;
    if (i >= b) sum -= series[i - b] - centre;
    if (i + 1 >= b) squares += sum / width * (sum / width);
  }
  const double variance = width / ((n - width) * (n - width + 1.0)) * squares;
  return {centre, std::sqrt(variance), 1.5 * (n / width - 1.0)};
}

}  // namespace elbow
