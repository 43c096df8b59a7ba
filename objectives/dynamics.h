// How the players' updates are combined into one training step.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "objectives/objective.h"

namespace elbow {

/// What a dynamics may do with the players. Implemented by the training loop.
class Game {
 public:
  virtual ~Game() = default;
  virtual const std::vector<Phase>& phases() const = 0;
  /// Draws a batch and noise and returns the loss, penalties included. The terms stay with the
  /// player.
  virtual Evaluation evaluate(const Phase& phase) = 0;
  /// Gradient of the loss in the phase's parameters, in their order; frees the graph unless
  /// `keep_graph`.
  virtual std::vector<Tensor> gradients(const Phase& phase, const Evaluation& evaluation,
                                        bool keep_graph = false) = 0;
  /// One optimiser step of the phase with these gradients: clipping, moments, projections, EMA.
  virtual void apply(const Phase& phase, std::vector<Tensor> gradients) = 0;
};

/// Combines the phases into one step. Stateless but for what it keeps between steps itself.
class Dynamics {
 public:
  virtual ~Dynamics() = default;
  virtual void step(Game& game) = 0;
};

struct DynamicsEntry {
  Spec spec;
  std::function<std::unique_ptr<Dynamics>(const Parameters&)> create;
};

}  // namespace elbow
