#include "problems/network_critic.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/softplus.h>
#include <ATen/ops/where.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "core/error.h"
#include "math/numeric.h"
#include "math/statistics/mean_estimate.h"
#include "math/threefry.h"
#include "math/torch_compat.h"
#include "problems/configs.h"
#include "problems/critic_outputs.h"

namespace elbow::problems {
namespace {

constexpr std::int64_t kBatch = 500;

Tensor numbers(const std::vector<double>& values, std::vector<std::int64_t> shape) {
  Tensor t = at::empty(shape, at::kFloat);
  std::copy(values.begin(), values.end(), t.data_ptr<float>());
  return t;
}

/// Makes the session's generator the law.
void place(Session& session, const AffineLaw& law) {
  const NoGrad no_grad;
  const auto& [mean, root] = law.q;
  const std::vector<NamedTensor>& weights = session.networks().at("generator").parameters();
  const bool line = law.dim == 1;
  const Tensor matrix =
      line ? numbers({root[0]}, {1, 1}) : numbers({root[0], 0.0, root[1], root[2]}, {2, 2});
  const Tensor offset = line ? numbers({mean[0]}, {1}) : numbers({mean[0], mean[1]}, {2});
  for (const NamedTensor& w : weights) w.tensor.copy_(w.tensor.dim() == 2 ? matrix : offset);
}

const Tensor& generator_offset(const Session& session) {
  for (const NamedTensor& w : session.networks().at("generator").parameters())
    if (w.tensor.dim() == 1) return w.tensor;
  throw Error("The generator has no offset.");
}

/// (f(h) - f(-h)) / 2h, with Richardson's extrapolation: error O(h⁴).
template <class F>
double derivative_at_zero(const F& f, double h) {
  const auto central = [&](double s) { return (f(s) - f(-s)) / (2.0 * s); };
  return (4.0 * central(0.5 * h) - central(h)) / 3.0;
}

/// The lower bounds that the objectives log, at a critic's outputs, by quadrature.
std::optional<double> lower_bound(const std::string& term, const KnownPair& d, const Tensor& l) {
  if (term == "jensen_shannon/lower")
    return kLn2 - 0.5 * total(d.p * at::softplus(-l) + d.q * at::softplus(l));
  if (term == "total_variation/lower")
    return 1.0 - 0.5 * total(d.p * at::relu(1.0 - l) + d.q * at::relu(1.0 + l));
  if (term == "le_cam/lower") return 2.0 - 4.0 * total(d.p * (l - 1.0).square() + d.q * l.square());
  return {};
}

}  // namespace

KnownPair AffineLaw::pair(double shift) const {
  PlaneNormal moved = q;
  moved.mean[0] += shift;
  return dim == 1 ? normal_pair(moved.mean[0], moved.root[0]) : plane_pair(moved);
}

Tensor AffineLaw::score(const Tensor& points) const {
  // L⁻ᵀ L⁻¹ (x − mean), its first component.
  const Tensor u = (points.select(1, 0) - q.mean[0]) / q.root[0];
  if (dim == 1) return u / q.root[0];
  const Tensor v = (points.select(1, 1) - q.mean[1] - q.root[1] * u) / q.root[2];
  return u / q.root[0] - v * (q.root[1] / (q.root[0] * q.root[2]));
}

Dataset standard_points(std::int64_t dim, std::int64_t n, std::uint64_t seed,
                        std::uint64_t stream) {
  Tensor points = at::empty({n, dim}, at::kFloat);
  CounterStream random(seed, stream);
  float* values = points.data_ptr<float>();
  for (std::int64_t i = 0; i < points.numel(); ++i) values[i] = static_cast<float>(random.normal());
  return points_dataset("normal", points);
}

TrainedModel train_critic(const std::string& objective, const AffineLaw& law, std::int64_t n,
                          bool full, std::uint64_t seed) {
  std::vector<std::string> overrides = {
      "objective.name=" + objective, "model.latent=" + std::to_string(law.dim),
      "optimizer.batch_size=" + std::to_string(kBatch), "run.seed=" + std::to_string(seed)};
  if (full)
    overrides.insert(overrides.end(),
                     {"run.steps=20000", "model.discriminator_hidden=[32]",
                      "optimizer.lr={schedule=\"cosine\",from=2e-2,to=0.0,steps=20000}"});
  return train_model(problem_config("known_density_gan", overrides),
                     standard_points(law.dim, n, seed, 41),
                     [&](Session& session) { place(session, law); });
}

double allowed_regret(double score_variance, std::int64_t parameters, std::int64_t n) {
  const auto k = static_cast<double>(parameters);
  return score_variance * (k + 4.0 * std::sqrt(2.0 * k)) / (2.0 * static_cast<double>(n));
}

void check_critic(const Checks& checks, const Adversary& objective, const KnownPair& d,
                  const Tensor& l, double allowed) {
  const double value = discriminator_loss(objective, l, d.p, d.q);
  const auto known = known_objectives().find(objective.name);
  if (known == known_objectives().end()) return;
  const KnownObjective& truth = known->second;
  const double least = truth.discriminator_loss(d);
  checks.bound("G31", "least L_D, its divergence by quadrature ≤ L_D of the trained critic", least,
               value, 1e-10);
  checks.oracle("G26/regret", "L_D − its divergence = regret, by a formula of its own",
                value - least, total((d.p + d.q) * truth.regret(d.r, l)), 1e-9);
  if (allowed > 0.0)
    checks.bound("G26/optimal", "L_D of the trained critic − the least ≤ c (k + 4 √2k) / 2n",
                 value - least, allowed, 1e-12);
  else
    checks.optimum("G26/optimal", "L_D of the trained critic beside the least", value, least);
  const Tensor share = d.p / (d.p + d.q);
  if (objective.name == "hinge") {
    // The loss of a sign is half its excess hinge loss at most (Bartlett et al. 2006).
    const double right = 0.5 * total(at::where(l > 0.0, d.p, d.q));
    const double most = 0.5 * (1.0 + total_variation(d));
    checks.bound("G36/accuracy", "accuracy of the critic's sign ≤ (1 + TV)/2", right, most, 1e-12);
    checks.bound("G36/excess", "(1 + TV)/2 − accuracy ≤ ½ (L_D − the least)", most - right,
                 0.5 * (value - least), 1e-10);
    return;
  }
  const Tensor output = objective.name == "least_squares" ? l : at::sigmoid(l);
  const double distance = 0.5 * total((d.p + d.q) * (output - share).square());
  // Least squares: the regret itself. Cross entropy: KL of two coins ≥ 2 (D − D*)² (Pinsker).
  const double factor = objective.name == "least_squares" ? 1.0 : 4.0;
  checks.bound("G29/distance", "E_m (D − D*)² ≤ what the regret leaves", distance,
               (value - least) / factor, 1e-9);
  if (allowed > 0.0)
    checks.bound("G29/trained", "E_m (D − D*)², D* = p/(p + q), ≤ what the allowed regret leaves",
                 distance, allowed / factor, 1e-12);
}

Estimate sampled_generator_gradient(Session& session, std::int64_t batches, std::uint64_t seed) {
  const GradModeGuard enabled(true);
  session.networks().at("generator").require_grad(true);
  at::Generator latent = make_generator(seed);
  const Batch batch;
  const Context context{
      .networks = session.networks(), .batch = batch, .latent = latent, .batch_size = kBatch};
  std::vector<double> values;
  for (const Phase& phase : session.phases()) {
    if (phase.name != "generator") continue;
    for (std::int64_t i = 0; i < batches; ++i) {
      const Evaluation evaluation = session.objective().evaluate(phase, context);
      const Tensor g = gradients(evaluation.loss, {generator_offset(session)}).at(0);
      values.push_back(g[0].item<double>());
    }
  }
  return mean_estimate(values);
}

void check_critic_gradient(const Checks& checks, const Adversary& objective, const AffineLaw& law,
                           const Tensor& l, const Estimate& sampled) {
  const KnownPair d = law.pair();
  const Tensor score = law.score(d.points);
  const Tensor loss = objective.losses(l).generator;
  const double gradient = total(d.q * score * loss);
  checks.statistical("G56/sampled", "back-propagated dL_G/dμ through samples = ∫ ∂q/∂μ g(l)",
                     sampled.value, gradient, sampled.se.value_or(0.0));
  const auto known = known_objectives().find(objective.name);
  if (known == known_objectives().end()) return;
  const double truth = derivative_at_zero(
      [&](double shift) { return known->second.generator_divergence(law.pair(shift)); }, 1e-3);
  const Tensor best = objective.losses(known->second.critic(d.r)).generator;
  const double information = total(d.q * score.square());
  const double room = std::sqrt(information * total(d.q * (loss - best).square()));
  checks.bound("G56/network", "|dL_G/dμ at the trained critic − d(divergence)/dμ| ≤ √I ‖g(l) − g*‖",
               std::abs(gradient - truth), room, 1e-7);
  checks.optimum("G56/gradient", "dL_G/dμ at the trained critic beside d(divergence)/dμ", gradient,
                 truth);
}

void check_held_out(const Checks& checks, const KnownPair& d, const Tensor& l,
                    const Values& held_out) {
  for (const char* term : {"jensen_shannon/lower", "total_variation/lower", "le_cam/lower"}) {
    if (!held_out.contains(term)) continue;
    const Moments& estimate = held_out.at(term);
    checks.statistical(std::string("G31/held_out/") + term,
                       "the logged lower bound on fresh points = the critic's, by quadrature",
                       estimate.mean, lower_bound(term, d, l).value(), estimate.se);
  }
}

}  // namespace elbow::problems
