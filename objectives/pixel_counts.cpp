#include "objectives/pixel_counts.h"

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>

#include <cstdint>

#include "core/error.h"
#include "math/fused_kernels.h"
#include "math/host.h"
#include "math/torch_compat.h"

namespace elbow {
namespace {

constexpr float kSaturated = 15.0F;

template <typename T>
void count(const Tensor& logits, const Tensor& x, PixelCounts& counts) {
  const std::int64_t d = logits.size(1);
  const T *l = logits.data_ptr<T>(), *pixels = x.data_ptr<T>();
  float* saturated = counts.saturated.data_ptr<float>();
  float* grey = counts.grey.data_ptr<float>();
  at::parallel_for(0, logits.size(0), 32, [=](std::int64_t begin, std::int64_t end) {
    kernels::pixel_counts(l + begin * d, pixels + begin * d, end - begin, d,
                          static_cast<T>(kSaturated), saturated + begin, grey + begin);
  });
}

}  // namespace

PixelCounts count_pixels(const Tensor& logits, const Tensor& x) {
  if (logits.dim() != 2 || logits.sizes() != x.sizes() || logits.scalar_type() != x.scalar_type())
    throw Error("count_pixels: logits " + shape_text(logits) + " and pixels " + shape_text(x) +
                " differ in shape or type.");
  const bool wide = logits.scalar_type() == at::kDouble;
  const auto type = wide ? at::kDouble : at::kFloat;
  const Tensor l = on_host(logits, type);
  const Tensor pixels = on_host(x, type);
  PixelCounts counts{at::empty({l.size(0)}, at::kFloat), at::empty({l.size(0)}, at::kFloat)};
  if (wide) {
    count<double>(l, pixels, counts);
  } else {
    count<float>(l, pixels, counts);
  }
  return counts;
}

}  // namespace elbow
