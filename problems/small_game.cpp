#include "problems/small_game.h"

#include <algorithm>

#include "core/error.h"
#include "math/torch_compat.h"
#include "training/evaluation.h"

namespace elbow::problems {

std::unique_ptr<Objective> make_objective(const Choice& choice, const Build& build) {
  const ObjectiveEntry& entry = objective_entry(choice.name);
  return entry.create(parameters_of(entry.spec, choice.parameters), build);
}

std::unique_ptr<Penalty> make_penalty(const Choice& choice) {
  const PenaltyEntry& entry = penalty_entry(choice.name);
  return entry.create(parameters_of(entry.spec, choice.parameters));
}

std::unique_ptr<Dynamics> make_dynamics(const Choice& choice) {
  const DynamicsEntry& entry = dynamics_entry(choice.name);
  return entry.create(parameters_of(entry.spec, choice.parameters));
}

std::vector<std::string> objectives_of(const std::string& family) {
  std::vector<std::string> names;
  for (const ObjectiveEntry& entry : objective_entries())
    if (entry.spec.family == family) names.push_back(entry.spec.name);
  return names;
}

ParametricNetwork::ParametricNetwork(const Tensor& initial, Function function)
    : function_(std::move(function)) {
  add_parameter("parameter", initial);
}

SmallGame::SmallGame(Setup setup)
    : setup_(std::move(setup)),
      objective_(make_objective(
          setup_.objective, {.likelihood = nullptr, .latent = 1, .data_dim = setup_.data.size(1)})),
      phases_(objective_->phases()),
      latent_(make_generator(setup_.seed)),
      noise_(make_generator(setup_.seed + 1)) {
  networks_.add("generator", setup_.generator);
  networks_.add("discriminator", setup_.discriminator);
  for (const Choice& penalty : setup_.penalties)
    penalties_.push_back({.name = penalty.name, .penalty = make_penalty(penalty)});
  batch_.x = setup_.data;
  if (setup_.generator_first) std::reverse(phases_.begin(), phases_.end());
  for (const Phase& phase : phases_) {
    OptimizerSettings settings;
    settings.name = "sgd";
    settings.momentum = 0.0;
    settings.lr = phase.name == "generator" ? setup_.generator_rate : setup_.discriminator_rate;
    std::vector<NamedTensor> parameters;
    for (const std::string& network : phase.networks)
      for (const NamedTensor& p : networks_.at(network).parameters())
        parameters.push_back({network + "." + p.name, p.tensor});
    optimizers_.emplace_back(settings, parameters);
  }
}

Optimizer& SmallGame::optimizer(const Phase& phase) {
  for (std::size_t i = 0; i < phases_.size(); ++i)
    if (phases_[i].name == phase.name) return optimizers_[i];
  throw Error("This game has no phase '" + phase.name + "'.");
}

Evaluation SmallGame::evaluate(const Phase& phase) {
  const Context context{.networks = networks_,
                        .batch = batch_,
                        .latent = latent_,
                        .batch_size = batch_.x.size(0),
                        .step = 0,
                        .mode = Mode::train,
                        .instruments = false};
  Evaluation evaluation = objective_->evaluate(phase, context);
  add_penalties(penalties_, phase.name, evaluation, context, noise_);
  return evaluation;
}

std::vector<Tensor> SmallGame::gradients(const Phase& phase, const Evaluation& evaluation,
                                         bool keep_graph) {
  std::vector<Tensor> parameters;
  for (const NamedTensor& p : optimizer(phase).parameters()) parameters.push_back(p.tensor);
  return elbow::gradients(evaluation.loss, parameters, false, keep_graph);
}

void SmallGame::apply(const Phase& phase, std::vector<Tensor> gradients) {
  optimizer(phase).step(gradients, 0);
  for (PhasePenalty& entry : penalties_)
    if (entry.penalty->phase() == phase.name) entry.penalty->project(networks_);
}

}  // namespace elbow::problems
