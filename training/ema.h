// Exponential moving average of the weights, and the scope in which it stands in for them.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "models/network.h"

namespace elbow {

/// Average of each parameter: a <- d a + (1 - d) w after update k = 1, 2, ... of w, starting at the
/// initial w, with d = min(decay, (1 + k) / (10 + k)): while k is small it forgets the initial
/// weights fast, and from k = (10 decay - 1) / (1 - decay) on d is the decay (8,990 updates at
/// 0.999). Buffers (running statistics) are not averaged. Source: the warm-up of TensorFlow's
/// ExponentialMovingAverage (num_updates).
class Ema {
 public:
  Ema(const Networks& networks, double decay);

  /// d of update k.
  double decay_at(std::int64_t k) const;

  /// Averages the parameters of these networks once.
  void update(const std::vector<std::string>& networks);
  /// "encoder.0.weight" and its average, in registration order.
  std::vector<NamedTensor> averages() const;
  /// Updates of each network so far, in registration order: state beside the averages.
  std::vector<std::int64_t> updates() const;
  /// Throws Error where the number of networks differs.
  void restore_updates(const std::vector<std::int64_t>& updates);

 private:
  friend class EmaScope;
  struct Entry {
    std::string network, name;
    Tensor parameter, average;
  };
  void exchange();

  double decay_;
  std::vector<Entry> entries_;
  std::vector<std::pair<std::string, std::int64_t>> updates_;  // by network
};

/// While it lives, the networks compute with the averaged weights; the training weights come back
/// bit for bit. Null: does nothing. Scopes of one Ema may not nest.
class EmaScope {
 public:
  explicit EmaScope(Ema* ema);
  ~EmaScope();
  EmaScope(const EmaScope&) = delete;
  EmaScope& operator=(const EmaScope&) = delete;

 private:
  Ema* ema_;
};

}  // namespace elbow
