#include "math/torch_compat.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/zeros_like.h>
#include <torch/csrc/autograd/autograd.h>

#include "core/error.h"

namespace elbow {

std::string torch_version() { return TORCH_VERSION; }

at::Generator make_generator(std::uint64_t seed) { return at::detail::createCPUGenerator(seed); }

std::vector<Tensor> gradients(const Tensor& loss, const std::vector<Tensor>& inputs,
                              bool create_graph, bool keep_graph) {
  if (loss.numel() != 1) {
    throw Error("gradients: the loss must be a scalar, but has shape " + shape_text(loss) + ".");
  }
  if (!loss.requires_grad()) {
    throw Error("gradients: the loss has no graph; nothing that it was made from requires one.");
  }
  auto result = torch::autograd::grad({loss}, inputs, {}, keep_graph || create_graph, create_graph,
                                      /*allow_unused=*/true);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!result[i].defined()) result[i] = at::zeros_like(inputs[i]);
  }
  return result;
}

std::string shape_text(const Tensor& t) {
  if (!t.defined()) return "[undefined]";
  std::string text = "[";
  for (std::int64_t i = 0; i < t.dim(); ++i) {
    text += (i == 0 ? "" : ", ") + std::to_string(t.size(i));
  }
  return text + "]";
}

}  // namespace elbow
