#include "math/sampling/annealing.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "core/error.h"
#include "math/numeric.h"

namespace elbow {
namespace {

constexpr double kTargetAcceptance = 0.65;  // optimal for HMC in many dimensions

void require_schedule(std::span<const double> schedule) {
  bool good = schedule.size() >= 2 && schedule.front() == 0.0 && schedule.back() == 1.0;
  for (std::size_t t = 1; good && t < schedule.size(); ++t) good = schedule[t] > schedule[t - 1];
  if (!good) throw Error("An annealing schedule ascends strictly from 0 to 1.");
}

void require_chains(const AnnealedChains& chains) {
  if (chains.g.size() != static_cast<std::size_t>(chains.z.size()) || chains.g.empty()) {
    throw Error("Annealing needs one value of g for each of one or more chains.");
  }
}

void add_scaled(std::vector<double>& log_w, double factor, const std::vector<double>& g) {
  for (std::size_t c = 0; c < log_w.size(); ++c) log_w[c] += factor * g[c];
}

double sigmoid_at(std::int64_t t, std::int64_t steps, double rad) {
  return sigmoid(rad * (2.0 * static_cast<double>(t) / static_cast<double>(steps) - 1.0));
}

}  // namespace

std::vector<double> linear_schedule(std::int64_t steps) {
  if (steps < 1) throw Error("An annealing schedule needs one step or more.");
  std::vector<double> schedule;
  for (std::int64_t t = 0; t <= steps; ++t) {
    schedule.push_back(static_cast<double>(t) / static_cast<double>(steps));
  }
  return schedule;
}

std::vector<double> sigmoid_schedule(std::int64_t steps, double rad) {
  if (!(rad > 0.0)) throw Error("A sigmoid schedule needs rad > 0.");
  std::vector<double> schedule = linear_schedule(steps);
  const double first = sigmoid_at(0, steps, rad), last = sigmoid_at(steps, steps, rad);
  for (std::int64_t t = 1; t < steps; ++t) {
    schedule[static_cast<std::size_t>(t)] = (sigmoid_at(t, steps, rad) - first) / (last - first);
  }
  return schedule;
}

std::vector<double> anneal_forward(std::span<const double> schedule, AnnealedChains& chains,
                                   const Transition& transition) {
  require_schedule(schedule);
  require_chains(chains);
  std::vector<double> log_w(chains.g.size(), 0.0);
  for (std::size_t t = 1; t < schedule.size(); ++t) {
    add_scaled(log_w, schedule[t] - schedule[t - 1], chains.g);
    transition(static_cast<std::int64_t>(t), schedule[t], chains);
  }
  return log_w;
}

std::vector<double> anneal_reverse(std::span<const double> schedule, AnnealedChains& chains,
                                   const Transition& transition) {
  require_schedule(schedule);
  require_chains(chains);
  std::vector<double> log_w(chains.g.size(), 0.0);
  for (std::size_t t = schedule.size() - 1; t >= 1; --t) {
    transition(static_cast<std::int64_t>(t), schedule[t], chains);
    add_scaled(log_w, schedule[t - 1] - schedule[t], chains.g);
  }
  return log_w;
}

HmcTransition::HmcTransition(Path path, const HmcOptions& options, std::uint64_t seed)
    : path_(std::move(path)), options_(options), seed_(seed) {}

AnnealedChains HmcTransition::start(Points z) {
  random_ = chain_streams(seed_, z.size());
  accepted_ = 0.0;
  moves_ = 0;
  path_(z, current_);
  return {std::move(z), current_.g};
}

std::vector<double> HmcTransition::move(double b, AnnealedChains& chains,
                                        std::span<const double> steps) {
  const std::int64_t count = chains.z.size(), d = chains.z.dim();
  PathValues proposed;
  const auto at_temperature = [b, count, d](const PathValues& parts, std::span<double> value,
                                            Points& gradient) {
    for (std::int64_t c = 0; c < count; ++c) {
      const auto at = static_cast<std::size_t>(c);
      value[at] = parts.base[at] + b * parts.g[at];
      for (std::int64_t l = 0; l < d; ++l) {
        gradient.row(c)[l] = parts.base_gradient.row(c)[l] + b * parts.g_gradient.row(c)[l];
      }
    }
  };
  ChainState state{std::move(chains.z), std::vector<double>(chains.g.size()), Points(count, d)};
  at_temperature(current_, state.value, state.gradient);
  const HmcMove moved = hmc_move(
      [&](const PointsView& z, std::span<double> value, Points& gradient) {
        path_(z, proposed);
        at_temperature(proposed, value, gradient);
      },
      state, steps, options_, random_);
  // The last evaluation was at the proposals: what was accepted keeps its parts for the next
  // temperature.
  for (std::int64_t c = 0; c < count; ++c) {
    const auto at = static_cast<std::size_t>(c);
    accepted_ += moved.acceptance[at];
    if (!moved.accepted[at]) continue;
    current_.base[at] = proposed.base[at];
    current_.g[at] = proposed.g[at];
    std::copy_n(proposed.base_gradient.row(c), d, current_.base_gradient.row(c));
    std::copy_n(proposed.g_gradient.row(c), d, current_.g_gradient.row(c));
  }
  moves_ += count;
  chains.z = std::move(state.z);
  chains.g = current_.g;
  return moved.acceptance;
}

namespace {

std::vector<double> steps_of(const StepTable& table, std::int64_t t, std::int64_t chains) {
  if (chains % table.groups() != 0) throw Error("Annealing needs as many chains for each group.");
  const std::int64_t per_group = chains / table.groups();
  std::vector<double> steps;
  for (std::int64_t c = 0; c < chains; ++c) steps.push_back(table.at(t, c / per_group));
  return steps;
}

}  // namespace

Transition HmcTransition::with(const StepTable& steps) {
  return [this, &steps](std::int64_t t, double b, AnnealedChains& chains) {
    move(b, chains, steps_of(steps, t, chains.z.size()));
  };
}

Transition HmcTransition::adapting(StepTable& steps, double rate) {
  std::vector<double> running(static_cast<std::size_t>(steps.groups()), kTargetAcceptance);
  return [this, &steps, rate, running](std::int64_t t, double b, AnnealedChains& chains) mutable {
    const std::int64_t per_group = chains.z.size() / steps.groups();
    for (std::int64_t g = 0; t > 1 && g < steps.groups(); ++g) steps.at(t, g) = steps.at(t - 1, g);
    const auto acceptance = move(b, chains, steps_of(steps, t, chains.z.size()));
    for (std::int64_t g = 0; g < steps.groups(); ++g) {
      double sum = 0.0;
      for (std::int64_t c = g * per_group; c < (g + 1) * per_group; ++c) {
        sum += acceptance[static_cast<std::size_t>(c)];
      }
      double& average = running[static_cast<std::size_t>(g)];
      average = 0.9 * average + 0.1 * sum / static_cast<double>(per_group);
      steps.at(t, g) *= average > kTargetAcceptance ? rate : 1.0 / rate;
    }
  };
}

StepTable tune_steps(const Path& path, Points start, std::span<const double> schedule,
                     std::int64_t groups, const HmcOptions& options, std::uint64_t seed,
                     double initial) {
  if (groups < 1 || start.size() % groups != 0) {
    throw Error("A pilot needs as many chains for each of its groups.");
  }
  StepTable table(static_cast<std::int64_t>(schedule.size()) - 1, groups, initial);
  HmcTransition transition(path, options, seed);
  AnnealedChains chains = transition.start(std::move(start));
  // Short schedules must move further at each temperature.
  const double temperatures = static_cast<double>(schedule.size() - 1);
  anneal_forward(schedule, chains,
                 transition.adapting(table, std::clamp(1.0 + 4.0 / temperatures, 1.02, 1.2)));
  return table;
}

}  // namespace elbow
