#include "models/initialize.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

#include <cmath>

#include "core/error.h"
#include "math/torch_compat.h"

namespace elbow {

Affine initialize(const std::string& name, const LayerShape& shape, at::Generator& init) {
  const NoGrad guard;
  Affine result{at::empty(shape.weight), at::zeros({shape.outputs})};
  if (name == "torch") {
    const double bound = 1.0 / std::sqrt(shape.torch_fan_in);
    result.weight.uniform_(-bound, bound, init);
    result.bias.uniform_(-bound, bound, init);
  } else if (name == "he") {
    result.weight.normal_(0.0, std::sqrt(2.0 / shape.fan_in), init);
  } else if (name == "glorot") {
    const double bound = std::sqrt(6.0 / (shape.fan_in + shape.fan_out));
    result.weight.uniform_(-bound, bound, init);
  } else if (name == "normal02") {
    result.weight.normal_(0.0, 0.02, init);
  } else {
    throw Error(
        "There is no initialization '" + name + "'; there are: torch, he, glorot, normal02.",
        ExitCode::usage);
  }
  return result;
}

Affine initialize_normalization(const std::string& name, std::int64_t n, at::Generator& init) {
  const NoGrad guard;
  Affine result{at::ones({n}), at::zeros({n})};
  if (name == "normal02") result.weight.normal_(1.0, 0.02, init);
  return result;
}

}  // namespace elbow
