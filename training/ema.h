// Exponential moving average of the weights, and the scope in which it stands in for them.
#pragma once

#include <string>
#include <vector>

#include "models/network.h"

namespace elbow {

/// Average of each parameter: a <- decay a + (1 - decay) w after every update of w, starting at the
/// initial w, without warm-up or bias correction. Buffers (running statistics) are not averaged.
/// Against a constant w the remaining distance after k updates is decay^k.
class Ema {
 public:
  Ema(const Networks& networks, double decay);

  /// Averages the parameters of these networks once.
  void update(const std::vector<std::string>& networks);
  /// "encoder.0.weight" and its average, in registration order.
  std::vector<NamedTensor> averages() const;

 private:
  friend class EmaScope;
  struct Entry {
    std::string network, name;
    Tensor parameter, average;
  };
  void exchange();

  double decay_;
  std::vector<Entry> entries_;
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
