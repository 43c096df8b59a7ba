#include "math/sampling/hmc.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "core/error.h"
#include "math/numeric.h"

namespace elbow {
namespace {

void require_sizes(const ChainState& state, std::size_t steps, std::size_t streams) {
  const auto chains = static_cast<std::size_t>(state.z.size());
  if (state.value.size() != chains || steps != chains || streams != chains ||
      state.gradient.size() != state.z.size() || state.gradient.dim() != state.z.dim()) {
    throw Error("HMC on " + std::to_string(chains) +
                " chains needs as many values, gradients, step sizes and streams.");
  }
}

double kinetic(const Points& momentum, std::int64_t c) {
  double squares = 0.0;
  for (std::int64_t l = 0; l < momentum.dim(); ++l)
    squares += momentum.row(c)[l] * momentum.row(c)[l];
  return 0.5 * squares;
}

void kick(const ChainState& state, Points& momentum, std::span<const double> step_size,
          double factor) {
  for (std::int64_t c = 0; c < momentum.size(); ++c) {
    const double h = factor * step_size[static_cast<std::size_t>(c)];
    for (std::int64_t l = 0; l < momentum.dim(); ++l) {
      momentum.row(c)[l] += h * state.gradient.row(c)[l];
    }
  }
}

}  // namespace

ChainState chain_state(const LogDensity& density, Points z) {
  ChainState state;
  state.value.resize(static_cast<std::size_t>(z.size()));
  state.gradient = Points(z.size(), z.dim());
  state.z = std::move(z);
  density(state.z, state.value, state.gradient);
  return state;
}

void leapfrog(const LogDensity& density, ChainState& state, Points& momentum,
              std::span<const double> step_size, std::int64_t steps) {
  kick(state, momentum, step_size, 0.5);
  for (std::int64_t s = 1; s <= steps; ++s) {
    for (std::int64_t c = 0; c < state.z.size(); ++c) {
      for (std::int64_t l = 0; l < state.z.dim(); ++l) {
        state.z.row(c)[l] += step_size[static_cast<std::size_t>(c)] * momentum.row(c)[l];
      }
    }
    density(state.z, state.value, state.gradient);
    kick(state, momentum, step_size, s == steps ? 0.5 : 1.0);
  }
}

HmcMove hmc_move(const LogDensity& density, ChainState& state, std::span<const double> step_size,
                 const HmcOptions& options, std::span<CounterStream> random) {
  require_sizes(state, step_size.size(), random.size());
  if (options.leapfrog_steps < 1) throw Error("HMC needs one leapfrog step or more.");
  const std::int64_t chains = state.z.size(), d = state.z.dim();
  Points momentum(chains, d);
  std::vector<double> steps, before;
  for (std::int64_t c = 0; c < chains; ++c) {
    const auto at = static_cast<std::size_t>(c);
    for (std::int64_t l = 0; l < d; ++l) momentum.row(c)[l] = random[at].normal();
    steps.push_back(step_size[at] * random[at].uniform(1.0 - options.jitter, 1.0 + options.jitter));
    before.push_back(kinetic(momentum, c) - state.value[at]);
  }
  ChainState proposal = state;
  leapfrog(density, proposal, momentum, steps, options.leapfrog_steps);

  HmcMove move;
  for (std::int64_t c = 0; c < chains; ++c) {
    const auto at = static_cast<std::size_t>(c);
    double error = kinetic(momentum, c) - proposal.value[at] - before[at];
    if (std::isnan(error)) error = kInfinity;
    const double probability = std::min(1.0, std::exp(-error));
    const bool accept = random[at].uniform() < probability;
    if (accept) {
      std::copy_n(proposal.z.row(c), d, state.z.row(c));
      std::copy_n(proposal.gradient.row(c), d, state.gradient.row(c));
      state.value[at] = proposal.value[at];
    }
    move.energy_error.push_back(error);
    move.accepted.push_back(accept);
    move.acceptance.push_back(probability);
  }
  return move;
}

std::vector<CounterStream> chain_streams(std::uint64_t seed, std::int64_t chains,
                                         std::int64_t first) {
  std::vector<CounterStream> streams;
  for (std::int64_t c = 0; c < chains; ++c) {
    streams.emplace_back(seed, static_cast<std::uint64_t>(first + c));
  }
  return streams;
}

}  // namespace elbow
