#include "instrumentation/probe.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/var.h>

#include <algorithm>
#include <cmath>
#include <sstream>
#include <utility>

#include "core/clock.h"
#include "instrumentation/known_critic.h"
#include "instrumentation/known_evidence.h"
#include "instrumentation/known_samples.h"
#include "instrumentation/latent_probe.h"
#include "instrumentation/sample_distances.h"

namespace elbow {

Probe::Probe(ModelView model, ProbeOptions options)
    : model_(std::move(model)), options_(std::move(options)) {
  if (!options_.clock) options_.clock = steady_seconds;
}

void Probe::start(const RunInfo& info) {
  if (options_.every > 0) next_ = (info.first_step / options_.every + 1) * options_.every;
  next_epoch_ = options_.epochs;
  first_step_ = info.first_step;
  begun_ = options_.clock();
}

bool Probe::step_due(const StepRecord& record) const {
  return options_.every > 0 && record.split == "train" && record.step >= next_;
}

bool Probe::epoch_due(const StepRecord& record) const {
  return options_.epochs > 0 && options_.each_epoch && record.split == "train" &&
         record.epoch >= static_cast<double>(next_epoch_);
}

bool Probe::prompt(const StepRecord& record) const { return step_due(record) || epoch_due(record); }

void Probe::step(StepRecord& record) {
  if (step_due(record)) every_steps(record);
  if (epoch_due(record)) every_epochs(record);
}

/// At the pace so far, until the probes have taken no more than their budget.
std::int64_t Probe::steps_to_wait(std::int64_t step) const {
  if (!options_.budget) return 0;
  const double passed = options_.clock() - begun_;
  const double trained = passed - seconds_ - epoch_seconds_;
  const double missing = seconds_ / *options_.budget - passed;
  if (missing <= 0.0 || trained <= 0.0) return 0;
  const double waits = missing * static_cast<double>(step - first_step_) / trained;
  return static_cast<std::int64_t>(std::ceil(std::min(waits, 1e15)));
}

void Probe::every_steps(StepRecord& record) {
  const double begun = options_.clock();
  if (model_.encode && options_.held_out.defined()) {
    const at::NoGradGuard no_gradients;
    record.values.set("active_units/probe",
                      static_cast<double>(active_units(model_.encode(options_.held_out))));
  }
  if (options_.gradient_norms) {
    for (const auto& [key, norm] : options_.gradient_norms()) record.values.set(key, norm);
  }
  if (options_.more) options_.more(record.values);
  seconds_ += options_.clock() - begun;
  const std::int64_t from = record.step + std::max<std::int64_t>(steps_to_wait(record.step), 1);
  next_ = (from + options_.every - 1) / options_.every * options_.every;
}

void Probe::every_epochs(StepRecord& record) {
  const auto done = static_cast<std::int64_t>(record.epoch);
  next_epoch_ = (done / options_.epochs + 1) * options_.epochs;
  const double begun = options_.clock();
  options_.each_epoch(record.values);
  epoch_seconds_ += options_.clock() - begun;
}

std::string Probe::save() { return std::to_string(next_) + " " + std::to_string(next_epoch_); }

void Probe::restore(const std::string& state) {
  std::istringstream numbers(state);
  numbers >> next_ >> next_epoch_;
}

std::int64_t active_units(const Tensor& mu_log_var, double threshold) {
  const Tensor both = mu_log_var.detach().to(at::kCPU, at::kDouble);
  const Tensor mu = both.slice(1, 0, both.size(1) / 2);
  return (at::var(mu, 0, /*unbiased=*/true) > threshold).sum().item<std::int64_t>();
}

std::vector<TermSpec> probe_terms(const std::vector<std::string>& networks) {
  TermSpec active;
  active.name = "active_units/probe";
  active.symbol = "A_u";
  active.latex = "\\#\\{j : \\mathrm{Var}_x(\\mu_j(x)) > 0.01\\}";
  active.unit = "dimensions";
  active.sign = "+";
  active.reduction = "count over latent dimensions";
  active.estimator = "variance (n - 1) of the posterior means over a fixed held-out batch";
  active.minimum = 0.0;
  active.meaning = "How many latent dimensions carry information about the image.";
  active.confused_with = "the number of dimensions with KL above a threshold";
  active.reference = "Burda et al. 2016, section 5.2";
  std::vector<TermSpec> terms{active};
  for (const std::string& network : networks) {
    TermSpec norm;
    norm.name = "gradient_norm/" + network + "/*";
    norm.symbol = "‖∇ term‖₂";
    norm.latex = "\\lVert\\nabla_{\\text{" + network + "}}\\,\\mathbb{E}[t]\\rVert_2";
    norm.unit = "nats per unit of the parameters";
    norm.sign = "+";
    norm.reduction = "Euclidean norm over all parameters of the network";
    norm.estimator =
        "gradient of one term's mean over a fixed held-out batch, without its weight, in "
        "mode eval";
    norm.minimum = 0.0;
    norm.meaning = "How strongly this term alone pulls at the " + network + ", before its weight.";
    norm.confused_with =
        "gradient_norm/" + network + ", the gradient of the whole loss with its weights";
    terms.push_back(norm);
  }
  TermSpec difference;
  difference.name = "gradient_difference/*";
  difference.symbol = "‖∇L − Σ w·∇t‖ / max‖·‖";
  difference.latex =
      "\\lVert\\nabla L-\\sum_t w_t\\nabla t\\rVert_2/\\max(\\lVert\\nabla L\\rVert_2,"
      "\\lVert w_t\\nabla t\\rVert_2)";
  difference.unit = "1";
  difference.sign = "+";
  difference.reduction = "Euclidean norm over all parameters of a phase";
  difference.estimator = "gradients over a fixed held-out batch, in mode eval";
  difference.minimum = 0.0;
  difference.meaning =
      "Whether the gradient of the loss is the weighted sum of the gradients of the logged terms; "
      "0 but for rounding.";
  difference.reference = "linearity of the gradient";
  terms.push_back(difference);
  for (const bool whole : {true, false}) {
    TermSpec penalty;
    penalty.name = whole ? "penalty_of_batch/*" : "penalty_of_samples/*";
    penalty.symbol = whole ? "R(x₁ … xₙ)" : "Σᵢ R(xᵢ) / n";
    penalty.latex = whole ? "R(x_1,\\dots,x_n)" : "\\tfrac1n\\sum_i R(x_i)";
    penalty.unit = "squared slope";
    penalty.sign = "±";
    penalty.reduction = "mean over 8 samples";
    penalty.estimator =
        whole ? "one batch of held-out data in mode eval" : "the same data, one sample at a time";
    penalty.meaning = whole ? "a penalty before its weight, on held-out data"
                            : "the same where no sample can see another: equal unless the slope is "
                              "taken over the whole batch";
    penalty.reference = "Gulrajani et al. 2017, section 4";
    terms.push_back(penalty);
  }
  for (auto list : {latent_probe_terms(step_probe_size()), latent_probe_terms(epoch_probe_size()),
                    sample_distance_terms(), known_evidence_terms(), known_samples_terms(),
                    known_critic_terms()}) {
    for (TermSpec& term : list) terms.push_back(std::move(term));
  }
  return terms;
}

}  // namespace elbow
