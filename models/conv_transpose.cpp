#include "models/conv_transpose.h"

#include <ATen/ops/conv2d.h>
#include <ATen/ops/conv_transpose2d.h>
#include <ATen/ops/convolution_backward.h>
#include <ATen/ops/empty.h>
#include <torch/csrc/autograd/custom_function.h>

#include <array>
#include <tuple>

#include "math/torch_compat.h"

namespace elbow {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// (d input, d weight) of conv2d(input, weight) with gradient `upstream`; only what `mask` asks
/// for.
std::tuple<Tensor, Tensor, Tensor> convolution_gradient(const Tensor& upstream, const Tensor& input,
                                                        const Tensor& weight, std::int64_t stride,
                                                        std::int64_t padding,
                                                        std::array<bool, 3> mask) {
  return at::convolution_backward(upstream, input, weight, at::OptionalIntArrayRef(),
                                  {stride, stride}, {padding, padding}, {1, 1},
                                  /*transposed=*/false, {0, 0},
                                  /*groups=*/1, mask);
}

struct ConvTranspose : torch::autograd::Function<ConvTranspose> {
  static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& weight,
                        const Tensor& bias, std::int64_t stride, std::int64_t padding) {
    context->save_for_backward({x, weight});
    context->saved_data["stride"] = stride;
    context->saved_data["padding"] = padding;
    const auto side = [&](std::int64_t n) {
      return (n - 1) * stride - 2 * padding + weight.size(2);
    };
    // Only the shape of the convolution's input matters.
    const Tensor shape =
        at::empty({x.size(0), weight.size(1), side(x.size(2)), side(x.size(3))}, x.options());
    Tensor y = std::get<0>(
        convolution_gradient(x.contiguous(), shape, weight, stride, padding, {true, false, false}));
    return y.add_(bias.view({1, -1, 1, 1}));
  }

  // Made of differentiable operators, so a second derivative needs nothing more.
  static variable_list backward(AutogradContext* context, variable_list upstream) {
    const auto saved = context->get_saved_variables();
    const Tensor &x = saved[0], &weight = saved[1];
    const std::int64_t stride = context->saved_data["stride"].toInt();
    const std::int64_t padding = context->saved_data["padding"].toInt();
    const Tensor g = upstream[0].contiguous();
    Tensor gx, gw, gb;
    if (context->needs_input_grad(0)) {
      gx = at::conv2d(g, weight, {}, {stride, stride}, {padding, padding});
    }
    if (context->needs_input_grad(1)) {
      gw = std::get<1>(convolution_gradient(x, g, weight, stride, padding, {false, true, false}));
    }
    if (context->needs_input_grad(2)) gb = g.sum({0, 2, 3});
    return {gx, gw, gb, Tensor(), Tensor()};
  }
};

}  // namespace

Tensor conv_transpose_as_gradient(const Tensor& x, const Tensor& weight, const Tensor& bias,
                                  std::int64_t stride, std::int64_t padding) {
  return ConvTranspose::apply(x, weight, bias, stride, padding);
}

Tensor conv_transpose(const Tensor& x, const Tensor& weight, const Tensor& bias,
                      std::int64_t stride, std::int64_t padding) {
  if (slow_conv_transpose && x.device().is_cpu() && x.scalar_type() == at::kFloat) {
    return conv_transpose_as_gradient(x, weight, bias, stride, padding);
  }
  return at::conv_transpose2d(x, weight, bias, {stride, stride}, {padding, padding});
}

}  // namespace elbow
