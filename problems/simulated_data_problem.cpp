// Images drawn from a trained decoder, whose code is an exact posterior sample: the chain
// elbo <= annealed lower bound <= ln p <= annealed upper bound <= eubo.
#include "math/tensor.h"

#include <ATen/ops/empty.h>

#include <cstdint>
#include <string>
#include <vector>

#include "math/estimators/importance.h"
#include "math/threefry.h"
#include "problems/checks.h"
#include "problems/plane_annealing.h"
#include "problems/plane_vae.h"

namespace elbow::problems::simulated_data {
namespace {

struct Simulated {
  Tensor z, x;  // [n, 2], [n, D]
};

/// z ~ N(0, I), then each pixel on with its probability.
Simulated simulate(Session& session, std::int64_t n, std::uint64_t seed) {
  CounterStream random(seed, 81);
  Simulated s;
  s.z = at::empty({n, session.latent()}, at::kFloat);
  float* z = s.z.data_ptr<float>();
  for (std::int64_t i = 0; i < s.z.numel(); ++i) z[i] = static_cast<float>(random.normal());
  const Tensor mean = session.decode(s.z).contiguous();
  s.x = at::empty(mean.sizes(), at::kFloat);
  const float* p = mean.data_ptr<float>();
  float* x = s.x.data_ptr<float>();
  for (std::int64_t i = 0; i < mean.numel(); ++i)
    x[i] = random.uniform(0.0, 1.0) < static_cast<double>(p[i]) ? 1.0f : 0.0f;
  return s;
}

void run(const ProblemContext& context, const Emit& emit) {
  const Checks checks(emit);
  context.progress("training");
  TrainedModel model = train_plane_vae(context.full, context.data_directory);
  Session& session = *model.session;
  const std::int64_t count = context.full ? 100 : 12;
  const Simulated s = simulate(session, count, context.seed);
  context.progress("annealing in both directions");
  constexpr std::int64_t chains = 16;
  const AnnealedImages bounds =
      anneal(session, s.x, s.z,
             {.chains = chains, .steps = context.full ? 300 : 60, .seed = context.seed});
  std::vector<double> log_p, elbo, missed;
  for (std::int64_t i = 0; i < count; ++i) {
    if (i % 20 == 0) context.progress("ln p(x) by quadrature, image " + std::to_string(i));
    log_p.push_back(log_evidence(session, s.x[i], 4));
    missed.push_back(reach(session, s.x[i], chains).unreached);
    elbo.push_back(
        mean_log_weight(sampled_term(session, s.x[i], 200, "log_w", context.seed + 3)).value);
  }
  check_chain_of_bounds(checks, bounds, log_p);
  check_weights(checks, bounds.log_w, log_p, missed);
  check_own_elbo(checks, elbo, log_p);
  emit_run_identities(checks, model);
}

}  // namespace

Problem entry() {
  return {.name = "simulated_data",
          .summary = "images from a trained decoder: bounds on ln p(x) from both sides",
          .truth = "an exact posterior sample of each image; quadrature over the plane of z",
          .reference = "Grosse, Ghahramani & Adams 2015",
          .run = run};
}

}  // namespace elbow::problems::simulated_data
