// What a player of a game gains when it alone goes on training: the answers that the duality gap
// is made of.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "training/session.h"

namespace elbow {

struct BestResponseSettings {
  std::int64_t steps = 500;       ///< of each player
  std::int64_t batch_size = 500;  ///< of passes over held-out data
  std::uint64_t seed = 1;         ///< of noise and dynamic binarisation in these passes
  /// Hears what is done, in [0, 1]; may throw to stop.
  std::function<void(const std::string& player, double done)> progress = {};
};

/// What a pair of players gets from held-out images and as many samples, one of each a draw.
struct Payoffs {
  std::vector<double> value;                          ///< V(G, D) = -L_D without penalties
  std::map<std::string, std::vector<double>> bounds;  ///< the objective's terms ".../lower"
};

/// One player's answer to the other as it stands.
struct BestResponse {
  std::int64_t steps = 0;  ///< after which it was best; 0: no step helped
  bool diverged = false;   ///< training it further was not finite
  Payoffs payoffs;
};

struct BestResponses {
  Payoffs start;
  BestResponse discriminator, generator;
  std::int64_t judged = 0;  ///< images on which the copies were chosen
};

/// Trains each player of "discriminator" and "generator" against the other at rest: `steps` updates
/// by the run's objective, penalties and optimisers (started anew, their schedules too), on its
/// training data, from copies of the players that evaluation sees (averaged weights where the run
/// has them). The copy after steps/16, /8, /4, /2 or all of them, or none, that does best on the
/// images of even number is the answer; payoffs are those on the images of odd number, which
/// nothing was fitted to or chosen by. Afterwards weights, averages and generators of the session
/// are what they were, bit for bit. Throws Error(data) for fewer than four images.
BestResponses best_responses(Session& session, const Split& held_out,
                             const BestResponseSettings& settings);

}  // namespace elbow
