// A VAE whose images can be counted: ten binary pixels, two latent dimensions. The true ln p(x) and
// the true posterior of every image by quadrature, and every bound against them.
#include "math/tensor.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/logsumexp.h>
#include <ATen/ops/meshgrid.h>
#include <ATen/ops/stack.h>

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "core/error.h"
#include "math/moments.h"
#include "math/threefry.h"
#include "math/torch_compat.h"
#include "problems/configs.h"
#include "problems/image_evidence.h"
#include "problems/small_game.h"
#include "problems/training_run.h"

namespace elbow::problems::enumerable_vae {
namespace {

constexpr std::int64_t kPixels = 10, kLatent = 2, kImages = std::int64_t{1} << kPixels;
constexpr double kLn2Pi = 1.8378770664093454836;

/// Every image: [2^D, D], bit j of the row number as pixel j.
Tensor every_image() {
  Tensor x = at::empty({kImages, kPixels}, at::kDouble);
  double* values = x.data_ptr<double>();
  for (std::int64_t i = 0; i < kImages; ++i)
    for (std::int64_t j = 0; j < kPixels; ++j)
      values[i * kPixels + j] = static_cast<double>((i >> j) & 1);
  return x;
}

/// Rows of the plane and their logarithmic weights under N(0, I): the trapezoidal rule, which
/// converges faster than any power of the spacing on smooth integrands that vanish outside.
struct Rule {
  Tensor z;           // [G, 2]
  Tensor log_weight;  // [G]: ln(h² N(z; 0, I))
};

Rule gaussian_rule(double spacing) {
  const Tensor axis = at::arange(-8.0, 8.0 + 0.5 * spacing, spacing, at::kDouble);
  const std::vector<Tensor> mesh = at::meshgrid({axis, axis}, "ij");
  Rule rule;
  rule.z = at::stack({mesh[0].flatten(), mesh[1].flatten()}, 1);
  rule.log_weight = -0.5 * rule.z.square().sum(1) - kLn2Pi + 2.0 * std::log(spacing);
  return rule;
}

/// ln p(x|z) of one image at every z, by the registered likelihood: [G].
Tensor log_likelihood(World& w, const Tensor& x, const Tensor& logits) {
  return w.likelihood->log_prob(logits, x.expand({logits.size(0), kPixels}), w.context());
}

/// ln q(z|x) at points z for the row (mu, log_var) of the encoder's output.
Tensor log_q(const Tensor& mu, const Tensor& log_var, const Tensor& z) {
  return -0.5 * ((z - mu).square() * (-log_var).exp() + log_var + kLn2Pi).sum(1);
}

Tensor log_prior(const Tensor& z) { return -0.5 * (z.square() + kLn2Pi).sum(1); }

double weighted(const Tensor& log_weight, const Tensor& values) {
  return (log_weight.exp() * values).sum().item<double>();
}

ImageTruth truth_of(World& w, const Tensor& x, const Rule& rule, const Tensor& prior_logits) {
  ImageTruth t;
  const Tensor code = w.networks.at("encoder").forward(x.unsqueeze(0), Mode::eval).squeeze(0);
  const Tensor mu = code.narrow(0, 0, kLatent), log_var = code.narrow(0, kLatent, kLatent);
  const Tensor z = mu + (0.5 * log_var).exp() * rule.z;
  const Tensor at_q = log_likelihood(w, x, w.networks.at("decoder").forward(z, Mode::eval));
  const Tensor log_ratio = log_q(mu, log_var, z) - log_prior(z);
  t.reconstruction = weighted(rule.log_weight, at_q);
  t.kl = weighted(rule.log_weight, log_ratio);
  const Tensor joint = rule.log_weight + log_likelihood(w, x, prior_logits);
  t.log_p = at::logsumexp(joint, {0}).item<double>();
  t.gap = weighted(rule.log_weight, log_ratio - at_q) + t.log_p;
  // ln w = ln p(x|z) + ln p(z) − ln q(z|x), under the posterior.
  const Tensor log_w =
      log_likelihood(w, x, prior_logits) + log_prior(rule.z) - log_q(mu, log_var, rule.z);
  t.eubo = weighted(joint - t.log_p, log_w);
  return t;
}

/// From the two densities on one grid of the plane, the posterior normalised there: no bound and
/// no change of variables.
PosteriorGaps gaps_of(World& w, const Tensor& x, const Rule& rule, const Tensor& prior_logits) {
  const Tensor code = w.networks.at("encoder").forward(x.unsqueeze(0), Mode::eval).squeeze(0);
  const Tensor log_cell = rule.log_weight - log_prior(rule.z);
  const Tensor encoder =
      log_cell + log_q(code.narrow(0, 0, kLatent), code.narrow(0, kLatent, kLatent), rule.z);
  const Tensor joint = rule.log_weight + log_likelihood(w, x, prior_logits);
  const Tensor posterior = joint - at::logsumexp(joint, {0});
  return {weighted(encoder, encoder - posterior), weighted(posterior, posterior - encoder)};
}

/// Whether E_q w⁴ is finite, w = p(x, z) / q(z|x): p(z)⁴ / q(z|x)³ is a Gaussian of precision
/// 4 − 3/s² in every coordinate, and the likelihood changes no faster than e^(c |z|).
bool finite_fourth_moment(World& w, const Tensor& x) {
  const Tensor code = w.networks.at("encoder").forward(x.unsqueeze(0), Mode::eval).squeeze(0);
  const Tensor log_var = code.narrow(0, kLatent, kLatent);
  return (4.0 - 3.0 * (-log_var).exp()).min().item<double>() > 0.0;
}

/// A world in float64 whose networks have the weights of a trained session, or formula weights.
World world_of(const Choice& objective, Session* trained) {
  World w;
  w.latent = make_generator(17);
  w.likelihood = likelihood_entry("bernoulli")
                     .create(parameters_of(likelihood_entry("bernoulli").spec), kPixels);
  const std::int64_t hidden = 16;
  const auto encoder = std::make_shared<TinyNetwork>(
      std::vector<std::int64_t>{kPixels, hidden, 2 * kLatent}, 1, at::kDouble);
  const auto decoder = std::make_shared<TinyNetwork>(
      std::vector<std::int64_t>{kLatent, hidden, kPixels}, 2, at::kDouble);
  w.networks.add("encoder", encoder);
  w.networks.add("decoder", decoder);
  const NoGrad no_grad;
  if (trained != nullptr)
    for (const char* name : {"encoder", "decoder"}) {
      const auto& from = trained->networks().at(name).parameters();
      const auto& to = w.networks.at(name).parameters();
      for (std::size_t i = 0; i < to.size(); ++i) to[i].tensor.copy_(from.at(i).tensor);
    }
  w.objective = make_objective(
      objective, {.likelihood = w.likelihood, .latent = kLatent, .data_dim = kPixels});
  return w;
}

/// Patterns with noise: four prototypes whose pixels flip with probability 0.08.
Dataset patterns(std::uint64_t seed) {
  const std::uint32_t prototypes[] = {0x3E0, 0x01F, 0x155, 0x2CC};
  Dataset data;
  data.name = data.description = "patterns";
  data.dim = data.width = kPixels;
  data.height = 1;
  data.train.count = 2000;
  CounterStream random(seed, 21);
  for (std::int64_t i = 0; i < data.train.count; ++i) {
    const std::uint32_t pattern = prototypes[random.below(4)];
    for (std::int64_t j = 0; j < kPixels; ++j) {
      const bool on = ((pattern >> j) & 1u) != 0;
      data.train.pixels.push_back(on != (random.uniform(0.0, 1.0) < 0.08) ? 255 : 0);
    }
  }
  return data;
}

/// Index of an image among `every_image`.
std::int64_t index_of(const std::uint8_t* pixels) {
  std::int64_t index = 0;
  for (std::int64_t j = 0; j < kPixels; ++j)
    if (pixels[j] > 127) index |= std::int64_t{1} << j;
  return index;
}

/// Values of one term, one per sample, of an evaluation of n copies of an image.
Tensor term_of(World& w, const Tensor& x, std::int64_t n, const std::string& name) {
  const NoGrad no_grad;
  w.batch.x = x.unsqueeze(0).expand({n, kPixels}).contiguous();
  for (const Term& t : w.evaluate("model").terms)
    if (t.name == name) return t.values.to(at::kDouble);
  throw Error("The objective emits no term '" + name + "'.");
}

void check_exact(const Checks& checks, World& w, const Tensor& images, const Rule& rule,
                 const Tensor& prior_logits, const std::vector<std::int64_t>& chosen) {
  // Another spacing than the rule's: the sides of V26 and V31 share no sum.
  const Rule fine = gaussian_rule(0.08);
  const Tensor fine_logits = w.networks.at("decoder").forward(fine.z, Mode::eval);
  for (const std::int64_t i : chosen) {
    const Tensor x = images[i];
    const ImageTruth t = truth_of(w, x, rule, prior_logits);
    const Checks at = checks.under("x" + std::to_string(i));
    const double kl = term_of(w, x, 1, "elbo/kl").item<double>();
    check_image(at, t, gaps_of(w, x, fine, fine_logits), kl);
  }
}

/// What the objectives sample, against the truth.
void check_sampled(const Checks& checks, Session* trained, const Tensor& images, const Rule& rule,
                   const std::vector<std::int64_t>& chosen, std::int64_t samples) {
  for (const std::string& name : objectives_of("vae")) {
    World w = world_of(name, trained);
    const Tensor prior_logits = w.networks.at("decoder").forward(rule.z, Mode::eval);
    for (const std::int64_t i : chosen) {
      const Tensor x = images[i];
      const ImageTruth t = truth_of(w, x, rule, prior_logits);
      const Checks at = checks.under(name + "/x" + std::to_string(i));
      const Moments elbo = moments(term_of(w, x, samples, "elbo"));
      const Tensor log_w = term_of(w, x, samples, "log_w").contiguous();
      check_sampled_bounds(at, t, elbo,
                           {log_w.data_ptr<double>(), static_cast<std::size_t>(log_w.numel())},
                           finite_fourth_moment(w, x));
    }
  }
}

void check_all_images(const Checks& checks, World& w, const Tensor& images, const Rule& rule,
                      const Tensor& prior_logits, const Dataset& data) {
  std::vector<double> log_p;
  for (std::int64_t i = 0; i < kImages; ++i)
    log_p.push_back(at::logsumexp(rule.log_weight + log_likelihood(w, images[i], prior_logits), {0})
                        .item<double>());
  std::vector<double> counts(log_p.size(), 0.0);
  for (std::int64_t n = 0; n < data.train.count; ++n)
    counts[static_cast<std::size_t>(index_of(data.train.pixels.data() + n * kPixels))] += 1.0;
  check_every_image(checks, log_p, counts);
}

void check_model(const ProblemContext& context, const Checks& checks, Session* trained,
                 const Dataset& data) {
  const NoGrad no_grad;
  const Rule rule = gaussian_rule(0.1);
  World w = world_of("elbo", trained);
  const Tensor images = every_image();
  const Tensor prior_logits = w.networks.at("decoder").forward(rule.z, Mode::eval);
  check_all_images(checks, w, images, rule, prior_logits, data);
  const std::vector<std::int64_t> chosen = {0x3E0, 0x155, 0x000, 0x2A7};
  check_exact(checks, w, images, rule, prior_logits, chosen);
  check_sampled(checks, trained, images, rule, chosen, context.full ? 1000000 : 50000);
}

void run(const ProblemContext& context, const Emit& emit) {
  const Checks checks(emit);
  const Dataset data = patterns(context.seed);
  context.progress("formula weights");
  check_model(context, checks.under("initial"), nullptr, data);
  context.progress("training");
  const TrainedModel model = train_model(problem_config("enumerable_vae"), data);
  emit_run_identities(checks, model);
  context.progress("trained weights");
  check_model(context, checks.under("trained"), model.session.get(), data);
}

}  // namespace

Problem entry() {
  return {.name = "enumerable_vae",
          .summary = "ten binary pixels, two latent dimensions: p(x) of every image is known",
          .truth = "enumeration of the images, quadrature over z",
          .reference = "Kingma & Welling 2013; Burda et al. 2016",
          .run = run};
}

}  // namespace elbow::problems::enumerable_vae
