// Probes: what is measured now and then on a fixed held-out batch.
#pragma once

#include "math/tensor.h"

#include <cstdint>
#include <functional>
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
  std::function<double()> clock;  ///< seconds; default: a steady clock
};

/// Adds its values to the first training record at or after each multiple of `every`. Stands before
/// the identity monitor and the sinks.
class Probe : public Observer {
 public:
  Probe(ModelView model, ProbeOptions options);
  std::string name() const override { return "probe"; }
  void start(const RunInfo& info) override;
  void step(StepRecord& record) override;
  bool prompt(const StepRecord& record) const override;
  std::string save() override;
  void restore(const std::string& state) override;

  double seconds() const { return seconds_; }  ///< time spent, this session
  /// seconds() as a share of the training time `wall`.
  double share(double wall) const { return wall > 0.0 ? seconds_ / wall : 0.0; }

 private:
  ModelView model_;
  ProbeOptions options_;
  std::int64_t next_ = 0;
  double seconds_ = 0.0;
};

/// Latent dimensions whose mean code varies over the data, Var_x mu_j(x) > threshold (variance with
/// n - 1). mu_log_var: [n, 2d]. Burda et al. 2016, section 5.2, with their threshold.
std::int64_t active_units(const Tensor& mu_log_var, double threshold = 0.01);

/// The terms that a probe may add: "active_units/probe", "gradient_norm/<network>/*",
/// "gradient_difference/*", penalties by sample, and those of `latent_probe_terms`.
std::vector<TermSpec> probe_terms(const std::vector<std::string>& networks);

}  // namespace elbow
