#include "training/term_gradients.h"

#include <ATen/ops/mean.h>
#include <ATen/ops/sub.h>

#include <algorithm>
#include <cmath>

#include "math/fused.h"
#include "math/torch_compat.h"
#include "training/evaluation.h"

namespace elbow {
namespace {

/// Thaws the networks of a phase and freezes the others while it lives.
class Thaw {
 public:
  Thaw(const Networks& networks, const Phase& phase) {
    for (const auto& [name, network] : networks.all()) {
      const bool own = std::count(phase.networks.begin(), phase.networks.end(), name) != 0;
      for (const NamedTensor& p : network->parameters()) {
        states_.emplace_back(p.tensor, p.tensor.requires_grad());
        p.tensor.requires_grad_(own);
      }
    }
  }
  ~Thaw() {
    for (const auto& [parameter, state] : states_) parameter.requires_grad_(state);
  }
  Thaw(const Thaw&) = delete;
  Thaw& operator=(const Thaw&) = delete;

 private:
  std::vector<std::pair<Tensor, bool>> states_;
};

double norm(const std::vector<Tensor>& gradient) {
  double squared = 0.0;
  for (const Tensor& g : gradient) squared += squared_norm(g);
  return std::sqrt(squared);
}

void subtract(std::vector<Tensor>& from, double weight, const std::vector<Tensor>& gradient) {
  for (std::size_t i = 0; i < from.size(); ++i) from[i] = at::sub(from[i], gradient[i], weight);
}

}  // namespace

std::vector<std::pair<std::string, double>> term_gradient_norms(Session& session, const Tensor& x,
                                                                std::int64_t step) {
  std::vector<std::pair<std::string, double>> norms;
  if (!x.defined() || x.size(0) == 0) return norms;
  const GradModeGuard with_graph(true);
  at::Generator latent = session.generators().fresh("probe");
  at::Generator penalty = session.generators().fresh("probe/penalty");
  const Batch batch{.x = x, .labels = {}};
  // Without instruments only the terms of the loss are made.
  const Context context{.networks = session.networks(),
                        .batch = batch,
                        .latent = latent,
                        .batch_size = x.size(0),
                        .step = step,
                        .mode = Mode::eval,
                        .instruments = false};
  for (const Phase& phase : session.phases()) {
    const Thaw thaw(session.networks(), phase);
    std::vector<Tensor> parameters;
    std::vector<std::size_t> ends;
    for (const std::string& name : phase.networks) {
      for (const NamedTensor& p : session.networks().at(name).parameters()) {
        parameters.push_back(p.tensor);
      }
      ends.push_back(parameters.size());
    }
    Evaluation evaluation = session.objective().evaluate(phase, context);
    add_penalties(session.penalties(), phase.name, evaluation, context, penalty);
    std::vector<Tensor> rest = gradients(evaluation.loss, parameters, false, true);
    double largest = norm(rest);
    for (const Term& term : evaluation.terms) {
      if (!term.values.requires_grad()) continue;
      const std::vector<Tensor> gradient =
          gradients(at::mean(term.values), parameters, false, true);
      largest = std::max(largest, std::abs(term.weight) * norm(gradient));
      if (term.weight != 0.0) subtract(rest, term.weight, gradient);
      std::size_t i = 0;
      for (std::size_t n = 0; n < phase.networks.size(); ++n) {
        double squared = 0.0;
        for (; i < ends[n]; ++i) squared += squared_norm(gradient[i]);
        norms.emplace_back("gradient_norm/" + phase.networks[n] + "/" + term.name,
                           std::sqrt(squared));
      }
    }
    if (largest != 0.0) {  // also where it is no number
      norms.emplace_back("gradient_difference/" + phase.name, norm(rest) / largest);
    }
  }
  return norms;
}

}  // namespace elbow
