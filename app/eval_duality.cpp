// The duality gap of a GAN, as a metric of `elbow eval`.
#include <string>
#include <utility>

#include "app/eval_metrics.h"
#include "instrumentation/text.h"
#include "math/estimators/duality_gap.h"
#include "math/statistics/mean_estimate.h"
#include "training/best_response.h"

namespace elbow::app {
namespace {

std::string answer_note(const std::string& player, const BestResponse& answer) {
  std::string text = player + "'s copy after " + with_commas(answer.steps) + " steps";
  if (answer.steps == 0) text = "no copy of the " + player + " did better";
  return text + (answer.diverged ? " (then it diverged)" : "");
}

std::string method_note(const EvalOptions& options, const BestResponses& answers) {
  return "V = −L_D without penalties; up to " + with_commas(options.inner_steps) +
         " steps of each player from copies; " +
         with_commas(static_cast<std::int64_t>(answers.start.value.size())) +
         " held-out images with as many samples, answers chosen by " + with_commas(answers.judged) +
         " others";
}

Measurement gap_row(const std::string& quantity, Estimate estimate, const std::string& note,
                    const std::string& meaning) {
  estimate.note += (estimate.note.empty() ? "" : "; ") + note;
  return {quantity, "duality_gap", std::move(estimate), meaning};
}

/// Twice the divergence bounds the gap from below where some generator can be the data, since then
/// min V(G', D) <= -2 ln 2 at any D: less says that the generator's copy is not there yet.
std::string shortfall(const Estimate& gap, const BestResponses& answers) {
  const auto& bounds = answers.discriminator.payoffs.bounds;
  const auto found = bounds.find("jensen_shannon/lower");
  if (found == bounds.end()) return "";
  const double least = 2.0 * mean_estimate(found->second).value;
  if (gap.value + 4.0 * gap.se.value_or(0.0) >= least) return "";
  return "; below 2 JSD ≥ " + significant(least, 3) +
         ": more --inner-steps, or no generator of this kind can be the data";
}

/// The objective's bounds at the discriminator that answered.
void add_fitted_bounds(const BestResponses& answers, std::vector<Measurement>& rows) {
  for (const auto& [term, values] : answers.discriminator.payoffs.bounds) {
    Estimate bound = mean_estimate(values);
    bound.bias = Bias::lower;
    bound.note = answer_note("discriminator", answers.discriminator);
    rows.push_back({term + "/fitted", "mean of the objective's term", std::move(bound),
                    "the held-out bound from the discriminator that went on training"});
  }
}

std::vector<Measurement> measure(const EvalContext& context) {
  const EvalOptions& options = context.options;
  const BestResponses answers =
      best_responses(context.session, held_out(context.session),
                     {.steps = options.inner_steps,
                      .seed = options.seed,
                      .progress = [&](const std::string& player, double done) {
                        const double before = player == "generator" ? 0.5 : 0.0;
                        context.work.at("best response of the " + player, before + 0.5 * done);
                      }});
  const DualityGap gap = duality_gap(answers.start.value, answers.discriminator.payoffs.value,
                                     answers.generator.payoffs.value);
  std::vector<Measurement> rows = {
      gap_row("duality_gap", gap.gap, method_note(options, answers) + shortfall(gap.gap, answers),
              "what both players still gain alone; 0 at an equilibrium"),
      gap_row("duality_gap/discriminator", gap.discriminator,
              answer_note("discriminator", answers.discriminator),
              "V(G, D′) − V(G, D): what training D alone gains"),
      gap_row("duality_gap/generator", gap.generator, answer_note("generator", answers.generator),
              "V(G, D) − V(G′, D): what training G alone gains")};
  add_fitted_bounds(answers, rows);
  return rows;
}

}  // namespace

const Split& held_out(const Session& session) {
  return session.data().test.count > 0 ? session.data().test : session.data().valid;
}

EvalMetric duality_metric() {
  return {.name = "duality",
          .summary = "duality gap: what each player gains by training on alone",
          .settings =
              [](const Session& s, const EvalOptions& o) {
                return "held-out images=" + std::to_string(held_out(s).count) +
                       " inner steps=" + std::to_string(o.inner_steps) +
                       " seed=" + std::to_string(o.seed);
              },
          .run = measure};
}

}  // namespace elbow::app
