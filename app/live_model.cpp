#include "app/live_model.h"

#include <ATen/ops/mean.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "math/fused.h"
#include "math/torch_compat.h"

namespace elbow::app {

ModelView model_view(Session& session) {
  ModelView view;
  view.latent = session.latent();
  view.data_dim = session.data().dim;
  view.height = session.data().height;
  view.width = session.data().width;
  view.symmetric = session.transform().symmetric;
  view.prior = [&session](std::int64_t n, at::Generator& generator) {
    return session.prior(n, generator);
  };
  view.decode = [&session](const Tensor& z) { return session.decode(z); };
  if (session.has_network("encoder")) {
    view.encode = [&session](const Tensor& x) { return session.encode(x); };
  }
  if (session.has_network("discriminator")) {
    view.score = [&session](const Tensor& x) { return session.score(x); };
  }
  return view;
}

Tensor held_out(const Session& session, std::int64_t count) {
  const auto& data = session.data();
  const Split& split = data.valid.count > 0 ? data.valid : data.test;
  std::vector<std::int64_t> indices(static_cast<std::size_t>(std::min(count, split.count)));
  std::iota(indices.begin(), indices.end(), 0);
  if (indices.empty()) return {};
  return session.examples(split, indices, derive_seed(1, "held_out")).x;
}

std::vector<std::pair<std::string, double>> term_gradient_norms(Session& session, const Tensor& x,
                                                                std::int64_t step) {
  std::vector<std::pair<std::string, double>> norms;
  at::Generator noise = session.generators().fresh("probe");
  Batch batch;
  batch.x = x;
  // Mode eval keeps running statistics where they are.
  const Context context{session.networks(), batch, noise, x.size(0), step, Mode::eval, true};
  for (const auto& phase : session.phases()) {
    std::vector<bool> states;
    std::vector<Tensor> parameters;
    std::vector<std::size_t> ends;
    for (const auto& name : phase.networks) {
      for (const auto& parameter : session.networks().at(name).parameters()) {
        states.push_back(parameter.tensor.requires_grad());
        parameter.tensor.requires_grad_(true);
        parameters.push_back(parameter.tensor);
      }
      ends.push_back(parameters.size());
    }
    const Evaluation evaluation = session.objective().evaluate(phase, context);
    for (const auto& term : evaluation.terms) {
      if (term.weight == 0.0 || !term.values.requires_grad()) continue;
      const auto gradient = gradients(at::mean(term.values), parameters, false, true);
      std::size_t i = 0;
      for (std::size_t n = 0; n < phase.networks.size(); ++n) {
        double squared = 0.0;
        for (; i < ends[n]; ++i) squared += squared_norm(gradient[i]);
        norms.emplace_back("gradient_norm/" + phase.networks[n] + "/" + term.name,
                           std::abs(term.weight) * std::sqrt(squared));
      }
    }
    for (std::size_t i = 0; i < parameters.size(); ++i) parameters[i].requires_grad_(states[i]);
  }
  return norms;
}

}  // namespace elbow::app
