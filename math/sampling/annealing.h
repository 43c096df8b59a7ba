// Annealed importance sampling along f_b(z) = f_0(z) e^(b g(z)), forward for a lower bound of ln Z
// and, from exact samples of f_1, in reverse for an upper bound (bidirectional Monte Carlo).
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "math/points.h"
#include "math/sampling/hmc.h"

namespace elbow {

/// 0 = b_0 < ... < b_T = 1: t / T, or the logistic function of `rad` (2 t / T - 1) moved to [0, 1].
std::vector<double> linear_schedule(std::int64_t steps);
std::vector<double> sigmoid_schedule(std::int64_t steps, double rad = 4.0);

/// Chains with g(z) where they stand. [C, d], [C]
struct AnnealedChains {
  Points z;
  std::vector<double> g;
};

/// Moves every chain by a kernel that leaves f_b invariant, b = schedule[t], and updates g. For the
/// reverse run the kernel must be its own reverse (HMC is).
using Transition = std::function<void(std::int64_t t, double b, AnnealedChains& chains)>;

/// ln w_c = sum_t (b_t - b_{t-1}) g(z_{t-1}), each term BEFORE the transition at b_t. Chains start
/// as exact samples of the normalised f_0. E w = Z_1 / Z_0 for any T. Source: Neal 2001.
std::vector<double> anneal_forward(std::span<const double> schedule, AnnealedChains& chains,
                                   const Transition& transition);
/// ln w_c = sum_t (b_{t-1} - b_t) g(z), each term AFTER the transition at b_t, t = T ... 1. Chains
/// start as exact samples of f_1. E w = Z_0 / Z_1. Source: Grosse, Ghahramani & Adams 2015.
std::vector<double> anneal_reverse(std::span<const double> schedule, AnnealedChains& chains,
                                   const Transition& transition);

// --- HMC along the path -----------------------------------------------------------------------

/// ln f_0 and g of each row with their gradients; ln f_b = base + b g.
struct PathValues {
  std::vector<double> base, g;       ///< [C]
  Points base_gradient, g_gradient;  ///< [C, d]
};
using Path = std::function<void(const PointsView& z, PathValues& out)>;

/// Step sizes per temperature and group of chains (an image), fixed while a run is measured.
class StepTable {
 public:
  StepTable(std::int64_t temperatures, std::int64_t groups, double initial)
      : groups_(groups), steps_(static_cast<std::size_t>(temperatures * groups), initial) {}
  double& at(std::int64_t t, std::int64_t group) {
    return steps_[static_cast<std::size_t>((t - 1) * groups_ + group)];
  }
  double at(std::int64_t t, std::int64_t group) const {
    return steps_[static_cast<std::size_t>((t - 1) * groups_ + group)];
  }
  std::int64_t groups() const { return groups_; }

 private:
  std::int64_t groups_;
  std::vector<double> steps_;
};

/// HMC transitions for runs of `anneal_*`. Chain c belongs to group c / (C / groups).
class HmcTransition {
 public:
  HmcTransition(Path path, const HmcOptions& options, std::uint64_t seed);

  /// Evaluates g at the chains' start and forgets the previous run.
  AnnealedChains start(Points z);
  /// Transitions with fixed step sizes; the table and this object must outlive the function.
  Transition with(const StepTable& steps);
  /// Transitions that adapt the table as they go: the running acceptance a <- 0.9 a + 0.1 new of a
  /// group steers its step, times `rate` above 0.65 and divided by it below; each temperature
  /// starts from the last one's step. For pilots only: weights of such a run bound nothing.
  Transition adapting(StepTable& steps, double rate);
  /// Mean acceptance over all transitions since `start`.
  double acceptance() const { return moves_ == 0 ? 0.0 : accepted_ / static_cast<double>(moves_); }

 private:
  std::vector<double> move(double b, AnnealedChains& chains, std::span<const double> steps);

  Path path_;
  HmcOptions options_;
  std::uint64_t seed_;
  std::vector<CounterStream> random_;
  PathValues current_;
  double accepted_ = 0.0;
  std::int64_t moves_ = 0;
};

/// A pilot: chains from `start` are annealed forward with adapting steps; the table is what is
/// measured with afterwards, on other random numbers.
StepTable tune_steps(const Path& path, Points start, std::span<const double> schedule,
                     std::int64_t groups, const HmcOptions& options, std::uint64_t seed,
                     double initial = 0.1);

}  // namespace elbow
