#include "problems/plane_annealing.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <span>

#include "instrumentation/annealed_evaluation.h"
#include "instrumentation/latent_model.h"
#include "math/estimators/annealed_importance.h"
#include "math/estimators/importance.h"
#include "math/numeric.h"
#include "math/sampling/annealing.h"
#include "math/statistics/mean_estimate.h"
#include "math/threefry.h"
#include "problems/plane_vae.h"
#include "training/generators.h"

namespace elbow::problems {
namespace {

/// Of an image by itself, for its mean weight to have a z-score.
constexpr std::size_t kManyChains = 64;
/// Mass of a posterior that the starts of its chains may miss, for a z-score to mean anything.
constexpr double kUnreached = 0.01;

LatentModel latent_model(Session& session) {
  LatentModel model;
  model.latent = session.latent();
  model.data_dim = session.data().dim;
  model.encode = [&session](const Tensor& x) { return session.encode(x); };
  model.log_likelihood = [&session](const Tensor& z, const Tensor& x) {
    return log_likelihood(session, z, x);
  };
  return model;
}

/// From the prior to p(x, z): base = ln N(z; 0, I), g = ln p(x|z) of the row's image. rows [C, D].
Path prior_path(const LatentModel& model, const Tensor& rows) {
  return [&model, rows](const PointsView& z, PathValues& out) {
    out.base.assign(static_cast<std::size_t>(z.size()), 0.0);
    out.g.assign(out.base.size(), 0.0);
    out.base_gradient = Points(z.size(), z.dim());
    log_likelihood(model, z, rows, out.g, &out.g_gradient);
    for (std::int64_t c = 0; c < z.size(); ++c)
      for (std::int64_t l = 0; l < z.dim(); ++l) {
        out.base[static_cast<std::size_t>(c)] -= 0.5 * (kLn2Pi + z.at(c, l) * z.at(c, l));
        out.base_gradient.row(c)[l] = -z.at(c, l);
      }
  };
}

Points standard_normal(std::int64_t n, std::int64_t d, std::uint64_t seed, std::uint64_t stream) {
  CounterStream random(seed, stream);
  Points u(n, d);
  for (std::int64_t c = 0; c < n; ++c)
    for (std::int64_t l = 0; l < d; ++l) u.row(c)[l] = random.normal();
  return u;
}

/// Codes [n, 2], each `chains` times, in the coordinates of the path.
Points in_coordinates(const Tensor& codes, const EncodedImages& images, const AnnealingPlan& plan) {
  Points u = to_points(repeat_rows(codes, plan.chains));
  if (plan.start == PathStart::prior) return u;
  for (std::int64_t c = 0; c < u.size(); ++c) {
    const std::int64_t i = c / plan.chains;
    for (std::int64_t l = 0; l < u.dim(); ++l)
      u.row(c)[l] =
          (u.row(c)[l] - images.mean.row(i)[l]) * std::exp(-0.5 * images.log_var.row(i)[l]);
  }
  return u;
}

std::span<const double> of_image(const std::vector<double>& all, std::size_t i,
                                 std::size_t chains) {
  return std::span(all).subspan(i * chains, chains);
}

/// One number for each image from the numbers of its chains.
template <class F>
std::vector<double> per_image(const std::vector<double>& all, std::int64_t chains,
                              const F& number) {
  std::vector<double> values;
  const auto group = static_cast<std::size_t>(chains);
  for (std::size_t i = 0; i * group < all.size(); ++i)
    values.push_back(number(of_image(all, i, group)));
  return values;
}

/// E w / p(x) = 1; a meter where the standard error does not say how far off the mean is.
void check_mean_ratio(const Checks& checks, const std::vector<double>& ratios, bool known) {
  const Estimate mean = mean_estimate(ratios);
  const double se = mean.se.value_or(0.0);
  const std::string statement = "E w = p(x): mean of w / p(x) over chains";
  if (known)
    checks.statistical("V45/weights", statement, mean.value, 1.0, se);
  else
    checks.optimum("V45/weights", statement, mean.value, 1.0, se);
}

double mean_of(std::span<const double> x) { return mean_estimate(x).value; }

}  // namespace

AnnealedImages anneal(Session& session, const Tensor& images, const Tensor& exact,
                      const AnnealingPlan& plan) {
  const LatentModel model = latent_model(session);
  const EncodedImages encoded = encode_images(model, images);
  const std::int64_t n = images.size(0), d = session.latent();
  const Path path = plan.start == PathStart::encoder
                        ? encoder_path(model, encoded, plan.chains)
                        : prior_path(model, repeat_rows(images, plan.chains));
  const std::vector<double> schedule = sigmoid_schedule(plan.steps);
  const HmcOptions options;
  const StepTable table = tune_steps(path, standard_normal(n * plan.chains, d, plan.seed, 71),
                                     schedule, n, options, derive_seed(plan.seed, "pilot"));
  AnnealedImages run;
  HmcTransition forward(path, options, derive_seed(plan.seed, "forward"));
  AnnealedChains start = forward.start(standard_normal(n * plan.chains, d, plan.seed, 72));
  run.log_start = start.g;
  run.log_w = anneal_forward(schedule, start, forward.with(table));
  run.lower = per_image(run.log_w, plan.chains, [](std::span<const double> log_w) {
    return annealed_lower_bound(log_w).value;
  });
  if (!exact.defined()) return run;
  HmcTransition reverse(path, options, derive_seed(plan.seed, "reverse"));
  AnnealedChains end = reverse.start(in_coordinates(exact, encoded, plan));
  run.eubo = per_image(end.g, plan.chains, mean_of);
  run.upper =
      per_image(anneal_reverse(schedule, end, reverse.with(table)), plan.chains,
                [](std::span<const double> log_w) { return annealed_upper_bound(log_w).value; });
  return run;
}

void check_order(const Checks& checks, const std::string& id, const std::string& statement,
                 const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> difference(a.size());
  std::transform(a.begin(), a.end(), b.begin(), difference.begin(), std::minus<>());
  checks.bound(id, statement, mean_of(a), mean_of(b), 1e-6,
               mean_estimate(difference).se.value_or(0.0));
}

void check_order_of_chains(const Checks& checks, const std::string& id,
                           const std::string& statement, const std::vector<double>& a,
                           const std::vector<double>& b, std::int64_t chains) {
  std::vector<double> difference(a.size());
  std::transform(a.begin(), a.end(), b.begin(), difference.begin(), std::minus<>());
  double variance = 0.0;
  const auto group = static_cast<std::size_t>(chains);
  const auto images = static_cast<double>(a.size() / group);
  for (std::size_t i = 0; i * group < a.size(); ++i) {
    const double se = mean_estimate(of_image(difference, i, group)).se.value_or(0.0);
    variance += se * se / (images * images);
  }
  checks.bound(id, statement, mean_of(a), mean_of(b), 1e-6, std::sqrt(variance));
}

void check_lower_bound(const Checks& checks, const std::vector<double>& lower,
                       const std::vector<double>& log_p) {
  check_order(checks, "V45/lower", "annealed lower bound ≤ ln p(x)", lower, log_p);
}

void check_own_elbo(const Checks& checks, const std::vector<double>& elbo,
                    const std::vector<double>& log_p) {
  check_order(checks, "V31/elbo", "elbo of the objective's own weights ≤ ln p(x)", elbo, log_p);
}

void check_forward_bounds(const Checks& checks, const AnnealedImages& run,
                          const std::vector<double>& log_p) {
  const std::size_t chains = run.log_w.size() / log_p.size();
  std::vector<double> truth;
  for (const double value : log_p) truth.insert(truth.end(), chains, value);
  const auto count = static_cast<std::int64_t>(chains);
  check_order_of_chains(checks, "V45/elbo", "elbo ≤ E ln w of annealed chains, from the encoder",
                        run.log_start, run.log_w, count);
  check_order_of_chains(checks, "V45/chain", "E ln w of annealed chains ≤ ln p(x)", run.log_w,
                        truth, count);
}

void check_chain_of_bounds(const Checks& checks, const AnnealedImages& run,
                           const std::vector<double>& log_p) {
  check_forward_bounds(checks, run, log_p);
  check_lower_bound(checks, run.lower, log_p);
  check_order(checks, "V45/upper", "ln p(x) ≤ annealed upper bound", log_p, run.upper);
  check_order(checks, "V31/eubo", "annealed upper bound ≤ eubo, from the encoder", run.upper,
              run.eubo);
  check_order(checks, "V31", "ln p(x) ≤ eubo at the code that made x", log_p, run.eubo);
  check_order(checks, "V45/gap", "annealed lower bound ≤ annealed upper bound", run.lower,
              run.upper);
}

void check_weights(const Checks& checks, const std::vector<double>& log_w,
                   const std::vector<double>& log_p, const std::vector<double>& unreached) {
  const std::size_t chains = log_w.size() / log_p.size();
  std::vector<double> all;
  bool all_known = true;
  for (std::size_t i = 0; i < log_p.size(); ++i) {
    const std::span<const double> own = of_image(log_w, i, chains);
    std::vector<double> ratios;
    for (const double w : own) ratios.push_back(std::exp(w - log_p[i]));
    const bool known = effective_sample_size(own) >= 0.5 * static_cast<double>(chains) &&
                       unreached[i] <= kUnreached;
    all_known = all_known && known;
    all.insert(all.end(), ratios.begin(), ratios.end());
    const Checks of = checks.under("image" + std::to_string(i));
    check_mean_ratio(of, ratios, known && chains >= kManyChains);
    const Estimate lower = annealed_lower_bound(own);
    const std::string statement = "annealed lower bound ≤ ln p(x)";
    if (lower.se && known)
      of.bound("V45/ais", statement, lower.value, log_p[i], 1e-6, *lower.se);
    else
      of.optimum("V45/ais", statement, lower.value, log_p[i]);
  }
  check_mean_ratio(checks, all, all_known);
}

}  // namespace elbow::problems
