// The metrics of `elbow eval`, by family of model.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "instrumentation/measurement.h"
#include "training/session.h"

namespace elbow::app {

struct EvalOptions {
  std::vector<std::int64_t> k = {1, 5, 50, 500, 5000};
  std::optional<std::int64_t> images;  ///< per-image metrics; each has its own default
  std::int64_t ais_steps = 100, chains = 16;
  std::int64_t inner_steps = 500;  ///< of each player, for the duality gap
  std::uint64_t seed = 1;
};

struct EvalContext {
  Session& session;
  const EvalOptions& options;
  const Work& work;
};

/// One metric: what its result depends on beside the weights, and how it is found.
struct EvalMetric {
  std::string name, summary;
  std::function<std::string(const Session&, const EvalOptions&)> settings;
  std::function<std::vector<Measurement>(const EvalContext&)> run;
  bool needs_labels = false;  ///< images of 28x28 pixels with labels, and a test split
};

/// Metrics of runs with an encoder and a decoder, in the order of their cost.
const std::vector<EvalMetric>& vae_metrics();
/// Metrics of runs with a generator and a discriminator.
const std::vector<EvalMetric>& gan_metrics();
/// One of them, in a file of its own.
EvalMetric duality_metric();

/// Data that training has not seen: the test split, or the validation split where there is none.
const Split& held_out(const Session& session);

}  // namespace elbow::app
