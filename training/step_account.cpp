#include "training/step_account.h"

#include <ATen/ops/mean.h>
#include <ATen/ops/sub.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "core/error.h"
#include "math/fused.h"
#include "math/host.h"
#include "math/moments.h"
#include "math/torch_compat.h"
#include "training/evaluation.h"
#include "training/optimizers.h"

namespace elbow {
namespace {

double inner_product(const Tensor& a, const Tensor& b) {
  return a.detach().to(at::kDouble).mul(b.detach().to(at::kDouble)).sum().item<double>();
}

double sum(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

std::vector<double> squares(const std::vector<Tensor>& tensors) {
  std::vector<double> all;
  for (const Tensor& t : tensors) all.push_back(squared_norm(t));
  return all;
}

std::string suffix(const std::string& loss_key) {
  return loss_key.starts_with("loss/") ? "." + loss_key.substr(5) : std::string();
}

/// Stands between the dynamics and the stepper and writes down what passes.
class Witness : public Game {
 public:
  Witness(Session& session, Stepper& stepper, std::optional<std::int64_t> sample)
      : session_(session), stepper_(stepper), sample_(sample) {}

  const std::vector<Phase>& phases() const override { return stepper_.phases(); }
  Evaluation evaluate(const Phase& phase) override;
  std::vector<Tensor> gradients(const Phase& phase, const Evaluation& evaluation,
                                bool keep_graph) override;
  void apply(const Phase& phase, std::vector<Tensor> gradients) override;

  std::vector<TurnAccount> turns() && { return std::move(turns_); }

 private:
  TurnAccount& last_of(const std::string& phase);
  std::vector<Tensor> parameters(const Phase& phase) const;
  void add_terms(TurnAccount& turn, const std::vector<Term>& terms);
  void add_gradients(TurnAccount& turn, const Phase& phase, const std::vector<Tensor>& total);

  Session& session_;
  Stepper& stepper_;
  std::optional<std::int64_t> sample_;
  std::vector<TurnAccount> turns_;
};

TurnAccount& Witness::last_of(const std::string& phase) {
  const auto found = std::find_if(turns_.rbegin(), turns_.rend(),
                                  [&](const TurnAccount& t) { return t.phase == phase; });
  if (found == turns_.rend()) throw Error("A gradient of '" + phase + "' came before its loss.");
  return *found;
}

std::vector<Tensor> Witness::parameters(const Phase& phase) const {
  std::vector<Tensor> all;
  for (const std::string& network : phase.networks) {
    for (const NamedTensor& p : session_.networks().at(network).parameters()) {
      all.push_back(p.tensor);
    }
  }
  return all;
}

void Witness::add_terms(TurnAccount& turn, const std::vector<Term>& terms) {
  for (const Term& term : terms) {
    const bool family = term.name.ends_with("/*");
    const std::string stem = term.name.substr(0, term.name.size() - 1);
    const std::vector<double> values = to_doubles(term.values);
    const std::int64_t rows = family ? term.values.size(0) : 1;
    const auto columns = static_cast<std::int64_t>(values.size()) / std::max<std::int64_t>(rows, 1);
    const std::vector<Moments> all =
        family ? row_moments(term.values) : std::vector<Moments>{moments(term.values)};
    for (std::int64_t row = 0; row < rows; ++row) {
      TermAccount account{.name = family ? stem + std::to_string(row) : term.name,
                          .weight = term.weight,
                          .moments = all[static_cast<std::size_t>(row)]};
      if (sample_ && columns > 1 && *sample_ < columns) {
        account.sample = values[static_cast<std::size_t>(row * columns + *sample_)];
      }
      turn.terms.push_back(std::move(account));
    }
  }
  std::stable_partition(turn.terms.begin(), turn.terms.end(),
                        [](const TermAccount& t) { return t.weight != 0.0; });
}

Evaluation Witness::evaluate(const Phase& phase) {
  Evaluation evaluation = stepper_.evaluate(phase);
  const std::vector<Term>& terms = stepper_.terms(phase);
  TurnAccount turn{
      .phase = phase.name, .loss_key = evaluation.loss_key, .networks = phase.networks};
  turn.loss = evaluation.loss.detach().to(at::kDouble).item<double>();
  if (phase.uses_data) turn.rows = stepper_.rows(phase);
  if (sample_) {
    const std::int64_t batch = session_.config().integer("optimizer.batch_size");
    if (*sample_ < 0 || *sample_ >= batch) {
      throw Error("error: --sample " + std::to_string(*sample_) + ": the batch has samples 0 to " +
                      std::to_string(batch - 1) + ".",
                  ExitCode::usage);
    }
    const auto& labels = session_.data().train.labels;
    if (!turn.rows.empty() && !labels.empty()) {
      const std::int64_t row = turn.rows[static_cast<std::size_t>(*sample_)];
      turn.label = labels[static_cast<std::size_t>(row)];
    }
  }
  for (const auto& [key, m] :
       phase_values(phase.name,
                    {.terms = terms, .loss = evaluation.loss, .loss_key = evaluation.loss_key})
           .moments) {
    if (key == evaluation.loss_key) turn.loss_moments = m;
  }
  add_terms(turn, terms);
  double weighted = 0.0, largest = 0.0;
  for (const TermAccount* term : turn.weighted()) {
    const double part = term->weight * term->moments.mean;
    weighted += part;
    largest = std::max(largest, std::abs(part));
  }
  turn.value_check = judge({.id = "V1" + suffix(turn.loss_key),
                            .kind = IdentityKind::exact,
                            .statement = "Σ weight·term = the loss that is back-propagated",
                            .sides = {}},
                           {.lhs = weighted, .rhs = turn.loss, .se = 0.0, .scale = largest});
  turns_.push_back(std::move(turn));
  return evaluation;
}

void Witness::add_gradients(TurnAccount& turn, const Phase& phase,
                            const std::vector<Tensor>& total) {
  const std::vector<Tensor> own = parameters(phase);
  std::vector<Tensor> rest = total;
  double largest = std::sqrt(sum(squares(total)));
  for (const Term& term : stepper_.terms(phase)) {
    if (!term.values.requires_grad()) continue;
    const std::vector<Tensor> gradient = elbow::gradients(at::mean(term.values), own, false, true);
    const auto account = std::find_if(turn.terms.begin(), turn.terms.end(),
                                      [&](const TermAccount& t) { return t.name == term.name; });
    if (account == turn.terms.end()) continue;  // a family has no weight
    account->squared = squares(gradient);
    for (std::size_t i = 0; i < total.size(); ++i) {
      account->along.push_back(inner_product(gradient[i], total[i]));
    }
    largest = std::max(largest, std::abs(term.weight) * std::sqrt(sum(account->squared)));
    for (std::size_t i = 0; i < rest.size() && term.weight != 0.0; ++i) {
      rest[i] = at::sub(rest[i], gradient[i], term.weight);
    }
    if (account->sample) {
      account->sample_squared = squares(
          elbow::gradients(term.values.reshape({-1}).select(0, *sample_), own, false, true));
    }
  }
  const double difference = std::sqrt(sum(squares(rest)));
  turn.gradient_check = judge({.id = "G8" + suffix(turn.loss_key),
                               .kind = IdentityKind::exact,
                               .statement = "‖∇ loss − Σ weight·∇ term‖ / largest norm = 0",
                               .sides = {}},
                              {.lhs = largest > 0.0 ? difference / largest : difference,
                               .rhs = 0.0,
                               .se = 0.0,
                               .scale = 1.0});
}

std::vector<Tensor> Witness::gradients(const Phase& phase, const Evaluation& evaluation, bool) {
  // The graph is kept for the terms; it goes with the evaluation.
  std::vector<Tensor> total = stepper_.gradients(phase, evaluation, true);
  TurnAccount& turn = last_of(phase.name);
  std::size_t i = 0;
  for (const std::string& network : phase.networks) {
    for (const NamedTensor& p : session_.networks().at(network).parameters()) {
      turn.parameters.push_back({.network = network,
                                 .name = network + "." + p.name,
                                 .shape = shape_text(p.tensor),
                                 .count = p.tensor.numel(),
                                 .squared_gradient = squared_norm(total[i++])});
    }
  }
  add_gradients(turn, phase, total);
  return total;
}

void Witness::apply(const Phase& phase, std::vector<Tensor> gradients) {
  TurnAccount& turn = last_of(phase.name);
  const std::vector<Tensor> own = parameters(phase);
  std::vector<Tensor> before;
  for (const Tensor& p : own) before.push_back(p.detach().clone());
  const OptimizerSettings settings = optimizer_settings(session_.config(), phase.name);
  turn.learning_rate = settings.lr.at(stepper_.steps());
  const double norm = std::sqrt(sum(squares(gradients)));
  if (settings.clip > 0.0 && norm > settings.clip) turn.clipping = settings.clip / norm;
  const std::vector<Tensor> kept = gradients;
  stepper_.apply(phase, std::move(gradients));
  for (std::size_t i = 0; i < own.size(); ++i) {
    const Tensor change = at::sub(own[i].detach(), before[i]);
    turn.parameters[i].squared_weights = squared_norm(before[i]);
    turn.parameters[i].squared_update = squared_norm(change);
    turn.parameters[i].along = inner_product(kept[i], change);
  }
}

}  // namespace

std::vector<const TermAccount*> TurnAccount::weighted() const {
  std::vector<const TermAccount*> all;
  for (const TermAccount& term : terms) {
    if (term.weight != 0.0) all.push_back(&term);
  }
  return all;
}

bool StepAccount::holds() const {
  return std::all_of(turns.begin(), turns.end(), [](const TurnAccount& turn) {
    return turn.value_check.verdict == Verdict::holds &&
           turn.gradient_check.verdict == Verdict::holds;
  });
}

StepAccount account_for_step(Session& session, Stepper& stepper,
                             std::optional<std::int64_t> sample) {
  StepAccount account;
  account.step = stepper.steps() + 1;
  account.epoch = stepper.epoch();
  Witness witness(session, stepper, sample);
  stepper.step(true, witness);
  account.turns = std::move(witness).turns();
  return account;
}

}  // namespace elbow
