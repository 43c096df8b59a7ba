#include "objectives/posterior_statistics.h"

#include <algorithm>
#include <sstream>

#include "core/error.h"
#include "math/fused_kernels.h"
#include "math/host.h"

namespace elbow {
namespace {

constexpr double kActiveVariance = 0.01;

template <typename T>
PosteriorStatistics over(const Tensor& mu_log_var, const Tensor& eps, const Tensor& z) {
  const std::int64_t count = z.size(0), d = z.size(1);
  const std::size_t n = static_cast<std::size_t>(count), columns = static_cast<std::size_t>(2 * d);
  PosteriorStatistics s;
  s.log_q_density.resize(n);
  s.log_q_noise.resize(n);
  s.log_p_z.resize(n);
  const T* p = mu_log_var.data_ptr<T>();
  kernels::posterior_log_densities(p, eps.data_ptr<T>(), z.data_ptr<T>(), count, d,
                                   s.log_q_density.data(), s.log_q_noise.data(), s.log_p_z.data());
  std::vector<double> least(columns), largest(columns), sum(columns), squares(columns);
  kernels::column_statistics(p, count, 2 * d, least.data(), largest.data(), sum.data(),
                             squares.data());
  s.mu_min = *std::min_element(least.begin(), least.begin() + d);
  s.mu_max = *std::max_element(largest.begin(), largest.begin() + d);
  s.log_var_min = *std::min_element(least.begin() + d, least.end());
  s.log_var_max = *std::max_element(largest.begin() + d, largest.end());
  const double size = static_cast<double>(count);
  for (std::size_t j = 0; j < columns / 2; ++j) {
    const double variance = (squares[j] - sum[j] * sum[j] / size) / (size - 1.0);
    s.active_units += variance > kActiveVariance ? 1 : 0;
  }
  return s;
}

}  // namespace

PosteriorStatistics posterior_statistics(const Tensor& mu_log_var, const Tensor& eps,
                                         const Tensor& z) {
  if (z.dim() != 2 || eps.sizes() != z.sizes() || mu_log_var.dim() != 2 ||
      mu_log_var.size(0) != z.size(0) || mu_log_var.size(1) != 2 * z.size(1)) {
    std::ostringstream out;
    out << "posterior_statistics: mu_log_var " << mu_log_var.sizes() << ", eps " << eps.sizes()
        << ", z " << z.sizes() << " are not [B, 2d], [B, d], [B, d].";
    throw Error(out.str());
  }
  const auto type = z.scalar_type() == at::kFloat ? at::kFloat : at::kDouble;
  const Tensor parameters = on_host(mu_log_var, type), noise = on_host(eps, type);
  const Tensor samples = on_host(z, type);
  return type == at::kFloat ? over<float>(parameters, noise, samples)
                            : over<double>(parameters, noise, samples);
}

}  // namespace elbow
