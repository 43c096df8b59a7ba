#include "objectives/posterior_statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

#include "core/error.h"

namespace elbow {
namespace {

constexpr double kLog2Pi = 1.8378770664093454836;
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
  const double* mu = parameters.data_ptr<double>();
  const double* e = noise.data_ptr<double>();
  const double* code = samples.data_ptr<double>();
  // Shifted by the first row, so that the variance does not cancel.
  const double* shift = mu;
  for (std::int64_t i = 0; i < count; ++i, mu += 2 * d, e += d, code += d) {
    const double* log_var = mu + d;
    double density = 0.0, from_noise = 0.0, prior = 0.0;
    for (std::int64_t j = 0; j < d; ++j) {
      const double deviation = code[j] - mu[j];
      density += kLog2Pi + log_var[j] + deviation * deviation * std::exp(-log_var[j]);
      from_noise += kLog2Pi + log_var[j] + e[j] * e[j];
      prior += kLog2Pi + code[j] * code[j];
      s.mu_min = std::min(s.mu_min, mu[j]);
      s.mu_max = std::max(s.mu_max, mu[j]);
      s.log_var_min = std::min(s.log_var_min, log_var[j]);
      s.log_var_max = std::max(s.log_var_max, log_var[j]);
      const double centred = mu[j] - shift[j];
      sum[static_cast<std::size_t>(j)] += centred;
      square[static_cast<std::size_t>(j)] += centred * centred;
    }
    s.log_q_density.push_back(-0.5 * density);
    s.log_q_noise.push_back(-0.5 * from_noise);
    s.log_p_z.push_back(-0.5 * prior);
  }
  const double n = static_cast<double>(count);
  for (std::size_t j = 0; j < sum.size(); ++j)
    s.active_units += (square[j] - sum[j] * sum[j] / n) / (n - 1.0) > kActiveVariance ? 1 : 0;
  return s;
}

}  // namespace elbow
