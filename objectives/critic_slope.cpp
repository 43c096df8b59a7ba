#include "objectives/critic_slope.h"

#include "core/error.h"
#include "math/torch_compat.h"

namespace elbow {

Tensor squared_slopes(Network& critic, const Tensor& points, Mode mode) {
  const bool differentiable = c10::GradMode::is_enabled();
  const GradModeGuard enabled(true);
  const Tensor x = points.detach().requires_grad_(true);
  const Tensor output = critic.forward(x, mode);
  if (output.dim() != 2 || output.size(0) != x.size(0) || output.size(1) != 1)
    throw Error("A penalty on the critic's slope needs one output per sample, not " +
                shape_text(output) + " for points " + shape_text(x) + ".");
  const Tensor gradient = gradients(output.sum(), {x}, differentiable).at(0);
  return gradient.flatten(1).square().sum(1);
}

Tensor slopes_from(const Tensor& squared) { return (squared + 1e-12).sqrt(); }

}  // namespace elbow
