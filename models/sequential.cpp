#include "models/sequential.h"

#include <ATen/ops/batch_norm.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/elu.h>
#include <ATen/ops/group_norm.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/leaky_relu.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/silu.h>
#include <ATen/ops/tanh.h>
#include <ATen/ops/zeros.h>

#include "core/error.h"
#include "math/torch_compat.h"
#include "models/conv_transpose.h"

namespace elbow {

Sequential::Sequential(std::string initialization, at::Generator& init)
    : initialization_(std::move(initialization)), init_(init) {}

std::string Sequential::name(const char* suffix) const {
  return std::to_string(steps_.size()) + "." + suffix;
}

void Sequential::step(Step f) { steps_.push_back(std::move(f)); }

Affine Sequential::affine(const LayerShape& shape) {
  Affine drawn = initialize(initialization_, shape, init_);
  return {add_parameter(name("weight"), drawn.weight), add_parameter(name("bias"), drawn.bias)};
}

void Sequential::linear(std::int64_t in, std::int64_t out) {
  if (in_ == 0) in_ = in;
  const double from = static_cast<double>(in), to = static_cast<double>(out);
  const Affine a = affine({{out, in}, out, from, to, from});
  step([a](const Tensor& x, Mode) { return at::linear(x, a.weight, a.bias); });
}

void Sequential::conv(std::int64_t in, std::int64_t out, std::int64_t kernel, std::int64_t stride,
                      std::int64_t padding) {
  const double area = static_cast<double>(kernel * kernel);
  const double from = static_cast<double>(in) * area, to = static_cast<double>(out) * area;
  const double shared = static_cast<double>(stride * stride);
  const Affine a = affine({{out, in, kernel, kernel}, out, from, to / shared, from});
  step([a, stride, padding](const Tensor& x, Mode) {
    return at::conv2d(x, a.weight, a.bias, {stride, stride}, {padding, padding});
  });
}

void Sequential::deconv(std::int64_t in, std::int64_t out, std::int64_t kernel, std::int64_t stride,
                        std::int64_t padding) {
  const double area = static_cast<double>(kernel * kernel);
  const double from = static_cast<double>(in) * area, to = static_cast<double>(out) * area;
  const double shared = static_cast<double>(stride * stride);
  const Affine a = affine({{in, out, kernel, kernel}, out, from / shared, to, to});
  step([a, stride, padding](const Tensor& x, Mode) {
    return conv_transpose(x, a.weight, a.bias, stride, padding);
  });
}

// In place where the layer before does not need its own output for the gradient; silu does need it.
void Sequential::activation(const std::string& name) {
  if (name == "identity") return;
  if (name == "relu") {
    step([](Tensor x, Mode) { return x.relu_(); });
  } else if (name == "leaky_relu") {
    step([](Tensor x, Mode) { return at::leaky_relu_(x, 0.2); });
  } else if (name == "elu") {
    step([](Tensor x, Mode) { return at::elu_(x); });
  } else if (name == "tanh") {
    step([](Tensor x, Mode) { return x.tanh_(); });
  } else if (name == "sigmoid") {
    step([](Tensor x, Mode) { return x.sigmoid_(); });
  } else if (name == "silu") {
    step([](const Tensor& x, Mode) { return at::silu(x); });
  } else {
    throw Error("There is no activation '" + name +
                    "'; there are: relu, leaky_relu, tanh, elu, silu, sigmoid, identity.",
                ExitCode::usage);
  }
}

void Sequential::batch_norm(const Affine& scale, std::int64_t channels) {
  const Tensor mean = add_buffer(name("running_mean"), at::zeros({channels}));
  const Tensor variance = add_buffer(name("running_var"), at::ones({channels}));
  step([scale, mean, variance](const Tensor& x, Mode mode) {
    return at::batch_norm(x, scale.weight, scale.bias, mean, variance, mode == Mode::train, 0.1,
                          1e-5, false);
  });
}

void Sequential::normalization(const std::string& kind, std::int64_t channels) {
  if (kind == "none") return;
  if (kind != "batch" && kind != "layer") {
    throw Error("There is no normalization '" + kind + "'; there are: none, batch, layer.",
                ExitCode::usage);
  }
  const Affine drawn = initialize_normalization(initialization_, channels, init_);
  const Affine scale{add_parameter(name("weight"), drawn.weight),
                     add_parameter(name("bias"), drawn.bias)};
  if (kind == "batch") {
    batch_norm(scale, channels);
    return;
  }
  step([scale, channels](const Tensor& x, Mode) {
    return x.dim() == 2 ? at::layer_norm(x, {channels}, scale.weight, scale.bias)
                        : at::group_norm(x, 1, scale.weight, scale.bias);
  });
}

void Sequential::unflatten(std::int64_t channels, std::int64_t side) {
  if (in_ == 0) in_ = channels * side * side;
  step([channels, side](const Tensor& x, Mode) { return x.view({-1, channels, side, side}); });
}

void Sequential::flatten() {
  step([](const Tensor& x, Mode) { return x.reshape({x.size(0), -1}); });
}

Tensor Sequential::forward(const Tensor& input, Mode mode) {
  if (input.dim() != 2 || input.size(1) != in_) {
    throw Error("network " + description_ + ": the input is " + shape_text(input) +
                ", but must be [B, " + std::to_string(in_) + "].");
  }
  Tensor x = input;
  for (const Step& f : steps_) x = f(x, mode);
  return x;
}

}  // namespace elbow
