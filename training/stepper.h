// One training step: draws, terms, gradients, updates; and the state that the next step needs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/identity.h"
#include "data/sampler.h"
#include "objectives/dynamics.h"
#include "training/checkpoint.h"
#include "training/divergence.h"
#include "training/evaluation.h"
#include "training/optimizers.h"
#include "training/session.h"

namespace elbow {

/// Plays the phases of a session as its dynamics wants them. In a phase all networks but its own
/// are frozen: they let gradients through, and neither their weights nor their running statistics
/// change. Draws come from the data sampler and the generators `latent` and `penalty` only, the
/// same ones whether or not a step is instrumented.
class Stepper : public Game {
 public:
  explicit Stepper(Session& session);

  /// One step of the dynamics. `instruments`: values() can be read afterwards. Throws Divergence;
  /// a non-finite gradient is found at every step, a non-finite loss at instrumented ones.
  void step(bool instruments) { step(instruments, *this); }
  /// The same played through `game`, which hands everything on to this one: it sees each part of
  /// the step.
  void step(bool instruments, Game& game);
  /// One update of one player, the others at rest, outside the dynamics. Throws Divergence.
  void update(const Phase& phase);
  /// Terms, losses, gradient_norm/<network> and learning_rate/<phase> of the last step: of the last
  /// evaluation of each phase in it.
  Values values() const;
  /// Of the last evaluation of a phase: its terms, penalties included, with their graph ...
  const std::vector<Term>& terms(const Phase& phase) { return player(phase).terms; }
  /// ... and the rows of the training split that it drew.
  const std::vector<std::int64_t>& rows(const Phase& phase) { return player(phase).rows; }

  std::int64_t steps() const { return step_; }       ///< done
  std::int64_t batches() const { return batches_; }  ///< of data drawn
  std::int64_t batches_per_epoch() const { return sampler_.batches_per_epoch(); }
  double epoch() const;

  /// Adds weights (averages under "ema."), optimiser and generator states, and the counters.
  void save(Checkpoint& checkpoint) const;
  void restore(const Checkpoint& checkpoint);

  const std::vector<Phase>& phases() const override { return session_.phases(); }
  Evaluation evaluate(const Phase& phase) override;
  std::vector<Tensor> gradients(const Phase& phase, const Evaluation& evaluation,
                                bool keep_graph = false) override;
  void apply(const Phase& phase, std::vector<Tensor> gradients) override;

 private:
  struct Player {
    Phase phase;
    Optimizer optimizer;
    std::vector<Tensor> parameters;
    std::vector<std::size_t> network;  // of each parameter, index into phase.networks
    std::vector<Term> terms;           // of the last evaluation
    std::vector<std::int64_t> rows;    // that it drew
    PhaseValues values;                // of the last instrumented evaluation
  };
  Player& player(const Phase& phase);
  void freeze_all_but(const Phase& phase);
  std::string cause(const Player& player) const;

  Session& session_;
  BatchSampler sampler_;
  std::int64_t batch_size_;
  std::vector<Player> players_;
  std::string thawed_;  // phase whose networks receive gradients
  std::int64_t step_ = 0, batches_ = 0;
  bool instruments_ = false;
};

}  // namespace elbow
