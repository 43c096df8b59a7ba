#include "training/stepper.h"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

#include "math/host.h"
#include "math/torch_compat.h"

namespace elbow {
namespace {

constexpr const char* kAverages = "ema.";
constexpr const char* kAveraged = "ema/updates";

Tensor integers(const std::vector<std::int64_t>& values) {
  const Tensor t = at::empty({static_cast<std::int64_t>(values.size())}, at::kLong);
  std::copy(values.begin(), values.end(), t.data_ptr<std::int64_t>());
  return t;
}

const Tensor& saved_tensor(const Checkpoint& checkpoint, const std::string& name) {
  const auto found = checkpoint.tensors.find(name);
  if (found != checkpoint.tensors.end()) return found->second;
  throw Error("The checkpoint has no '" + name + "': it belongs to another config.");
}

std::int64_t saved_integer(const Checkpoint& checkpoint, const std::string& name, std::int64_t i) {
  const Tensor& t = saved_tensor(checkpoint, name);
  if (t.scalar_type() != at::kLong || i >= t.numel()) {
    throw Error("The checkpoint's '" + name + "' has another form than this version writes.");
  }
  return t.data_ptr<std::int64_t>()[i];
}

/// The first value that is lost; nothing where none is.
std::optional<double> first_lost(const Term& term) {
  for (const double value : to_doubles(term.values)) {
    if (is_lost(value)) return value;
  }
  return std::nullopt;
}

}  // namespace

Stepper::Stepper(Session& session)
    : session_(session),
      sampler_(session.data(), session.data().train, session.transform(),
               session.config().integer("optimizer.batch_size"), session.generators().seed("data")),
      batch_size_(session.config().integer("optimizer.batch_size")) {
  for (const Phase& phase : session.phases()) {
    std::vector<NamedTensor> named;
    std::vector<Tensor> parameters;
    std::vector<std::size_t> network;
    for (std::size_t n = 0; n < phase.networks.size(); ++n) {
      for (const NamedTensor& p : session.networks().at(phase.networks[n]).parameters()) {
        named.push_back({phase.networks[n] + "." + p.name, p.tensor});
        parameters.push_back(p.tensor);
        network.push_back(n);
      }
    }
    players_.push_back(
        {.phase = phase,
         .optimizer = Optimizer(optimizer_settings(session.config(), phase.name), std::move(named)),
         .parameters = std::move(parameters),
         .network = std::move(network),
         .terms = {},
         .rows = {},
         .values = {}});
  }
}

Stepper::Player& Stepper::player(const Phase& phase) {
  for (Player& p : players_) {
    if (p.phase.name == phase.name) return p;
  }
  throw Error("The dynamics asked for the phase '" + phase.name + "', which no player has.");
}

void Stepper::freeze_all_but(const Phase& phase) {
  if (thawed_ == phase.name) return;
  for (const auto& [name, network] : session_.networks().all()) {
    network->require_grad(std::count(phase.networks.begin(), phase.networks.end(), name) != 0);
  }
  thawed_ = phase.name;
}

void Stepper::step(bool instruments, Game& game) {
  instruments_ = instruments;
  session_.dynamics().step(game);
  ++step_;
}

void Stepper::update(const Phase& phase) {
  instruments_ = false;
  const Evaluation evaluation = evaluate(phase);
  apply(phase, gradients(phase, evaluation));
  ++step_;
}

Evaluation Stepper::evaluate(const Phase& phase) {
  Player& p = player(phase);
  freeze_all_but(phase);
  Batch batch;
  if (phase.uses_data) {
    DataBatch drawn = sampler_.next();
    ++batches_;
    batch.x = std::move(drawn.x);
    batch.labels = std::move(drawn.labels);
    p.rows = std::move(drawn.indices);
  }
  const Context context{.networks = session_.networks(),
                        .batch = batch,
                        .latent = session_.generators().at("latent"),
                        .batch_size = batch_size_,
                        .step = step_,
                        .mode = Mode::train,
                        .instruments = instruments_};
  Evaluation evaluation = session_.objective().evaluate(phase, context);
  add_penalties(session_.penalties(), phase.name, evaluation, context,
                session_.generators().at("penalty"));
  if (instruments_) p.values = phase_values(phase.name, evaluation);
  p.terms = std::exchange(evaluation.terms, {});
  if (instruments_) {
    // Also of terms that only instruments need: their checks would blame the mathematics.
    for (const auto& [name, m] : p.values.moments) {
      if (is_lost(m.mean)) throw Divergence(cause(p));
    }
  }
  return evaluation;
}

std::vector<Tensor> Stepper::gradients(const Phase& phase, const Evaluation& evaluation,
                                       bool keep_graph) {
  freeze_all_but(phase);
  return elbow::gradients(evaluation.loss, player(phase).parameters, false, keep_graph);
}

void Stepper::apply(const Phase& phase, std::vector<Tensor> gradients) {
  Player& p = player(phase);
  if (!p.optimizer.step(gradients, step_)) throw Divergence(cause(p));
  for (PhasePenalty& entry : session_.penalties()) {
    if (entry.penalty->phase() == phase.name) entry.penalty->project(session_.networks());
  }
  if (session_.ema() != nullptr) session_.ema()->update(phase.networks);
}

std::string Stepper::cause(const Player& player) const {
  std::string text = "Step " + std::to_string(step_ + 1) + ", phase '" + player.phase.name + "': ";
  const auto finish = [&] {
    return text + " " + state_of_weights(session_.networks()) + " " + remedy(session_.config());
  };
  // Terms of the loss first: the others follow from them.
  for (const bool of_loss : {true, false}) {
    for (const Term& term : player.terms) {
      if ((term.weight != 0.0) != of_loss) continue;
      if (const auto value = first_lost(term)) {
        text += "the term '" + term.name + "' is " + in_words(*value) + ".";
        return finish();
      }
    }
  }
  const auto& norms = player.optimizer.squared_norms();
  for (std::size_t i = 0; i < norms.size(); ++i) {
    if (!std::isfinite(norms[i])) {
      text += "every term is finite, but the gradient of '" +
              player.optimizer.parameters()[i].name + "' is not.";
      return finish();
    }
  }
  text += "the loss is not finite.";
  return finish();
}

Values Stepper::values() const {
  Values values;
  for (const Player& p : players_) {
    add_to(values, p.values);
    std::vector<double> squared(p.phase.networks.size(), 0.0);
    for (std::size_t i = 0; i < p.network.size(); ++i) {
      squared[p.network[i]] += p.optimizer.squared_norms()[i];
    }
    for (std::size_t n = 0; n < squared.size(); ++n) {
      values.set("gradient_norm/" + p.phase.networks[n], std::sqrt(squared[n]));
    }
    values.set("learning_rate/" + p.phase.name, p.optimizer.lr(step_ - 1));
  }
  return values;
}

double Stepper::epoch() const {
  return static_cast<double>(batches_) / static_cast<double>(batches_per_epoch());
}

void Stepper::save(Checkpoint& checkpoint) const {
  checkpoint.step = step_;
  checkpoint.weights = all_weights(session_.networks());
  if (session_.ema() != nullptr) {
    for (const NamedTensor& average : session_.ema()->averages()) {
      checkpoint.weights.push_back({kAverages + average.name, average.tensor});
    }
    checkpoint.tensors[kAveraged] = integers(session_.ema()->updates());
  }
  for (const auto& [name, state] : session_.generators().state()) {
    checkpoint.tensors["generator/" + name] = state;
  }
  for (const Player& p : players_) {
    const std::string prefix = "optimizer/" + p.phase.name + "/";
    checkpoint.tensors[prefix + "updates"] = integers({p.optimizer.updates()});
    for (const NamedTensor& slot : p.optimizer.state()) {
      checkpoint.tensors[prefix + slot.name] = slot.tensor;
    }
  }
  const BatchSampler::State data = sampler_.state();
  checkpoint.tensors["sampler"] =
      integers({data.epoch, data.position, static_cast<std::int64_t>(data.seed),
                static_cast<std::int64_t>(data.counter)});
  checkpoint.tensors["counters"] = integers({step_, batches_});
}

void Stepper::restore(const Checkpoint& checkpoint) {
  const NoGrad no_grad;
  assign_weights(session_.networks(), checkpoint.weights);
  if (session_.ema() != nullptr) {
    for (const NamedTensor& average : session_.ema()->averages()) {
      const auto found =
          std::find_if(checkpoint.weights.begin(), checkpoint.weights.end(),
                       [&](const NamedTensor& w) { return w.name == kAverages + average.name; });
      if (found == checkpoint.weights.end()) {
        throw Error("The checkpoint has no averaged weights '" + average.name +
                    "': it was saved with ema.decay = 0.");
      }
      average.tensor.copy_(found->tensor);
    }
    std::vector<std::int64_t> updates;
    const std::int64_t networks = saved_tensor(checkpoint, kAveraged).numel();
    for (std::int64_t i = 0; i < networks; ++i) {
      updates.push_back(saved_integer(checkpoint, kAveraged, i));
    }
    session_.ema()->restore_updates(updates);
  }
  std::map<std::string, Tensor> generators;
  for (const auto& [name, tensor] : checkpoint.tensors) {
    if (name.starts_with("generator/")) generators[name.substr(10)] = tensor;
  }
  session_.generators().restore(generators);
  for (Player& p : players_) {
    const std::string prefix = "optimizer/" + p.phase.name + "/";
    p.optimizer.restore(saved_integer(checkpoint, prefix + "updates", 0),
                        [&](const std::string& name) -> const Tensor& {
                          return saved_tensor(checkpoint, prefix + name);
                        });
  }
  sampler_.restore(
      {.epoch = saved_integer(checkpoint, "sampler", 0),
       .position = saved_integer(checkpoint, "sampler", 1),
       .seed = static_cast<std::uint64_t>(saved_integer(checkpoint, "sampler", 2)),
       .counter = static_cast<std::uint64_t>(saved_integer(checkpoint, "sampler", 3))});
  step_ = saved_integer(checkpoint, "counters", 0);
  batches_ = saved_integer(checkpoint, "counters", 1);
}

}  // namespace elbow
