// Everything that differs between the supported versions of LibTorch (1.13, 2.6, 2.14), and the few
// entry points of its autograd engine that the project uses, behind stable names.
#pragma once

#include "math/tensor.h"

#include <c10/core/GradMode.h>
#include <torch/version.h>

#include <cstdint>
#include <string>
#include <vector>

namespace elbow {

/// Switches gradients off (or to a chosen state) for the lifetime of the object, on this thread.
using NoGrad = c10::NoGradGuard;
using GradModeGuard = c10::AutoGradMode;

/// Before 2.6 the CPU's transposed convolution does not use oneDNN.
inline constexpr bool slow_conv_transpose =
    TORCH_VERSION_MAJOR < 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR < 6);

/// "1.13.0": the version of the headers; Debian's 1.13.1 calls itself 1.13.0.
std::string torch_version();

/// A CPU generator of its own, seeded.
at::Generator make_generator(std::uint64_t seed);

/// d loss / d inputs of a scalar loss, in the order of `inputs`, without touching any `.grad`.
/// An input that the loss does not depend on gets zeros. create_graph: the result can be
/// differentiated again (implies keeping the graph); keep_graph: the graph of `loss` survives.
/// Errors: the loss is not a scalar, or has no graph.
std::vector<Tensor> gradients(const Tensor& loss, const std::vector<Tensor>& inputs,
                              bool create_graph = false, bool keep_graph = false);

/// "[128, 784]", for messages.
std::string shape_text(const Tensor& t);

}  // namespace elbow
