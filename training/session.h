// Everything that one run trains, built from its config: data, networks, objective, penalties.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/config/config.h"
#include "data/dataset.h"
#include "data/sampler.h"
#include "objectives/dynamics.h"
#include "objectives/objective.h"
#include "training/ema.h"
#include "training/generators.h"

namespace elbow {

/// The data set that [data] asks for.
DatasetRequest dataset_request(const Config& config,
                               const std::optional<std::filesystem::path>& data_dir);

/// How [data] turns pixels into numbers.
PixelTransform pixel_transform(const Config& config);

struct PhasePenalty {
  std::string name;
  std::unique_ptr<Penalty> penalty;
};

/// A model with its data, ready to train or to look at. Networks are initialised from the generator
/// `init`. Throws Error(usage) for combinations that make no sense; odd ones stand in warnings().
class Session {
 public:
  Session(Config config, Dataset data);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  const Config& config() const { return config_; }
  const Dataset& data() const { return data_; }
  const PixelTransform& transform() const { return transform_; }
  const Networks& networks() const { return networks_; }
  Objective& objective() { return *objective_; }
  const Likelihood* likelihood() const { return likelihood_.get(); }  ///< null for a GAN
  Likelihood* likelihood() { return likelihood_.get(); }
  const std::vector<Phase>& phases() const { return phases_; }
  std::vector<PhasePenalty>& penalties() { return penalties_; }
  Dynamics& dynamics() { return *dynamics_; }
  Generators& generators() { return generators_; }
  Ema* ema() { return ema_.get(); }  ///< null when ema.decay is 0
  std::int64_t latent() const { return latent_; }
  /// Objective first, with equilibrium values for its parameters, then likelihood, prior,
  /// penalties, dynamics.
  const std::vector<Spec>& specs() const { return specs_; }
  const std::vector<std::string>& warnings() const { return warnings_; }

  /// Batches of data that one step draws: the key dynamics.<phase>_steps of each phase with data.
  std::int64_t batches_per_step() const;
  /// Steps from the first to the last: run.steps, or run.epochs passes over the training split.
  std::int64_t total_steps() const;

  // The model as instruments see it: mode eval, no gradients, averaged weights when EMA is on.
  bool has_network(const std::string& name) const { return networks_.contains(name); }
  Tensor prior(std::int64_t n, at::Generator& generator) const;  ///< z ~ N(0, I): [n, d]
  Tensor decode(const Tensor& z);  ///< E[x|z] of the decoder or G(z): [n, d] -> [n, D]
  Tensor encode(const Tensor& x);  ///< mu, log_var: [n, D] -> [n, 2d]; needs an encoder
  Tensor score(const Tensor& x);   ///< discriminator output: [n, D] -> [n]
  /// Examples of a split as training sees them, binarised by (key, counter) where that is dynamic.
  DataBatch examples(const Split& split, const std::vector<std::int64_t>& indices,
                     std::uint64_t key, std::uint64_t counter = 0) const;

 private:
  void check_data() const;
  void build_networks();
  void build_objective();
  void check_training() const;
  void collect_warnings();
  /// Schedules that stay, rates and weights of 0, players without a turn.
  void warn_of_what_does_nothing();
  Tensor forward(const std::string& network, const Tensor& input);

  Config config_;
  Dataset data_;
  PixelTransform transform_;
  Generators generators_;
  std::int64_t latent_ = 0;
  Networks networks_;
  std::shared_ptr<Likelihood> likelihood_;
  std::unique_ptr<Objective> objective_;
  std::vector<Phase> phases_;
  std::vector<PhasePenalty> penalties_;
  std::unique_ptr<Dynamics> dynamics_;
  std::unique_ptr<Ema> ema_;
  std::vector<Spec> specs_;
  std::vector<std::string> warnings_;
};

/// Copies saved weights ("encoder.0.weight") into the networks. Throws Error that names a tensor
/// that is missing or has another shape.
void assign_weights(const Networks& networks, const std::vector<NamedTensor>& weights);

/// Parameters and buffers of all networks by full name, the live tensors.
std::vector<NamedTensor> all_weights(const Networks& networks);

}  // namespace elbow
