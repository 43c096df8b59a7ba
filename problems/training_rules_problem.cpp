// The rules of the training loop, recomputed by plain formulas from raw outputs, draws and weights.
#include "math/tensor.h"

#include <ATen/ops/tensor.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "math/host.h"
#include "math/torch_compat.h"
#include "problems/configs.h"
#include "problems/plain_routes.h"
#include "problems/small_game.h"
#include "training/evaluation.h"
#include "training/stepper.h"

namespace elbow::problems::training_rules {
namespace {

Tensor column(const std::vector<double>& values) {
  return at::tensor(values, at::kDouble).reshape({-1, 1});
}

/// A penalty of the registry on C(x) = Σ w x², with x on both sides.
PenaltyNumbers penalty_at(const Choice& choice, const Tensor& w, const Tensor& x) {
  Networks networks;
  networks.add("discriminator", std::make_shared<ParametricNetwork>(
                                    w, [](const Tensor& weights, const Tensor& points) {
                                      return (points.square() * weights).sum(1, true);
                                    }));
  const Batch batch{.x = x, .labels = {}};
  at::Generator latent = make_generator(1), noise = make_generator(2);
  const Context context{
      .networks = networks, .batch = batch, .latent = latent, .batch_size = x.size(0)};
  Evaluation phase;
  phase.real = x;
  phase.fake = x;
  const Evaluation found = make_penalty(choice)->evaluate(phase, context, noise);
  return {to_doubles(found.terms.at(0).values), found.loss.item<double>()};
}

/// The least-squares objective at given critic outputs: points are outputs, C is the identity, and
/// so is G at z.
LabelledLosses least_squares_at(const std::vector<double>& real, const std::vector<double>& fake,
                                double a, double b, double c) {
  Networks networks;
  const auto identity = [](const Tensor&, const Tensor& x) { return x; };
  const auto samples = [fake](const Tensor&, const Tensor&) { return column(fake); };
  const Tensor unused = at::tensor(std::vector<double>{0.0}, at::kDouble);
  networks.add("generator", std::make_shared<ParametricNetwork>(unused, samples));
  networks.add("discriminator", std::make_shared<ParametricNetwork>(unused, identity));
  const auto objective = make_objective({"least_squares", {{"a", a}, {"b", b}, {"c", c}}},
                                        {.likelihood = nullptr, .latent = 1, .data_dim = 1});
  const Batch batch{.x = column(real), .labels = {}};
  at::Generator latent = make_generator(1);
  const Context context{.networks = networks,
                        .batch = batch,
                        .latent = latent,
                        .batch_size = static_cast<std::int64_t>(fake.size())};
  LabelledLosses losses;
  const NoGrad no_grad;
  for (const Phase& phase : objective->phases()) {
    const Evaluation e = objective->evaluate(phase, context);
    (phase.name == "generator" ? losses.generator : losses.discriminator) = e.loss.item<double>();
    for (const Term& term : e.terms) {
      if (term.name == "loss/discriminator/real") losses.real = term.values.mean().item<double>();
      if (term.name == "loss/discriminator/fake") losses.fake = term.values.mean().item<double>();
    }
  }
  return losses;
}

std::vector<double> adam_updates(const AdamRule& rule, const std::vector<double>& w,
                                 const std::vector<std::vector<double>>& gradients) {
  OptimizerSettings settings;
  settings.name = "adam";
  settings.lr = rule.lr;
  settings.beta1 = rule.beta1;
  settings.beta2 = rule.beta2;
  settings.eps = rule.eps;
  const Tensor parameter = at::tensor(w, at::kDouble).to(at::kFloat);
  Optimizer optimizer(settings, {{"w", parameter}});
  for (std::size_t t = 0; t < gradients.size(); ++t) {
    optimizer.step({at::tensor(gradients[t], at::kDouble).to(at::kFloat)},
                   static_cast<std::int64_t>(t));
  }
  return to_doubles(parameter);
}

/// All numbers of these tensors, one after another.
std::vector<double> numbers(const std::vector<NamedTensor>& tensors) {
  std::vector<double> all;
  for (const NamedTensor& t : tensors) {
    const std::vector<double> values = to_doubles(t.tensor.detach());
    all.insert(all.end(), values.begin(), values.end());
  }
  return all;
}

std::vector<NamedTensor> parameters(const Networks& networks) {
  std::vector<NamedTensor> all;
  for (const auto& [name, network] : networks.all()) {
    for (const NamedTensor& p : network->parameters())
      all.push_back({name + "." + p.name, p.tensor});
  }
  return all;
}

std::unique_ptr<Session> small_session(std::uint64_t seed,
                                       const std::vector<std::string>& more = {}) {
  std::vector<std::string> overrides = {"run.seed=" + std::to_string(seed)};
  overrides.insert(overrides.end(), more.begin(), more.end());
  Config config = problem_config("training_rules", overrides);
  Dataset data = load_dataset(dataset_request(config, std::nullopt));
  return std::make_unique<Session>(std::move(config), std::move(data));
}

/// Outputs per sample of the generator's phase, whose loss is of fresh samples alone.
std::vector<double> generated(Stepper& stepper) {
  for (const Phase& phase : stepper.phases()) {
    if (phase.name != "generator") continue;
    stepper.evaluate(phase);
    return to_doubles(stepper.terms(phase).at(0).values.detach());
  }
  return {};
}

/// Grey images of one level, seen in two successive batches of the whole split.
void masks(const Checks& checks, std::uint64_t seed) {
  constexpr std::int64_t kImages = 32, kPixels = 64;
  constexpr int kGrey = 102;  // p = 0.4
  Dataset data;
  data.name = "grey";
  data.dim = kPixels;
  data.height = data.width = 8;
  data.train.count = kImages;
  data.train.pixels.assign(kImages * kPixels, kGrey);
  BatchSampler sampler(data, data.train, {.binarize = Binarize::dynamic}, kImages, seed);
  const auto by_image = [&] {
    const DataBatch batch = sampler.next();
    const std::vector<double> x = to_doubles(batch.x);
    std::vector<double> sorted(x.size());
    for (std::size_t i = 0; i < batch.indices.size(); ++i) {
      std::copy_n(x.begin() + static_cast<std::ptrdiff_t>(i) * kPixels, kPixels,
                  sorted.begin() + batch.indices[i] * kPixels);
    }
    return sorted;
  };
  const std::vector<double> first = by_image();
  check_masks(checks, first, by_image(), kGrey / 255.0);
}

void averages(const Checks& checks, std::uint64_t seed) {
  const auto session = small_session(seed);
  Stepper stepper(*session);
  const double decay = session->config().number("ema.decay");
  for (std::int64_t k = 1; k <= 4; ++k) {
    const std::vector<double> before = numbers(session->ema()->averages());
    stepper.step(false);
    check_averages(checks, k, decay, before, numbers(parameters(session->networks())),
                   numbers(session->ema()->averages()));
  }
  const Split& test = session->data().test;
  const Values pass = evaluate_split(*session, test, stepper.steps(), 64);
  const auto without = [&](const std::vector<NamedTensor>& weights) {
    const auto plain = small_session(seed, {"ema.decay=0"});
    assign_weights(plain->networks(), weights);
    return evaluate_split(*plain, plain->data().test, stepper.steps(), 64);
  };
  check_evaluation(checks, pass, without(session->ema()->averages()),
                   without(all_weights(session->networks())), "loss/discriminator");
}

void run(const ProblemContext& context, const Emit& emit) {
  const Checks checks(emit);
  check_bernoulli(checks, [](const Tensor& logits, const Tensor& x) {
    const auto likelihood = likelihood_entry("bernoulli").create({}, x.size(1));
    const Networks networks;
    const Batch batch{.x = x, .labels = {}};
    at::Generator latent = make_generator(1);
    const Context none{.networks = networks, .batch = batch, .latent = latent};
    return likelihood->log_prob(logits, x, none);
  });
  check_gradient_penalty(
      checks, [](const Tensor& w, const Tensor& x, double lambda, double target) {
        return penalty_at({"gradient_penalty", {{"lambda", lambda}, {"target", target}}}, w, x);
      });
  check_r1(checks, [](const Tensor& w, const Tensor& x, double gamma) {
    return penalty_at({"r1", {{"gamma", gamma}}}, w, x);
  });
  check_least_squares(checks, least_squares_at);
  const AdamRule rule;
  check_adam(checks, rule,
             [&](const std::vector<double>& w, const std::vector<std::vector<double>>& gradients) {
               return adam_updates(rule, w, gradients);
             });
  masks(checks, context.seed);
  {
    const auto session = small_session(context.seed);
    Stepper stepper(*session);
    const std::vector<double> first = generated(stepper);
    check_fresh_draws(checks, first, generated(stepper));
  }
  averages(checks, context.seed);
}

}  // namespace

Problem entry() {
  return {.name = "training_rules",
          .summary =
              "likelihood, penalties, labels, optimiser, draws and averages, each by a plain "
              "second route",
          .truth = "the formulas of the papers in float64 on raw outputs",
          .reference =
              "Kingma & Ba 2015; Mao et al. 2017; Gulrajani et al. 2017; Mescheder et al. 2018",
          .run = run};
}

}  // namespace elbow::problems::training_rules
