// Probes: what is measured now and then on a fixed held-out batch.
#pragma once

#include "math/tensor.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/record.h"
#include "instrumentation/model_view.h"

namespace elbow {

struct ProbeOptions {
  std::int64_t every = 100;  ///< steps; 0: never
  Tensor held_out;           ///< [n, D]; undefined: only the gradient norms
  /// (key, value) pairs "gradient_norm/<network>/<term>" and "gradient_difference/<phase>" of the
  /// live model on the held-out batch. May not touch parameters, their gradients, or the training
  /// generators.
  std::function<std::vector<std::pair<std::string, double>>()> gradient_norms;
  /// Adds terms of its own to a record, under the same rules; may be empty.
  std::function<void(Values&)> more;
  std::int64_t epochs = 0;  ///< passes over the data between the heavier probes; 0: never
  /// The heavier ones, likewise; may be empty.
  std::function<void(Values&)> each_epoch;
  std::function<double()> clock;  ///< seconds; default: a steady clock
  /// Share of the time that the probes every so many steps keep to, by leaving out steps; none:
  /// no step is left out.
  std::optional<double> budget = {};
};

/// Adds its values to the first training record at or after each multiple of `every` steps, and the
/// heavier ones to the first at or after each multiple of `epochs` passes. What is logged when does
/// not depend on a clock, unless there is a budget: then a probe waits for the multiple at which
/// all of them will have taken no more than that share, at the pace so far. Stands before the
/// identity monitor and the sinks.
class Probe : public Observer {
 public:
  Probe(ModelView model, ProbeOptions options);
  std::string name() const override { return "probe"; }
  void start(const RunInfo& info) override;
  void step(StepRecord& record) override;
  bool prompt(const StepRecord& record) const override;
  std::string save() override;
  void restore(const std::string& state) override;

  double seconds() const { return seconds_; }  ///< spent every so many steps, this session
  double epoch_seconds() const { return epoch_seconds_; }  ///< spent every so many epochs
  /// seconds() as a share of the training time `wall`.
  double share(double wall) const { return wall > 0.0 ? seconds_ / wall : 0.0; }
  double epoch_share(double wall) const { return wall > 0.0 ? epoch_seconds_ / wall : 0.0; }

 private:
  bool step_due(const StepRecord& record) const;
  bool epoch_due(const StepRecord& record) const;
  void every_steps(StepRecord& record);
  std::int64_t steps_to_wait(std::int64_t step) const;
  void every_epochs(StepRecord& record);

  ModelView model_;
  ProbeOptions options_;
  std::int64_t next_ = 0;        // step
  std::int64_t next_epoch_ = 0;  // passes
  double seconds_ = 0.0, epoch_seconds_ = 0.0;
  std::int64_t first_step_ = 0;
  double begun_ = 0.0;
};

/// Latent dimensions whose mean code varies over the data, Var_x mu_j(x) > threshold (variance with
/// n - 1). mu_log_var: [n, 2d]. Burda et al. 2016, section 5.2, with their threshold.
std::int64_t active_units(const Tensor& mu_log_var, double threshold = 0.01);

/// The terms that a probe may add: "active_units/probe", "gradient_norm/<network>/*",
/// "gradient_difference/*", penalties by sample, and those of latent_probe.h and known_*.h.
std::vector<TermSpec> probe_terms(const std::vector<std::string>& networks);

}  // namespace elbow
