#include "instrumentation/latent_codes.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/expm1.h>
#include <ATen/ops/special_ndtri.h>

#include <algorithm>
#include <numeric>

namespace elbow {

Tensor kl_per_dimension(const Tensor& mu_log_var) {
  const Tensor both = mu_log_var.detach().to(at::kCPU, at::kDouble);
  const std::int64_t d = both.size(1) / 2;
  const Tensor mu = both.slice(1, 0, d), log_var = both.slice(1, d);
  return (0.5 * (mu * mu + at::expm1(log_var) - log_var)).mean(0).contiguous();
}

std::vector<std::int64_t> by_falling_kl(const Tensor& kl, std::int64_t limit) {
  const double* values = kl.data_ptr<double>();
  std::vector<std::int64_t> order(static_cast<std::size_t>(kl.size(0)));
  std::iota(order.begin(), order.end(), std::int64_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::int64_t a, std::int64_t b) { return values[a] > values[b]; });
  order.resize(static_cast<std::size_t>(std::min(limit, kl.size(0))));
  return order;
}

Tensor traversal_codes(const Tensor& code, const std::vector<std::int64_t>& order,
                       std::int64_t steps, double extent) {
  const auto rows = static_cast<std::int64_t>(order.size());
  const Tensor base = code.detach().to(at::kCPU, at::kFloat);
  Tensor codes = base.expand({rows, steps, base.size(0)}).clone(at::MemoryFormat::Contiguous);
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int64_t step = 0; step < steps; ++step) {
      const double t =
          steps > 1 ? static_cast<double>(2 * step) / static_cast<double>(steps - 1) : 1.0;
      codes.data_ptr<float>()[(row * steps + step) * base.size(0) +
                              order[static_cast<std::size_t>(row)]] =
          static_cast<float>(extent * (t - 1.0));
    }
  }
  return codes.reshape({rows * steps, base.size(0)});
}

Tensor manifold_codes(std::int64_t size) {
  const Tensor centres = (at::arange(size, at::kDouble) + 0.5) / static_cast<double>(size);
  const Tensor quantiles = at::special_ndtri(centres).to(at::kFloat).contiguous();
  const float* q = quantiles.data_ptr<float>();
  Tensor codes = at::empty({size * size, 2}, at::kFloat);
  float* out = codes.data_ptr<float>();
  for (std::int64_t row = 0; row < size; ++row) {
    for (std::int64_t column = 0; column < size; ++column) {
      *out++ = q[column];
      *out++ = q[size - 1 - row];
    }
  }
  return codes;
}

}  // namespace elbow
