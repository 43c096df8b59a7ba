#include "training/session.h"

#include <ATen/ops/randn.h>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>
#include <utility>
#include <variant>

#include "core/error.h"
#include "math/torch_compat.h"
#include "models/build.h"
#include "objectives/registry.h"
#include "training/early_stopping.h"

namespace elbow {
namespace {

/// The dynamics of a family that has none of its own: every phase once, in order.
class InTurn : public Dynamics {
 public:
  void step(Game& game) override {
    for (const Phase& phase : game.phases()) {
      const Evaluation evaluation = game.evaluate(phase);
      game.apply(phase, game.gradients(phase, evaluation));
    }
  }
};

[[noreturn]] void refuse(const std::string& message) { throw Error(message, ExitCode::usage); }

std::string text_or(const Config& config, const std::string& path, const std::string& otherwise) {
  return config.contains(path) ? config.text(path) : otherwise;
}

std::int64_t integer_or(const Config& config, const std::string& path, std::int64_t otherwise) {
  return config.contains(path) ? config.integer(path) : otherwise;
}

std::vector<std::int64_t> integers_or(const Config& config, const std::string& path) {
  return config.contains(path) ? config.integers(path) : std::vector<std::int64_t>{};
}

bool symmetric(const Config& config) {
  return text_or(config, "data.range", "unit") == "symmetric";
}

}  // namespace

DatasetRequest dataset_request(const Config& config,
                               const std::optional<std::filesystem::path>& data_dir) {
  return {.name = config.text("data.name"),
          .validation = config.integer("data.validation"),
          .seed = config.integer("data.seed"),
          .train_count = config.integer("data.train_count"),
          .test_count = config.integer("data.test_count"),
          .data_dir = data_dir};
}

PixelTransform pixel_transform(const Config& config) {
  return {.binarize = binarize_from(text_or(config, "data.binarize", "none")),
          .symmetric = symmetric(config),
          .seed = static_cast<std::uint64_t>(config.integer("data.seed"))};
}

Session::Session(Config config, Dataset data)
    : config_(std::move(config)),
      data_(std::move(data)),
      transform_(pixel_transform(config_)),
      generators_(static_cast<std::uint64_t>(config_.integer("run.seed"))),
      latent_(config_.integer("model.latent")) {
  check_data();
  build_networks();
  build_objective();
  check_training();
  collect_warnings();
  const double decay = config_.number("ema.decay");
  if (decay > 0.0) ema_ = std::make_unique<Ema>(networks_, decay);
}

void Session::check_data() const {
  const bool points = data_.height == 0;
  if (points && text_or(config_, "likelihood.name", "") == "bernoulli") {
    refuse("likelihood.name = \"bernoulli\" is for pixels in [0, 1]; '" + data_.name +
           "' has real-valued points. Use likelihood.name=gaussian.");
  }
  for (const char* key : {"encoder", "decoder", "generator", "discriminator"}) {
    const std::string path = std::string("model.") + key;
    if (points && text_or(config_, path, "") == "conv") {
      refuse(path + " = \"conv\" needs images; '" + data_.name + "' has points. Use " + path +
             "=mlp.");
    }
  }
}

void Session::build_networks() {
  at::Generator& init = generators_.at("init");
  const bool points = data_.height == 0;
  const std::vector<std::int64_t> hidden = integers_or(config_, "model.hidden");
  const std::vector<std::int64_t> mirrored(hidden.rbegin(), hidden.rend());
  const bool gan = config_.contains("model.generator");

  NetworkSpec common;
  common.channels = integers_or(config_, "model.channels");
  common.activation = text_or(config_, "model.activation", common.activation);
  common.normalization = text_or(config_, "model.normalization", common.normalization);
  common.initialization = text_or(config_, "model.initialization", common.initialization);

  NetworkSpec to_code = common;  // image side to code side
  to_code.in = data_.dim;
  to_code.hidden = hidden;
  NetworkSpec to_image = common;
  to_image.in = latent_;
  to_image.out = data_.dim;
  to_image.hidden = mirrored;
  to_image.upsampling = true;

  if (gan) {
    to_image.kind = config_.text("model.generator");
    if (!points) to_image.output = transform_.symmetric ? "tanh" : "sigmoid";
    to_code.kind = config_.text("model.discriminator");
    to_code.out = 1;
    to_code.normalization = "none";  // statistics of a batch would couple its samples' gradients
    to_code.activation = text_or(config_, "model.discriminator_activation", common.activation);
    const auto own = integers_or(config_, "model.discriminator_hidden");
    if (!own.empty()) to_code.hidden = own;
    networks_.add("generator", build_network(to_image, init));
    networks_.add("discriminator", build_network(to_code, init));
  } else {
    to_code.kind = config_.text("model.encoder");
    to_code.out = 2 * latent_;
    to_image.kind = config_.text("model.decoder");
    networks_.add("encoder", build_network(to_code, init));
    networks_.add("decoder", build_network(to_image, init));
  }
}

void Session::build_objective() {
  const ObjectiveEntry& entry = objective_entry(config_.text("objective.name"));
  specs_.push_back(adapted_spec(entry, config_.parameters("objective")));
  if (config_.contains("likelihood.name")) {
    const LikelihoodEntry& chosen = likelihood_entry(config_.text("likelihood.name"));
    specs_.push_back(chosen.spec);
    likelihood_ = chosen.create(config_.parameters("likelihood"), data_.dim);
    if (const auto network = likelihood_->network()) networks_.add("likelihood", network);
  }
  if (config_.contains("prior.name")) {
    for (const PriorEntry& prior : prior_entries()) {
      if (prior.spec.name == config_.text("prior.name")) specs_.push_back(prior.spec);
    }
  }
  objective_ = entry.create(config_.parameters("objective"),
                            {.likelihood = likelihood_, .latent = latent_, .data_dim = data_.dim});
  phases_ = objective_->phases();

  std::set<std::string> names;
  for (const auto& [name, parameters] : config_.penalties()) {
    const PenaltyEntry& chosen = penalty_entry(name);
    specs_.push_back(chosen.spec);
    penalties_.push_back({.name = name, .penalty = chosen.create(parameters)});
    if (!names.insert(name).second) refuse("The penalty '" + name + "' is given twice.");
    const std::string phase = penalties_.back().penalty->phase();
    if (std::none_of(phases_.begin(), phases_.end(),
                     [&](const Phase& p) { return p.name == phase; })) {
      refuse("The penalty '" + name + "' belongs to the phase '" + phase +
             "', which the objective '" + entry.spec.name + "' does not have.");
    }
  }
  if (config_.contains("dynamics.name")) {
    const DynamicsEntry& chosen = dynamics_entry(config_.text("dynamics.name"));
    specs_.push_back(chosen.spec);
    dynamics_ = chosen.create(config_.parameters("dynamics"));
  } else {
    dynamics_ = std::make_unique<InTurn>();
  }
}

void Session::check_training() const {
  const std::int64_t batch = config_.integer("optimizer.batch_size");
  if (batch > data_.train.count) {
    refuse("optimizer.batch_size is " + std::to_string(batch) + ", but the training split has " +
           std::to_string(data_.train.count) + " examples.");
  }
  const bool normalised = text_or(config_, "model.normalization", "none") == "batch";
  for (const char* role : {"encoder", "decoder", "generator"}) {
    if (batch > 1 || !normalised || text_or(config_, std::string("model.") + role, "") != "mlp")
      continue;
    refuse(
        "optimizer.batch_size = 1 with model.normalization = \"batch\": the variance of one row "
        "is 0, so every normalised value would be the same. Use a larger batch or another "
        "model.normalization.");
  }
  const std::string term = text_or(config_, "early_stopping.term", "");
  if (term.empty()) return;
  if (data_.valid.count == 0 || config_.integer("evaluation.every") == 0) {
    refuse("early_stopping.term = \"" + term +
           "\" needs validation passes: set data.validation "
           "(images kept aside) and evaluation.every above 0.");
  }
  EarlyStopping(config_, specs_);  // throws for an unknown term, or one without a direction
}

void Session::collect_warnings() {
  const bool bernoulli = text_or(config_, "likelihood.name", "") == "bernoulli";
  const auto is_grey = [](std::uint8_t k) { return k != 0 && k != 255; };
  if (bernoulli && transform_.binarize == Binarize::none &&
      std::any_of(data_.train.pixels.begin(), data_.train.pixels.end(), is_grey)) {
    warnings_.push_back(
        "Grey pixels under a Bernoulli likelihood: the reconstruction is a cross-entropy, not a "
        "log-likelihood, and its ELBO compares with no published number. Set data.binarize to "
        "\"dynamic\" or \"static\".");
  }
  if (transform_.binarize != Binarize::none && config_.contains("model.generator")) {
    warnings_.push_back(
        "Binarised images against a generator with continuous pixels: a discriminator can tell "
        "them apart by their grey levels alone.");
  }
  const auto& wanted = objective_entry(config_.text("objective.name")).wants_penalty;
  const bool chosen = std::any_of(penalties_.begin(), penalties_.end(), [&](const auto& p) {
    return std::count(wanted.begin(), wanted.end(), p.name) != 0;
  });
  if (!wanted.empty() && !chosen) {
    std::string names;
    for (const std::string& name : wanted) {
      names += (names.empty() ? "name = \"" : " or name = \"") + name + "\"";
    }
    warnings_.push_back("The objective '" + config_.text("objective.name") +
                        "' bounds its discriminator by a penalty only, and this config has none: "
                        "its outputs will grow. Add [[penalty]] with " +
                        names + ".");
  }
  warn_of_what_does_nothing();
}

void Session::warn_of_what_does_nothing() {
  const auto short_number = [](double value) {
    std::ostringstream text;
    text << value;
    return text.str();
  };
  const std::int64_t end = std::max<std::int64_t>(total_steps() - 1, 0);
  for (const auto& [key, value] : config_.values()) {
    const bool rate = key.starts_with("optimizer.") && key.ends_with("lr");
    if (!std::holds_alternative<ValueTable>(value.data) && !rate) continue;
    const Schedule schedule = config_.schedule(key);
    const double first = schedule.at(0), last = schedule.at(end);
    bool moves = false;
    constexpr std::int64_t kLooks = 1000;
    constexpr double kAlmost = 0.05;  // of its way: the last step is one before the end
    for (std::int64_t k = 1; k <= kLooks; ++k)
      moves = moves || schedule.at(end * k / kLooks) != first;
    if (rate && !moves && first == 0.0) {
      warnings_.push_back(key + " is 0: what it is the rate of never moves.");
    } else if (!schedule.is_constant() && !moves) {
      warnings_.push_back(key + " is a schedule, but stays at " + short_number(first) + " in all " +
                          std::to_string(end + 1) + " steps of this run.");
    } else if (schedule.has_end() && std::abs(schedule.final() - last) >
                                         kAlmost * (schedule.maximum() - schedule.minimum())) {
      warnings_.push_back(key + " is on its way to " + short_number(schedule.final()) +
                          " and has reached " + short_number(last) + " at the last of the " +
                          std::to_string(end + 1) + " steps of this run.");
    }
  }
  for (const auto& [name, parameters] : config_.penalties()) {
    for (const ParameterSpec& parameter : penalty_entry(name).spec.parameters) {
      if (parameter.description == "weight of the penalty" &&
          parameters.number(parameter.name) == 0.0) {
        warnings_.push_back("The penalty '" + name + "' has " + parameter.name +
                            " = 0: it is logged and adds nothing to the loss.");
      }
    }
  }
  for (const Phase& phase : phases_) {
    const std::string key = "dynamics." + phase.name + "_steps";
    if (integer_or(config_, key, 1) == 0)
      warnings_.push_back(key + " is 0: the " + phase.name + " is never trained.");
  }
}

std::int64_t Session::batches_per_step() const {
  std::int64_t batches = 0;
  for (const Phase& phase : phases_) {
    if (phase.uses_data) batches += integer_or(config_, "dynamics." + phase.name + "_steps", 1);
  }
  return std::max<std::int64_t>(batches, 1);
}

std::int64_t Session::total_steps() const {
  const std::int64_t steps = config_.integer("run.steps");
  if (steps > 0) return steps;
  const std::int64_t per_epoch = data_.train.count / config_.integer("optimizer.batch_size");
  const std::int64_t batches = config_.integer("run.epochs") * per_epoch;
  return (batches + batches_per_step() - 1) / batches_per_step();
}

Tensor Session::prior(std::int64_t n, at::Generator& generator) const {
  return at::randn({n, latent_}, generator, at::TensorOptions().dtype(at::kFloat));
}

Tensor Session::forward(const std::string& network, const Tensor& input) {
  const NoGrad no_grad;
  const EmaScope averaged(ema_.get());
  return networks_.at(network).forward(input, Mode::eval);
}

Tensor Session::decode(const Tensor& z) {
  if (!has_network("decoder")) return forward("generator", z);
  const NoGrad no_grad;
  return likelihood_->mean(forward("decoder", z));
}

Tensor Session::encode(const Tensor& x) { return forward("encoder", x); }

Tensor Session::score(const Tensor& x) { return forward("discriminator", x).reshape({-1}); }

DataBatch Session::examples(const Split& split, const std::vector<std::int64_t>& indices,
                            std::uint64_t key, std::uint64_t counter) const {
  return gather(split, data_.dim, indices, transform_, key, counter);
}

std::vector<NamedTensor> all_weights(const Networks& networks) {
  std::vector<NamedTensor> all;
  for (const auto& [name, network] : networks.all()) {
    for (const NamedTensor& t : network->parameters())
      all.push_back({name + "." + t.name, t.tensor});
    for (const NamedTensor& t : network->buffers()) all.push_back({name + "." + t.name, t.tensor});
  }
  return all;
}

void assign_weights(const Networks& networks, const std::vector<NamedTensor>& weights) {
  const NoGrad no_grad;
  std::map<std::string, Tensor> saved;
  for (const NamedTensor& weight : weights) saved[weight.name] = weight.tensor;
  for (const NamedTensor& weight : all_weights(networks)) {
    const auto found = saved.find(weight.name);
    if (found == saved.end()) throw Error("The saved weights have no '" + weight.name + "'.");
    if (found->second.sizes() != weight.tensor.sizes()) {
      throw Error("The saved weight '" + weight.name + "' is " + shape_text(found->second) +
                  ", but this config's network needs " + shape_text(weight.tensor) + ".");
    }
    weight.tensor.copy_(found->second);
  }
}

}  // namespace elbow
