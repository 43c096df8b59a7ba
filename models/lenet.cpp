#include "models/lenet.h"

#include <ATen/ops/conv2d.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/max_pool2d.h>

#include <vector>

#include "core/error.h"
#include "math/torch_compat.h"
#include "models/initialize.h"

namespace elbow {
namespace {

constexpr std::int64_t kSide = 28;

LayerShape shape(std::vector<std::int64_t> weight) {
  const std::int64_t outputs = weight.front();
  std::int64_t inputs = 1;
  for (std::size_t i = 1; i < weight.size(); ++i) inputs *= weight[i];
  const auto fan_in = static_cast<double>(inputs);
  return {.weight = std::move(weight),
          .outputs = outputs,
          .fan_in = fan_in,
          .fan_out = static_cast<double>(outputs),
          .torch_fan_in = fan_in};
}

}  // namespace

LeNet::LeNet(std::int64_t classes, at::Generator& init) {
  const auto layer = [&](const std::string& name, std::vector<std::int64_t> weight) {
    const Affine drawn = initialize("torch", shape(std::move(weight)), init);
    add_parameter(name + ".weight", drawn.weight);
    add_parameter(name + ".bias", drawn.bias);
  };
  layer("conv1", {6, 1, 5, 5});
  layer("conv2", {16, 6, 5, 5});
  layer("linear1", {120, 400});
  layer("linear2", {kFeatures, 120});
  layer("linear3", {classes, kFeatures});
}

Tensor LeNet::features(const Tensor& images) const {
  if (images.dim() != 2 || images.size(1) != kSide * kSide) {
    throw Error("LeNet: the input is " + shape_text(images) + ", but must be [B, 784].");
  }
  const auto weight = [this](std::size_t i) { return parameters_[i].tensor; };
  Tensor x = images.view({-1, 1, kSide, kSide});
  x = at::max_pool2d(at::conv2d(x, weight(0), weight(1), {1, 1}, {2, 2}).relu_(), {2, 2});
  x = at::max_pool2d(at::conv2d(x, weight(2), weight(3)).relu_(), {2, 2});
  x = at::linear(x.flatten(1), weight(4), weight(5)).relu_();
  return at::linear(x, weight(6), weight(7)).relu_();
}

Tensor LeNet::logits(const Tensor& features) const {
  return at::linear(features, parameters_[8].tensor, parameters_[9].tensor);
}

}  // namespace elbow
