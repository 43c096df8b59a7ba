#include "training/evaluation.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "core/error.h"
#include "math/host.h"
#include "math/moments.h"
#include "math/torch_compat.h"
#include "training/loss_weights.h"

namespace elbow {
namespace {

/// One entry of a plain term; one a row of a family.
void add_moments(std::vector<std::pair<std::string, Moments>>& out, const Term& term) {
  if (!term.name.ends_with("/*")) {
    out.emplace_back(term.name, moments(term.values));
    return;
  }
  const std::string stem = term.name.substr(0, term.name.size() - 1);
  std::size_t j = 0;
  for (const Moments& m : row_moments(term.values)) {
    out.emplace_back(stem + std::to_string(j++), m);
  }
}

/// sum += weight * values.
void add_weighted(std::vector<double>& sum, const Term& term) {
  const std::vector<double> values = to_doubles(term.values);
  sum.resize(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) sum[i] += term.weight * values[i];
}

/// Moments of sum_k w_k t_k, per sample where all terms are of one size.
Moments loss_moments(const Evaluation& evaluation) {
  Moments loss = moments(evaluation.loss);
  const Term* first = nullptr;
  bool aligned = true;
  std::vector<double> sum;
  double variance = 0.0;
  for (const Term& term : evaluation.terms) {
    if (term.weight == 0.0) continue;
    if (first == nullptr) first = &term;
    aligned = aligned && term.values.sizes() == first->values.sizes();
    if (!aligned) break;
    add_weighted(sum, term);
  }
  if (first == nullptr) return loss;
  if (aligned) {
    const Moments m = moments(sum.data(), static_cast<std::int64_t>(sum.size()));
    loss.se = m.se;
    loss.count = m.count;
    return loss;
  }
  for (const Term& term : evaluation.terms) {
    if (term.weight == 0.0) continue;
    const Moments m = moments(term.values);
    variance += term.weight * term.weight * m.se * m.se;
    loss.count = std::max(loss.count, m.count);
  }
  loss.se = std::sqrt(variance);
  return loss;
}

/// effective_beta, and theta where the likelihood has one variance.
void add_loss_weights(const Evaluation& evaluation, PhaseValues& out) {
  const auto weights = loss_weights(evaluation);
  if (!weights) return;
  const double beta = effective_beta(*weights);
  out.moments.emplace_back("effective_beta", Moments{beta, 0.0, 1});
  for (const Term& term : evaluation.terms) {
    if (term.name != "sigma") continue;
    const double sigma = term.values.item<double>();
    out.moments.emplace_back("theta", Moments{beta * sigma * sigma, 0.0, 1});
  }
}

/// Counts within a batch, from which no count of the split follows.
bool is_batch_count(const std::string& key) { return key == "active_units"; }

/// A member of a family: "kl/dim/7".
bool is_numbered(const std::string& key) {
  const std::size_t slash = key.rfind('/');
  return slash != std::string::npos && slash + 1 < key.size() &&
         key.find_first_not_of("0123456789", slash + 1) == std::string::npos;
}

/// Means of a split from means of its batches; extremes of it from theirs.
class Pool {
 public:
  void add(const std::string& key, const Moments& m, std::int64_t batch) {
    if (is_batch_count(key)) return;
    auto [entry, fresh] = totals_.try_emplace(key, Total{m, batch});
    if (fresh) return;
    Total& total = entry->second;
    if (key.ends_with("/min")) {
      total.moments.mean = std::min(total.moments.mean, m.mean);
    } else if (key.ends_with("/max")) {
      total.moments.mean = std::max(total.moments.mean, m.mean);
    } else if (total.moments.count == total.samples && m.count == batch) {
      total.moments = pool(total.moments, m);
    } else {
      // One number a batch: no standard error over samples, but the right weight.
      const double share = static_cast<double>(batch) / static_cast<double>(total.samples + batch);
      total.moments.mean += (m.mean - total.moments.mean) * share;
      total.moments.se = 0.0;
      total.moments.count = 1;
    }
    total.samples += batch;
  }
  void write(Values& values) const {
    for (const auto& [key, total] : totals_) values.set(key, total.moments);
  }

 private:
  struct Total {
    Moments moments;
    std::int64_t samples;
  };
  std::map<std::string, Total> totals_;
};

}  // namespace

PhaseValues phase_values(const std::string& phase, const Evaluation& evaluation) {
  PhaseValues out{.phase = phase, .moments = {}, .weights = {}};
  out.moments.reserve(evaluation.terms.size() + 1);
  for (const Term& term : evaluation.terms) {
    add_moments(out.moments, term);
    if (term.weight != 0.0) out.weights.emplace_back(term.name, term.weight);
  }
  if (evaluation.loss.defined()) {
    out.moments.emplace_back(evaluation.loss_key, loss_moments(evaluation));
    add_loss_weights(evaluation, out);
  }
  return out;
}

void add_to(Values& values, const PhaseValues& phase) {
  for (const auto& [key, m] : phase.moments) values.set(key, m);
  for (const auto& [key, weight] : phase.weights) values.set_weight(phase.phase, key, weight);
}

std::string phase_of_loss(const std::string& loss_key, const std::vector<Phase>& phases) {
  if (loss_key.starts_with("loss/")) return loss_key.substr(5);
  return phases.empty() ? "" : phases.front().name;
}

void add_penalties(std::vector<PhasePenalty>& penalties, const std::string& phase,
                   Evaluation& evaluation, const Context& context, at::Generator& noise) {
  for (PhasePenalty& entry : penalties) {
    if (entry.penalty->phase() != phase) continue;
    Evaluation added = entry.penalty->evaluate(evaluation, context, noise);
    for (Term& term : added.terms) evaluation.terms.push_back(std::move(term));
    if (added.loss.defined()) evaluation.loss = evaluation.loss + added.loss;
  }
}

namespace {

/// With the weights as they are.
Values pass_over(Session& session, const Split& split, std::int64_t step, std::int64_t batch_size) {
  at::Generator noise = session.generators().fresh("evaluation");
  const std::uint64_t key = session.generators().seed("evaluation");
  Pool pool;
  Values values;
  for (std::int64_t begin = 0; begin < split.count; begin += batch_size) {
    const std::int64_t count = std::min(batch_size, split.count - begin);
    std::vector<std::int64_t> indices(static_cast<std::size_t>(count));
    std::iota(indices.begin(), indices.end(), begin);
    // The counter is the first index: which noise an image meets depends on the batches alone.
    DataBatch data = session.examples(split, indices, key, static_cast<std::uint64_t>(begin));
    const Batch batch{.x = data.x, .labels = data.labels};
    const Context context{.networks = session.networks(),
                          .batch = batch,
                          .latent = noise,
                          .batch_size = count,
                          .step = step,
                          .mode = Mode::eval,
                          .instruments = true};
    std::vector<Evaluation> evaluations;
    {
      const NoGrad no_grad;
      evaluations = session.objective().assess(context);
    }
    for (Evaluation& evaluation : evaluations) {
      const std::string phase = phase_of_loss(evaluation.loss_key, session.phases());
      if (evaluation.real.defined() || evaluation.fake.defined()) {
        add_penalties(session.penalties(), phase, evaluation, context, noise);
      }
      const PhaseValues part = phase_values(phase, evaluation);
      for (const auto& [name, m] : part.moments) pool.add(name, m, count);
      if (begin == 0) {
        for (const auto& [name, weight] : part.weights) values.set_weight(phase, name, weight);
      }
    }
  }
  pool.write(values);
  return values;
}

}  // namespace

Values evaluate_split(Session& session, const Split& split, std::int64_t step,
                      std::int64_t batch_size) {
  if (split.count == 0) throw Error("A pass over an empty split has no mean.");
  if (session.ema() == nullptr) return pass_over(session, split, step, batch_size);
  const Values live = pass_over(session, split, step, batch_size);
  const EmaScope averaged(session.ema());
  Values values = pass_over(session, split, step, batch_size);
  for (const auto& [key, m] : live.all()) {
    if (!is_numbered(key)) values.set("live/" + key, m);
  }
  return values;
}

}  // namespace elbow
