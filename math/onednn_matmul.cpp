#include "math/onednn_matmul.h"
#include "math/tensor.h"

#include <ATen/ops/mm.h>
#include <ATen/ops/ones.h>

#include "math/torch_compat.h"

// Defined in math/sgemm.cpp, which only programs link; otherwise null.
extern "C" {
__attribute__((weak)) long long elbow_sgemm_calls();
__attribute__((weak)) void elbow_sgemm_use_onednn(int on);
}

namespace elbow {

std::int64_t onednn_matmul_calls() {
  return elbow_sgemm_calls == nullptr ? -1 : static_cast<std::int64_t>(elbow_sgemm_calls());
}

bool onednn_matmul_active() {
  const std::int64_t before = onednn_matmul_calls();
  if (before < 0) return false;
  const NoGrad guard;
  const Tensor a = at::ones({32, 32});
  const Tensor product = at::mm(a, a);
  return onednn_matmul_calls() > before && product.sum().item<float>() == 32768.0f;
}

void use_onednn_matmul(bool on) {
  if (elbow_sgemm_use_onednn != nullptr) elbow_sgemm_use_onednn(on ? 1 : 0);
}

}  // namespace elbow
