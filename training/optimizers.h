// Optimisers of one phase: Adam, SGD with momentum, RMSprop; schedules, clipping, weight decay.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/config/config.h"
#include "core/schedule.h"
#include "models/network.h"

namespace elbow {

struct OptimizerSettings {
  std::string name = "adam";  ///< adam | sgd | rmsprop
  Schedule lr = 1e-3;
  double beta1 = 0.9, beta2 = 0.999;  ///< adam
  double eps = 1e-8;                  ///< adam, rmsprop
  double momentum = 0.9;              ///< sgd, rmsprop
  double alpha = 0.99;                ///< rmsprop
  double weight_decay = 0.0;          ///< decoupled: w <- (1 - lr decay) w before the step
  double clip = 0.0;                  ///< bound on the gradient's global norm; 0: off
};

/// [optimizer] with the keys of [optimizer.<phase>] put over it.
OptimizerSettings optimizer_settings(const Config& config, const std::string& phase);

/// The parameters of a phase and the state of their update rule.
///   adam     Kingma & Ba 2015, algorithm 1 (bias correction, eps outside the root)
///   sgd      v <- momentum v + g;  w <- w - lr v
///   rmsprop  s <- alpha s + (1 - alpha) g^2;  v <- momentum v + g / (sqrt(s) + eps);  w <- w - lr
///   v
/// Clipping multiplies all gradients by min(1, clip / norm), norm over the whole phase.
class Optimizer {
 public:
  /// `parameters` by full name ("encoder.0.weight").
  Optimizer(OptimizerSettings settings, std::vector<NamedTensor> parameters);

  /// One update. gradients: as the parameters, in their order; an undefined one leaves its
  /// parameter alone. `step` is what schedules are read at. Leaves the parameters alone and returns
  /// false when clipping finds a non-finite norm; otherwise returns whether the norm was finite.
  bool step(const std::vector<Tensor>& gradients, std::int64_t step);

  double lr(std::int64_t step) const { return settings_.lr.at(step); }
  /// Squared norm of each gradient of the last step, before clipping.
  const std::vector<double>& squared_norms() const { return squared_norms_; }
  const std::vector<NamedTensor>& parameters() const { return parameters_; }
  std::int64_t updates() const { return updates_; }

  /// "encoder.0.weight/moment1" and so on: the live tensors.
  std::vector<NamedTensor> state() const;
  /// Copies into the state; `saved` finds a tensor by its name in `state()` and throws when absent.
  template <typename Find>
  void restore(std::int64_t updates, Find&& saved) {
    for (const NamedTensor& slot : state()) assign(slot, saved(slot.name));
    updates_ = updates;
  }

 private:
  void assign(const NamedTensor& slot, const Tensor& value) const;  // Error when shapes differ
  double update(std::size_t i, const Tensor& gradient, double lr, double scale);

  OptimizerSettings settings_;
  std::vector<NamedTensor> parameters_;
  std::vector<Tensor> first_;   // adam: mean of g; sgd, rmsprop: momentum
  std::vector<Tensor> second_;  // adam, rmsprop: mean of g^2
  std::vector<double> squared_norms_;
  std::int64_t updates_ = 0;
};

}  // namespace elbow
