// Hamiltonian Monte Carlo on a batch of chains that move independently, each with its own step size
// and random numbers.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "math/points.h"
#include "math/threefry.h"

namespace elbow {

/// Unnormalised log-density of each row and its gradient: z [C, d] -> value [C], gradient [C, d].
using LogDensity =
    std::function<void(const PointsView& z, std::span<double> value, Points& gradient)>;

/// Chains with the density and gradient where they stand. [C, d], [C], [C, d]
struct ChainState {
  Points z;
  std::vector<double> value;
  Points gradient;
};

/// Evaluates `density` at the rows of z.
ChainState chain_state(const LogDensity& density, Points z);

struct HmcOptions {
  std::int64_t leapfrog_steps = 10;
  double jitter = 0.1;  ///< each step size is multiplied by U(1 - jitter, 1 + jitter)
};

/// What one transition did, per chain.
struct HmcMove {
  std::vector<double> energy_error;  ///< H' - H; +inf where it is not a number
  std::vector<bool> accepted;
  /// min(1, e^-energy_error), averaged over chains it is the acceptance rate.
  std::vector<double> acceptance;
};

/// Momenta, `leapfrog_steps` leapfrog steps, and acceptance with probability min(1, e^(H - H')),
/// H = -ln f(z) + |rho|^2 / 2; a rejected chain stays. Leaves f invariant if the step size (> 0)
/// does not depend on the state: adapt it before the measured run, never in it. Reversible: it is
/// its own reverse. state.value and state.gradient must belong to `density` at state.z. Cost:
/// leapfrog_steps gradients. Source: Neal 2011, "MCMC using Hamiltonian dynamics", figure 2.
HmcMove hmc_move(const LogDensity& density, ChainState& state, std::span<const double> step_size,
                 const HmcOptions& options, std::span<CounterStream> random);

/// `steps` leapfrog steps of each chain from (state, momentum), in place. [C, d] momenta.
void leapfrog(const LogDensity& density, ChainState& state, Points& momentum,
              std::span<const double> step_size, std::int64_t steps);

/// One stream per chain: the numbers of a chain do not depend on which others run beside it.
std::vector<CounterStream> chain_streams(std::uint64_t seed, std::int64_t chains,
                                         std::int64_t first = 0);

}  // namespace elbow
