// A VAE with a two-dimensional latent space on digits: ln p(x) by quadrature over the plane,
// against importance sampling from its objective's weights and annealed importance sampling.
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

#include "problems/checks.h"
#include "problems/image_evidence.h"
#include "problems/plane_annealing.h"
#include "problems/plane_vae.h"

namespace elbow::problems::latent_grid {
namespace {

void run(const ProblemContext& context, const Emit& emit) {
  const Checks checks(emit);
  context.progress("training");
  TrainedModel model = train_plane_vae(context.full, context.data_directory);
  emit_run_identities(checks, model);
  Session& session = *model.session;
  const std::int64_t count = context.full ? 20 : 6;
  std::vector<std::int64_t> indices(static_cast<std::size_t>(count));
  std::iota(indices.begin(), indices.end(), 0);
  const Tensor images = session.examples(session.data().test, indices, 1).x;
  constexpr std::int64_t chains = 64;
  std::vector<double> log_p, missed;
  for (std::int64_t i = 0; i < count; ++i) {
    context.progress("image " + std::to_string(i));
    log_p.push_back(log_evidence(session, images[i], 4));
    const Reach found = reach(session, images[i], chains);
    missed.push_back(found.unreached);
    const Checks at = checks.under("image" + std::to_string(i));
    const std::vector<double> log_w =
        sampled_term(session, images[i], 5000, "log_w", context.seed + 7);
    check_quadrature(at, log_p.back(), log_evidence(session, images[i], 6), log_w);
    check_reach(at, log_p.back(), log_w, chains, found);
  }
  for (const PathStart start : {PathStart::encoder, PathStart::prior}) {
    const std::string name = start == PathStart::encoder ? "encoder" : "prior";
    context.progress("annealing from the " + name);
    const AnnealedImages run = anneal(
        session, images, {},
        {.start = start, .chains = chains, .steps = context.full ? 500 : 60, .seed = context.seed});
    const Checks at = checks.under("ais/" + name);
    // The prior lies under every mode.
    check_weights(at, run.log_w, log_p,
                  start == PathStart::encoder ? missed : std::vector<double>(log_p.size(), 0.0));
    check_lower_bound(at, run.lower, log_p);
    if (start == PathStart::encoder) check_forward_bounds(at, run, log_p);
  }
}

}  // namespace

Problem entry() {
  return {.name = "latent_grid",
          .summary = "a 2-D latent VAE on digits: ln p(x) by quadrature against IWAE and AIS",
          .truth = "quadrature over the plane of z",
          .reference = "Burda et al. 2016; Wu et al. 2017",
          .run = run};
}

}  // namespace elbow::problems::latent_grid
