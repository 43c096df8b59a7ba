#include "math/moments.h"

#include <cmath>

#include "core/error.h"
#include "math/fused_kernels.h"
#include "math/host.h"
#include "math/torch_compat.h"

namespace elbow {
namespace {

/// Two passes: the mean first, so that a large offset does not cancel the variance.
template <typename Scalar>
Moments over(const Scalar* values, std::int64_t n) {
  const double count = static_cast<double>(n);
  const double mean = kernels::sum(values, n) / count;
  if (n == 1) return {mean, 0.0, 1};
  const double squares = kernels::squared_deviations(values, n, mean);
  return {mean, std::sqrt(squares / (count - 1.0) / count), n};
}

/// Moments of `rows` rows of n values each, handed to add(row, moments).
template <typename Add>
void over_rows(const Tensor& values, std::int64_t rows, std::int64_t n, const Add& add) {
  const auto each = [&]<typename Scalar>(const Scalar* row) {
    for (std::int64_t i = 0; i < rows; ++i) add(over(row + i * n, n));
  };
  if (values.scalar_type() == at::kFloat) {
    const Tensor host = on_host(values, at::kFloat);
    each(host.data_ptr<float>());
  } else {
    const Tensor host = on_host(values, at::kDouble);
    each(host.data_ptr<double>());
  }
}

/// Sum of squared deviations from the mean.
double spread(const Moments& m) {
  const double n = static_cast<double>(m.count);
  return m.se * m.se * n * (n - 1.0);
}

}  // namespace

Moments moments(const double* values, std::int64_t count) {
  if (count < 1) throw Error("moments: no values.");
  return over(values, count);
}

Moments moments(const Tensor& values) {
  const NoGrad guard;
  if (values.dim() > 1 || values.numel() == 0) {
    throw Error("moments: values " + shape_text(values) + " must be [B] with B > 0, or a scalar.");
  }
  Moments result;
  over_rows(values, 1, values.numel(), [&](const Moments& m) { result = m; });
  return result;
}

std::vector<Moments> row_moments(const Tensor& values) {
  const NoGrad guard;
  if (values.dim() != 2 || values.size(1) == 0) {
    throw Error("row_moments: values " + shape_text(values) + " must be [rows, B] with B > 0.");
  }
  std::vector<Moments> result;
  result.reserve(static_cast<std::size_t>(values.size(0)));
  over_rows(values, values.size(0), values.size(1), [&](const Moments& m) { result.push_back(m); });
  return result;
}

Moments pool(const Moments& a, const Moments& b) {
  const double na = static_cast<double>(a.count), nb = static_cast<double>(b.count);
  const double n = na + nb;
  const double difference = b.mean - a.mean;
  const double squares = spread(a) + spread(b) + difference * difference * na * nb / n;
  return {a.mean + difference * nb / n, std::sqrt(squares / (n - 1.0) / n), a.count + b.count};
}

}  // namespace elbow
