#include "objectives/pixel_counts.h"

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>

#include <cmath>
#include <cstdint>

#include "core/error.h"
#include "math/torch_compat.h"

namespace elbow {
namespace {

constexpr std::int64_t kLanes = 16;  // constant inner trip count, so that the loop is vectorised
constexpr float kSaturated = 15.0F;

template <typename T>
void count_row(const T* l, const T* x, std::int64_t n, std::int64_t& saturated,
               std::int64_t& grey) {
  std::int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    int s = 0, g = 0;
    for (std::int64_t k = 0; k < kLanes; ++k) {
      s += static_cast<int>(std::abs(l[i + k]) > static_cast<T>(kSaturated));
      g += static_cast<int>(x[i + k] > T(0)) & static_cast<int>(x[i + k] < T(1));
    }
    saturated += s;
    grey += g;
  }
  for (; i < n; ++i) {
    saturated += static_cast<std::int64_t>(std::abs(l[i]) > static_cast<T>(kSaturated));
    grey += static_cast<std::int64_t>(x[i] > T(0) && x[i] < T(1));
  }
}

template <typename T>
void count(const Tensor& logits, const Tensor& x, std::int64_t* saturated, std::int64_t* grey) {
  const std::int64_t d = logits.size(1);
  const T *l = logits.data_ptr<T>(), *pixels = x.data_ptr<T>();
  at::parallel_for(0, logits.size(0), 32, [=](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i)
      count_row(l + i * d, pixels + i * d, d, saturated[i], grey[i]);
  });
}

}  // namespace

PixelCounts count_pixels(const Tensor& logits, const Tensor& x) {
  if (logits.dim() != 2 || logits.sizes() != x.sizes() || logits.scalar_type() != x.scalar_type())
    throw Error("count_pixels: logits " + shape_text(logits) + " and pixels " + shape_text(x) +
                " differ in shape or type.");
  const bool wide = logits.scalar_type() == at::kDouble;
  const auto type = wide ? at::kDouble : at::kFloat;
  const Tensor l = logits.detach().to(at::kCPU, type).contiguous();
  const Tensor pixels = x.detach().to(at::kCPU, type).contiguous();
  PixelCounts counts{at::empty({l.size(0)}, at::kLong), at::empty({l.size(0)}, at::kLong)};
  std::int64_t* saturated = counts.saturated.zero_().data_ptr<std::int64_t>();
  std::int64_t* grey = counts.grey.zero_().data_ptr<std::int64_t>();
  if (wide) {
    count<double>(l, pixels, saturated, grey);
  } else {
    count<float>(l, pixels, saturated, grey);
  }
  return counts;
}

}  // namespace elbow
