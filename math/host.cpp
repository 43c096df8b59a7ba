#include "math/host.h"

namespace elbow {

Tensor on_host(const Tensor& t, at::ScalarType type) {
  if (t.device().is_cpu() && t.scalar_type() == type && t.is_contiguous()) return t;
  return t.detach().to(at::kCPU, type).contiguous();
}

std::vector<double> to_doubles(const Tensor& t) {
  const bool narrow = t.scalar_type() == at::kFloat;
  const Tensor host = on_host(t, narrow ? at::kFloat : at::kDouble);
  if (narrow) return {host.data_ptr<float>(), host.data_ptr<float>() + host.numel()};
  return {host.data_ptr<double>(), host.data_ptr<double>() + host.numel()};
}

}  // namespace elbow
