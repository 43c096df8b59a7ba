// A VAE with a two-dimensional latent space on digits: ln p(x) by quadrature over the plane,
// against importance sampling from its objective's weights and annealed importance sampling.
#include <cmath>
#include <cstdint>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "math/estimators/importance.h"
#include "math/statistics/pareto_tail.h"
#include "problems/checks.h"
#include "problems/plane_annealing.h"
#include "problems/plane_vae.h"

namespace elbow::problems::latent_grid {
namespace {

/// Weights whose tail has a shape above one quarter have no fourth moment: the standard error of
/// their mean has no variance, most often it is too small, and there is no z-score.
constexpr double kFourthMoment = 0.25;

/// Mean and standard error of e^(value - shift).
std::pair<double, double> mean_ratio(const std::vector<double>& log_w, double shift) {
  const auto n = static_cast<double>(log_w.size());
  double mean = 0.0, squares = 0.0;
  for (const double w : log_w) mean += std::exp(w - shift) / n;
  for (const double w : log_w) squares += std::pow(std::exp(w - shift) - mean, 2);
  return {mean, std::sqrt(squares / (n * (n - 1.0)))};
}

void check_image(const Checks& checks, Session& session, const Tensor& x, std::uint64_t seed,
                 double log_p) {
  const double refined = log_evidence(session, x, 6);
  checks.oracle("V86/refined", "ln p(x) does not change with a finer grid", log_p, refined, 2e-5);
  const std::vector<double> log_w = sampled_term(session, x, 5000, "log_w", seed);
  const Estimate bound = iwae(log_w);
  checks.bound("V25/elbo", "elbo ≤ ln p(x)", mean_log_weight(log_w).value, log_p, 1e-6,
               mean_log_weight(log_w).se.value_or(0.0));
  checks.bound("V25/iwae", "IWAE with K = 5000 ≤ ln p(x)", bound.value, log_p, 1e-6,
               bound.se.value_or(0.0));
  const auto [ratio, se] = mean_ratio(log_w, log_p);
  const std::optional<ParetoTail> tail = pareto_tail(log_w);
  if (tail && tail->k < kFourthMoment) {
    checks.statistical("V86/iwae", "E_q w = p(x), as a ratio, where the weights have four moments",
                       ratio, 1.0, se);
  } else {
    checks.optimum("V86/iwae", "mean w / p(x) where the weights may not have four moments", ratio,
                   1.0, se);
  }
}

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
  std::vector<double> log_p;
  for (std::int64_t i = 0; i < count; ++i) {
    context.progress("image " + std::to_string(i));
    log_p.push_back(log_evidence(session, images[i], 4));
    check_image(checks.under("image" + std::to_string(i)), session, images[i], context.seed + 7,
                log_p.back());
  }
  for (const PathStart start : {PathStart::encoder, PathStart::prior}) {
    const std::string name = start == PathStart::encoder ? "encoder" : "prior";
    context.progress("annealing from the " + name);
    const AnnealedImages run = anneal(
        session, images, {},
        {.start = start, .chains = 64, .steps = context.full ? 500 : 60, .seed = context.seed});
    const Checks at = checks.under("ais/" + name);
    check_weights(at, run.log_w, log_p);
    check_order(at, "V45/lower", "annealed lower bound ≤ ln p(x)", run.lower, log_p);
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
