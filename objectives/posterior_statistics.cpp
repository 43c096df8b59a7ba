#include "objectives/posterior_statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

#include "core/error.h"
#include "math/fused_kernels.h"

namespace elbow {
namespace {

constexpr double kActiveVariance = 0.01;

Tensor on_host(const Tensor& t) { return t.detach().to(at::kCPU, at::kDouble).contiguous(); }

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
  const Tensor parameters = on_host(mu_log_var), noise = on_host(eps), samples = on_host(z);
  const std::int64_t count = z.size(0), d = z.size(1);
  PosteriorStatistics s;
  s.mu_min = s.log_var_min = std::numeric_limits<double>::infinity();
  s.mu_max = s.log_var_max = -std::numeric_limits<double>::infinity();
  std::vector<double> sum(static_cast<std::size_t>(d)), square(static_cast<std::size_t>(d));
  s.log_q_density.resize(static_cast<std::size_t>(count));
  s.log_q_noise.resize(static_cast<std::size_t>(count));
  s.log_p_z.resize(static_cast<std::size_t>(count));
  const double* first = parameters.data_ptr<double>();
  kernels::posterior_log_densities(first, noise.data_ptr<double>(), samples.data_ptr<double>(),
                                   count, d, s.log_q_density.data(), s.log_q_noise.data(),
                                   s.log_p_z.data());
  const double* mu = first;
  for (std::int64_t i = 0; i < count; ++i, mu += 2 * d) {
    const double* log_var = mu + d;
    for (std::int64_t j = 0; j < d; ++j) {
      s.mu_min = std::min(s.mu_min, mu[j]);
      s.mu_max = std::max(s.mu_max, mu[j]);
      s.log_var_min = std::min(s.log_var_min, log_var[j]);
      s.log_var_max = std::max(s.log_var_max, log_var[j]);
      // Shifted by the first row, so that the variance does not cancel.
      const double centred = mu[j] - first[j];
      sum[static_cast<std::size_t>(j)] += centred;
      square[static_cast<std::size_t>(j)] += centred * centred;
    }
  }
  const double n = static_cast<double>(count);
  for (std::size_t j = 0; j < sum.size(); ++j)
    s.active_units += (square[j] - sum[j] * sum[j] / n) / (n - 1.0) > kActiveVariance ? 1 : 0;
  return s;
}

}  // namespace elbow
