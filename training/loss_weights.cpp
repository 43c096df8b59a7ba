#include "training/loss_weights.h"

#include <ATen/ops/abs.h>
#include <ATen/ops/mean.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "math/torch_compat.h"
#include "training/evaluation.h"
#include "training/session.h"

namespace elbow {
namespace {

const Term* find(const Evaluation& evaluation, const char* name) {
  const auto found = std::find_if(evaluation.terms.begin(), evaluation.terms.end(),
                                  [&](const Term& term) { return term.name == name; });
  return found == evaluation.terms.end() ? nullptr : &*found;
}

double seven_digits(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.7g", value);
  return std::strtod(text, nullptr);
}

/// Derivative of the loss in the mean of a per-sample term; nothing where samples differ in it.
std::optional<double> weight(const Tensor& gradient) {
  const Tensor each = gradient.detach().to(at::kDouble) * static_cast<double>(gradient.numel());
  const double mean = each.mean().item<double>();
  const double spread = (each - mean).abs().max().item<double>();
  if (!(spread <= 1e-5 * std::fabs(mean))) return std::nullopt;
  return mean;
}

}  // namespace

std::optional<LossReduction> loss_weights(const Evaluation& evaluation) {
  const Term *reconstruction = find(evaluation, "elbo/reconstruction"),
             *kl = find(evaluation, "elbo/kl");
  if (reconstruction == nullptr || kl == nullptr || !evaluation.loss.requires_grad() ||
      !reconstruction->values.requires_grad() || !kl->values.requires_grad())
    return std::nullopt;
  const auto gradient =
      gradients(evaluation.loss, {reconstruction->values, kl->values}, false, true);
  const auto a = weight(-gradient[0]), b = weight(gradient[1]);
  if (!a || !b || !(*a > 0.0)) return std::nullopt;
  const double of_reconstruction = *a * reconstruction->values.mean().item<double>(),
               of_kl = *b * kl->values.mean().item<double>(), loss = evaluation.loss.item<double>();
  const double scale = std::fabs(of_reconstruction) + std::fabs(of_kl);
  if (!(std::fabs(of_kl - of_reconstruction - loss) <= 2e-5 * scale)) return std::nullopt;
  return LossReduction{.reconstruction_weight = seven_digits(*a), .kl_weight = seven_digits(*b)};
}

std::optional<LossReduction> loss_weights(Session& session, const Tensor& x, std::int64_t step) {
  if (!x.defined() || x.size(0) == 0) return std::nullopt;
  const GradModeGuard with_graph(true);
  at::Generator latent = session.generators().fresh("loss_weights");
  at::Generator penalty = session.generators().fresh("loss_weights/penalty");
  const Batch batch{.x = x, .labels = {}};
  const Context context{.networks = session.networks(),
                        .batch = batch,
                        .latent = latent,
                        .batch_size = x.size(0),
                        .step = step,
                        .mode = Mode::eval,
                        .instruments = false};
  const std::vector<Phase> phases = session.phases();
  if (phases.size() != 1) return std::nullopt;
  Evaluation evaluation = session.objective().evaluate(phases.front(), context);
  add_penalties(session.penalties(), phases.front().name, evaluation, context, penalty);
  return loss_weights(evaluation);
}

}  // namespace elbow
