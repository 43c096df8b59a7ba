// adam_step and squared_norm of math/fused.h.
#include "math/tensor.h"

#include <ATen/Parallel.h>
#include <ATen/ops/sqrt.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/error.h"
#include "math/fused.h"
#include "math/fused_kernels.h"
#include "math/torch_compat.h"

namespace elbow {
namespace {

bool plain(const Tensor& t) {
  return t.device().is_cpu() && t.scalar_type() == at::kFloat && t.is_contiguous();
}

/// Sum of body(begin, count) over fixed pieces of [0, n), added in order: the same for every number
/// of threads.
template <typename Body>
double sum_over_pieces(std::int64_t n, const Body& body) {
  constexpr std::int64_t piece = 8192;
  const std::int64_t pieces = (n + piece - 1) / piece;
  if (pieces <= 1) return n == 0 ? 0.0 : body(0, n);
  std::vector<double> partial(static_cast<std::size_t>(pieces));
  at::parallel_for(0, pieces, 2, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      partial[static_cast<std::size_t>(i)] = body(i * piece, std::min(piece, n - i * piece));
    }
  });
  double sum = 0.0;
  for (const double value : partial) sum += value;
  return sum;
}

void adam_plain(const Tensor& p, const Tensor& g, const Tensor& m, const Tensor& v,
                const AdamStep& s, double step, double root_bias) {
  const Tensor scaled = g * s.gradient_scale;
  m.mul_(s.beta1).add_(scaled, 1.0 - s.beta1);
  v.mul_(s.beta2).addcmul_(scaled, scaled, 1.0 - s.beta2);
  if (s.weight_decay != 0.0) p.mul_(1.0 - s.lr * s.weight_decay);
  p.addcdiv_(m, at::sqrt(v).mul_(root_bias).add_(s.eps), -step);
}

}  // namespace

double squared_norm(const Tensor& t) {
  const NoGrad guard;
  if (!plain(t)) {
    const Tensor wide = t.detach().to(at::kDouble);
    return (wide * wide).sum().item<double>();
  }
  const float* data = t.data_ptr<float>();
  return sum_over_pieces(t.numel(), [=](std::int64_t begin, std::int64_t count) {
    return kernels::sum_of_squares(data + begin, count);
  });
}

double adam_step(const Tensor& parameter, const Tensor& gradient, const Tensor& first_moment,
                 const Tensor& second_moment, const AdamStep& step) {
  for (const Tensor* other : {&gradient, &first_moment, &second_moment}) {
    if (other->sizes() != parameter.sizes()) {
      throw Error("adam_step: parameter " + shape_text(parameter) + " and " +
                  (other == &gradient ? "gradient " : "moment ") + shape_text(*other) +
                  " must have one shape.");
    }
  }
  const NoGrad guard;
  const double t = static_cast<double>(step.t);
  const double rate = step.lr / (1.0 - std::pow(step.beta1, t));
  const double root_bias = 1.0 / std::sqrt(1.0 - std::pow(step.beta2, t));
  if (!plain(parameter) || !plain(gradient) || !plain(first_moment) || !plain(second_moment)) {
    const double squares = squared_norm(gradient);
    adam_plain(parameter, gradient, first_moment, second_moment, step, rate, root_bias);
    return squares;
  }
  const kernels::AdamFactors factors{
      .gradient_scale = static_cast<float>(step.gradient_scale),
      .beta1 = static_cast<float>(step.beta1),
      .one_minus_beta1 = static_cast<float>(1.0 - step.beta1),
      .beta2 = static_cast<float>(step.beta2),
      .one_minus_beta2 = static_cast<float>(1.0 - step.beta2),
      .step = static_cast<float>(rate),
      .root_bias = static_cast<float>(root_bias),
      .eps = static_cast<float>(step.eps),
      .decay = static_cast<float>(1.0 - step.lr * step.weight_decay)};
  float* p = parameter.data_ptr<float>();
  const float* g = gradient.data_ptr<float>();
  float *m = first_moment.data_ptr<float>(), *v = second_moment.data_ptr<float>();
  const double squares =
      sum_over_pieces(parameter.numel(), [=, &factors](std::int64_t begin, std::int64_t count) {
        return kernels::adam(p + begin, g + begin, m + begin, v + begin, count, factors);
      });
  // Written behind autograd's back: a graph that still needs the old values must notice.
  parameter.unsafeGetTensorImpl()->bump_version();
  return squares;
}

}  // namespace elbow
