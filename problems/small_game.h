// A game of the program's own parts on two small networks, in float64.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "objectives/registry.h"
#include "problems/tiny_world.h"
#include "training/optimizers.h"
#include "training/session.h"

namespace elbow::problems {

/// A network that is one tensor of parameters and a function of it and the input.
class ParametricNetwork : public Network {
 public:
  using Function = std::function<Tensor(const Tensor& parameter, const Tensor& input)>;
  ParametricNetwork(const Tensor& initial, Function function);
  Tensor forward(const Tensor& input, Mode) override {
    return function_(parameters_[0].tensor, input);
  }
  std::string describe() const override { return "parametric"; }
  const Tensor& parameter() const { return parameters_[0].tensor; }

 private:
  Function function_;
};

/// Plays a registered objective and penalties, each phase with its own plain gradient descent, on a
/// generator and a discriminator that are given: what the training loop does for a session.
class SmallGame : public Game {
 public:
  struct Setup {
    Choice objective;
    std::vector<Choice> penalties = {};
    std::shared_ptr<ParametricNetwork> generator, discriminator;
    Tensor data;  ///< [B, D] float64, the batch of every step
    double generator_rate = 0.1, discriminator_rate = 0.1;
    bool generator_first = false;
    std::uint64_t seed = 1;
  };
  explicit SmallGame(Setup setup);

  const std::vector<Phase>& phases() const override { return phases_; }
  Evaluation evaluate(const Phase& phase) override;
  std::vector<Tensor> gradients(const Phase& phase, const Evaluation& evaluation,
                                bool keep_graph = false) override;
  void apply(const Phase& phase, std::vector<Tensor> gradients) override;

  const Tensor& generator() const { return setup_.generator->parameter(); }
  const Tensor& discriminator() const { return setup_.discriminator->parameter(); }

 private:
  Optimizer& optimizer(const Phase& phase);

  Setup setup_;
  Networks networks_;
  std::unique_ptr<Objective> objective_;
  std::vector<PhasePenalty> penalties_;
  std::vector<Phase> phases_;
  std::vector<Optimizer> optimizers_;  // in the order of phases_
  Batch batch_;
  at::Generator latent_, noise_;
};

/// Registered parts with their defaults, some values replaced.
std::unique_ptr<Objective> make_objective(const Choice& choice, const Build& build);
std::unique_ptr<Penalty> make_penalty(const Choice& choice);
std::unique_ptr<Dynamics> make_dynamics(const Choice& choice);

/// The names of the objectives of a family, in the order of the registry.
std::vector<std::string> objectives_of(const std::string& family);

}  // namespace elbow::problems
