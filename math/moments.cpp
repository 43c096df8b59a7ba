#include "math/moments.h"

#include <cmath>

#include "core/error.h"
#include "math/torch_compat.h"

namespace elbow {
namespace {

/// Two passes: the mean first, so that a large offset does not cancel the variance.
template <typename Scalar>
Moments over(const Scalar* values, std::int64_t n) {
  double sum = 0.0;
  for (std::int64_t i = 0; i < n; ++i) sum += static_cast<double>(values[i]);
  const double count = static_cast<double>(n);
  const double mean = sum / count;
  if (n == 1) return {mean, 0.0, 1};
  double squares = 0.0;
  for (std::int64_t i = 0; i < n; ++i) {
    const double deviation = static_cast<double>(values[i]) - mean;
    squares += deviation * deviation;
  }
  return {mean, std::sqrt(squares / (count - 1.0) / count), n};
}

/// Sum of squared deviations from the mean.
double spread(const Moments& m) {
  const double n = static_cast<double>(m.count);
  return m.se * m.se * n * (n - 1.0);
}

}  // namespace

Moments moments(const Tensor& values) {
  const NoGrad guard;
  if (values.dim() > 1 || values.numel() == 0) {
    throw Error("moments: values " + shape_text(values) + " must be [B] with B > 0, or a scalar.");
  }
  const Tensor flat = values.is_contiguous() ? values : values.contiguous();
  if (flat.device().is_cpu() && flat.scalar_type() == at::kFloat) {
    return over(flat.data_ptr<float>(), flat.numel());
  }
  if (flat.device().is_cpu() && flat.scalar_type() == at::kDouble) {
    return over(flat.data_ptr<double>(), flat.numel());
  }
  const Tensor wide = flat.to(at::kCPU, at::kDouble);
  return over(wide.data_ptr<double>(), wide.numel());
}

Moments pool(const Moments& a, const Moments& b) {
  const double na = static_cast<double>(a.count), nb = static_cast<double>(b.count);
  const double n = na + nb;
  const double difference = b.mean - a.mean;
  const double squares = spread(a) + spread(b) + difference * difference * na * nb / n;
  return {a.mean + difference * nb / n, std::sqrt(squares / (n - 1.0) / n), a.count + b.count};
}

}  // namespace elbow
