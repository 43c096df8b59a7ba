#include "app/live_model.h"

#include <algorithm>
#include <numeric>

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

LatentModel live_latent_model(Session& session) {
  LatentModel model;
  model.latent = session.latent();
  model.data_dim = session.data().dim;
  model.encode = [&session](const Tensor& x) { return session.encode(x); };
  model.log_likelihood = [&session](const Tensor& z, const Tensor& x) {
    const NoGrad no_grad;
    const EmaScope averaged(session.ema());
    at::Generator unused = make_generator(0);
    const Batch batch{.x = x, .labels = {}};
    const Context context{.networks = session.networks(),
                          .batch = batch,
                          .latent = unused,
                          .batch_size = x.size(0),
                          .mode = Mode::eval};
    const Tensor output = session.networks().at("decoder").forward(z, Mode::eval);
    return session.likelihood()->log_prob(output, x, context);
  };
  return model;
}

Tensor held_out(const Session& session, std::int64_t count) {
  const auto& data = session.data();
  const Split& split = data.valid.count > 0 ? data.valid : data.test;
  std::vector<std::int64_t> indices(static_cast<std::size_t>(std::min(count, split.count)));
  std::iota(indices.begin(), indices.end(), 0);
  if (indices.empty()) return {};
  return session.examples(split, indices, derive_seed(1, "held_out")).x;
}

}  // namespace elbow::app
