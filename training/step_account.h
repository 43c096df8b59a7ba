// One training step taken apart: every term, what it pulls at, and what the update did.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/identity.h"
#include "training/session.h"
#include "training/stepper.h"

namespace elbow {

/// One term of a turn. The vectors have one entry per parameter tensor of the turn, and are empty
/// for terms that carry no gradient.
struct TermAccount {
  std::string name;
  double weight = 0.0;
  Moments moments = {};                     ///< over the batch
  std::optional<double> sample = {};        ///< of the one sample that was asked for
  std::vector<double> squared = {};         ///< ‖∇ mean term‖², without the weight
  std::vector<double> along = {};           ///< ⟨∇ mean term, ∇ loss⟩, without the weight
  std::vector<double> sample_squared = {};  ///< ‖∇ term of the one sample‖²
};

/// One parameter tensor.
struct ParameterAccount {
  std::string network, name, shape;
  std::int64_t count = 0;
  double squared_gradient = 0.0;  ///< of the loss, before clipping
  double squared_weights = 0.0;   ///< ‖θ‖² before the update
  double squared_update = 0.0;    ///< ‖Δθ‖², decay and projections included
  double along = 0.0;  ///< ⟨∇ loss, Δθ⟩: what the update changes the loss by, to first order
};

/// One evaluation of a phase and the update that followed.
struct TurnAccount {
  std::string phase, loss_key;
  std::vector<std::string> networks = {};
  double loss = 0.0;  ///< the scalar that was back-propagated
  Moments loss_moments = {};
  std::vector<TermAccount> terms = {};  ///< those with a weight first
  std::vector<ParameterAccount> parameters = {};
  double learning_rate = 0.0;
  double clipping = 1.0;                   ///< factor of the gradient
  std::vector<std::int64_t> rows = {};     ///< of the training split; empty without data
  std::optional<std::int64_t> label = {};  ///< of the one sample
  CheckResult value_check = {};            ///< V1: Σ weight · term = loss
  CheckResult gradient_check = {};  ///< G8: ‖∇ loss − Σ weight · ∇ term‖ over the largest norm = 0

  std::vector<const TermAccount*> weighted() const;
};

struct StepAccount {
  std::int64_t step = 0;  ///< 1 for the first
  double epoch = 0.0;     ///< before it
  std::vector<TurnAccount> turns = {};
  bool holds() const;  ///< every check of every turn
};

/// Plays the stepper's next step as training would, to the bit, and accounts for it. `sample`: also
/// the terms and gradients of that sample of each batch. Errors: Error(usage) for a sample that the
/// batch does not have; Divergence.
StepAccount account_for_step(Session& session, Stepper& stepper,
                             std::optional<std::int64_t> sample = {});

}  // namespace elbow
