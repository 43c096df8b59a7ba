// What probes and pictures may do with the live model: functions on tensors, no gradients, sampling
// from the generator that is passed in. Made by the composition root.
#pragma once

#include "math/tensor.h"

#include <cstdint>
#include <functional>

namespace elbow {

/// Undefined functions: the model has no such part. Everything runs in mode eval, without
/// gradients, with EMA weights where the config asks for them.
struct ModelView {
  std::int64_t latent = 0, data_dim = 0, height = 0, width = 0;
  bool symmetric = false;  ///< pixels in [-1, 1] instead of [0, 1]
  std::function<Tensor(std::int64_t n, at::Generator&)> prior;  ///< z ~ p(z): [n, d]
  std::function<Tensor(const Tensor& z)> decode;                ///< E[x|z] or G(z): [n, D]
  std::function<Tensor(const Tensor& x)> encode;                ///< [n, 2d]: mu, log_var
  std::function<Tensor(const Tensor& x)> score;                 ///< discriminator output: [n]
};

}  // namespace elbow
