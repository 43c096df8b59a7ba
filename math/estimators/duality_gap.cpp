#include "math/estimators/duality_gap.h"

#include <cstddef>
#include <string>
#include <vector>

#include "core/error.h"
#include "math/statistics/mean_estimate.h"

namespace elbow {
namespace {

Estimate gain(std::span<const double> high, std::span<const double> low) {
  std::vector<double> differences(high.size());
  for (std::size_t i = 0; i < high.size(); ++i) differences[i] = high[i] - low[i];
  Estimate result = mean_estimate(differences);
  result.bias = Bias::lower;
  return result;
}

}  // namespace

DualityGap duality_gap(std::span<const double> start, std::span<const double> answered_generator,
                       std::span<const double> answered_discriminator) {
  if (answered_generator.size() != start.size() || answered_discriminator.size() != start.size()) {
    throw Error("A duality gap compares payoffs of the same draws; there are " +
                std::to_string(start.size()) + ", " + std::to_string(answered_generator.size()) +
                " and " + std::to_string(answered_discriminator.size()) + ".");
  }
  return {.gap = gain(answered_generator, answered_discriminator),
          .discriminator = gain(answered_generator, start),
          .generator = gain(start, answered_discriminator)};
}

namespace estimators::duality_gap {

std::vector<EstimatorSpec> specs() {
  return {
      {.name = "duality_gap",
       .quantity = "duality_gap",
       .summary = "What both players of a GAN still gain by answering the other as it stands",
       .equation = R"(\max_{D'}V(G,D')-\min_{G'}V(G',D)\ge0,\quad V=-L_D\text{ without penalties})",
       .unicode = "max_D′ V(G,D′) − min_G′ V(G′,D) ≥ 0, V = −L_D without penalties",
       .unit = "that of the discriminator's loss",
       .minimum = 0.0,
       .bias = Bias::lower,
       .bias_note =
           "the answers are what k steps of the run's own optimisers find from copies of the "
           "players, chosen on other held-out draws than they are measured on",
       .standard_error = "of the mean over held-out draws, the same ones at every pair of players",
       .cost = "k training steps of each player",
       .confused_with =
           "sample quality alone; for the cross entropy it is at least 2 JSD(data ‖ model) where "
           "some generator can be the data, else it may be 0 at any JSD",
       .reference = "Grnarova et al. 2019"}};
}

}  // namespace estimators::duality_gap
}  // namespace elbow
