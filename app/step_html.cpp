#include <cmath>
#include <cstdio>

#include "app/step_view.h"
#include "app/text.h"
#include "core/html.h"
#include "instrumentation/text.h"

namespace elbow::app {
namespace {

constexpr const char* kStyle = R"css(
:root { color-scheme: light dark; --line: #8884; --c0: #0072b2; --c1: #d55e00; --c2: #009e73;
  --c3: #cc79a7; --c4: #b8860b; --c5: #56b4e9; }
@media (prefers-color-scheme: dark) { :root { --c0: #56b4e9; --c1: #ff9d5c; --c2: #2fd3a4;
  --c3: #e8a3cb; --c4: #f0d060; --c5: #8fd0f5; } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
.equation { font: 1.05rem/1.8 ui-monospace, monospace; overflow-x: auto; white-space: nowrap; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; margin: .6rem 0; font-variant-numeric: tabular-nums; }
th, td { padding: .2rem .7rem; border-bottom: 1px solid var(--line); text-align: right; }
th:first-child, td:first-child, .l { text-align: left; }
td.none { opacity: .5; } .bad { color: #d00; font-weight: bold; }
.bar { display: inline-block; height: .7em; background: currentColor; vertical-align: baseline; }
.against { background: none; box-sizing: border-box; border: 1.5px dashed currentColor; }
.t0 { color: var(--c0); } .t1 { color: var(--c1); } .t2 { color: var(--c2); }
.t3 { color: var(--c3); } .t4 { color: var(--c4); } .t5 { color: var(--c5); }
)css";

std::string number(double value) { return significant(value, 6); }

std::string cell(const std::string& text, const std::string& kind = "") {
  return (kind.empty() ? "<td>" : "<td class=\"" + kind + "\">") + text + "</td>";
}

std::string norm_cell(double norm) {
  return norm == 0.0 ? cell("none", "none") : cell(significant(norm, 4));
}

std::string header(const std::vector<std::string>& names) {
  std::string row = "<tr>";
  for (const std::string& name : names) row += "<th scope=\"col\">" + name + "</th>";
  return row + "</tr>\n";
}

std::string colour(std::size_t i) { return "t" + std::to_string(i % 6); }

std::string verdict(const CheckResult& check, const std::string& text) {
  const bool holds = check.verdict == Verdict::holds;
  return "<p" + std::string(holds ? "" : " class=\"bad\"") + ">" + escape_html(check.id) + " " +
         std::string(to_string(check.verdict)) + ": " + escape_html(text) + "</p>\n";
}

/// Symbols above numbers, each term in its colour.
std::string equation(const StepView& view, const TurnAccount& turn) {
  std::string symbols = escape_html(symbol_of(view, turn.loss_key)) + " =";
  double products = 0.0;
  std::string numbers;
  const auto terms = turn.weighted();
  for (std::size_t i = 0; i < terms.size(); ++i) {
    const TermAccount& term = *terms[i];
    const std::string sign = term.weight < 0.0 ? " − " : i > 0 ? " + " : " ";
    const std::string weight = number(std::abs(term.weight)) + " × ";
    const std::string open = "<span class=\"" + colour(i) + "\">";
    symbols += sign + weight + open + escape_html(symbol_of(view, term.name)) + "</span>";
    numbers += sign + weight + open + "(" + shown_text(view, term) + ")</span>";
    products += term.weight * shown(view, term);
  }
  return "<div class=\"equation\">" + symbols + "<br>" +
         number(view.sample ? products : turn.loss) + " =" + numbers + "</div>\n";
}

std::string term_table(const StepView& view, const TurnAccount& turn) {
  std::string out = "<div class=\"scroll\"><table>\n" +
                    header({"term", "symbol", "weight",
                            view.sample ? "value of the sample" : "mean ± standard error",
                            "weight × value", "unit"});
  double sum = 0.0;
  const auto terms = turn.weighted();
  for (std::size_t i = 0; i < terms.size(); ++i) {
    const TermAccount& term = *terms[i];
    const TermEntry* entry = view.terms.find(term.name);
    sum += term.weight * shown(view, term);
    out += "<tr>" + cell(escape_html(term.name), colour(i)) +
           cell(escape_html(symbol_of(view, term.name))) + cell(number(term.weight)) +
           cell(shown_text(view, term)) + cell(number(term.weight * shown(view, term))) +
           cell(entry == nullptr ? "" : escape_html(entry->term.unit)) + "</tr>\n";
  }
  out += "<tr>" + cell("sum") + cell("") + cell("") + cell("") + cell(number(sum)) + cell("") +
         "</tr>\n<tr>" + cell(escape_html(turn.loss_key) + " that is back-propagated (batch)") +
         cell("") + cell("") + cell("") + cell(number(turn.loss)) + cell("") +
         "</tr>\n</table></div>\n";
  return out + verdict(turn.value_check,
                       "the weighted terms of the batch sum to the loss, difference " +
                           significant(turn.value_check.residual, 2) + ", rounding allows " +
                           significant(turn.value_check.tolerance, 2));
}

std::string gradient_table(const StepView& view, const TurnAccount& turn) {
  const auto terms = turn.weighted();
  const auto groups = groups_of(turn, view.by_parameter);
  std::vector<std::string> names = {view.sample ? "‖∇ term of the sample‖" : "‖∇ mean term‖"};
  for (const TermAccount* term : terms) names.push_back(escape_html(term->name));
  names.push_back("‖∇ loss‖");
  std::string out = "<div class=\"scroll\"><table>\n" + header(names);
  std::vector<double> loss;
  for (const ParameterAccount& p : turn.parameters) loss.push_back(p.squared_gradient);
  for (const ParameterGroup& group : groups) {
    out += "<tr>" + cell(escape_html(group.name));
    for (const TermAccount* term : terms) {
      out += norm_cell(norm_over(view.sample ? term->sample_squared : term->squared, group));
    }
    out += norm_cell(norm_over(loss, group)) + "</tr>\n";
  }
  out += "<tr>" + cell("share of ∇ loss (batch)");
  double sum = 0.0;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    const double share = share_of(turn, *terms[i]);
    sum += share;
    char text[192];
    // Hollow where it is negative: the term pulls against the sum.
    std::snprintf(text, sizeof text, "%.1f %% <span class=\"%s\" style=\"width:%.1fem\"></span>",
                  100.0 * share, share < 0.0 ? "bar against" : "bar",
                  std::isfinite(share) ? std::min(4.0, 4.0 * std::abs(share)) : 0.0);
    out += cell(text, colour(i));
  }
  out += cell(significant(100.0 * sum, 4) + " %") + "</tr>\n</table></div>\n";
  return out + verdict(turn.gradient_check,
                       "the gradients of the weighted terms sum to that of the loss, to " +
                           significant(turn.gradient_check.lhs, 2) + " of the largest norm");
}

std::string update_table(const StepView& view, const TurnAccount& turn) {
  std::string out = "<p>Update by " + escape_html(view.optimizer) + ", learning rate " +
                    number(turn.learning_rate) + "</p>\n<div class=\"scroll\"><table>\n" +
                    header({"", "numbers", "‖θ‖", "‖∇ loss‖", "‖Δθ‖", "‖Δθ‖/‖θ‖"});
  double along = 0.0;
  for (const ParameterGroup& group : groups_of(turn, view.by_parameter)) {
    double gradient = 0.0, weights = 0.0, update = 0.0;
    std::int64_t count = 0;
    for (std::size_t i = group.begin; i < group.end; ++i) {
      const ParameterAccount& p = turn.parameters[i];
      gradient += p.squared_gradient;
      weights += p.squared_weights;
      update += p.squared_update;
      count += p.count;
      along += p.along;
    }
    out += "<tr>" + cell(escape_html(group.name)) + cell(with_commas(count)) +
           norm_cell(std::sqrt(weights)) + norm_cell(std::sqrt(gradient)) +
           norm_cell(std::sqrt(update)) +
           cell(weights > 0.0 ? significant(std::sqrt(update / weights), 3) : "") + "</tr>\n";
  }
  return out + "</table></div>\n<p>⟨∇ loss, Δθ⟩ = " + number(along) +
         ": what the update changes this batch's loss by, to first order.</p>\n";
}

std::string other_table(const StepView& view, const TurnAccount& turn) {
  std::string rows;
  for (const TermAccount& term : turn.terms) {
    if (term.weight != 0.0) continue;
    const TermEntry* entry = view.terms.find(term.name);
    rows += "<tr>" + cell(escape_html(term.name)) +
            cell(escape_html(symbol_of(view, term.name)), "l") +
            cell(view.sample && term.sample ? number(*term.sample)
                                            : with_error(term.moments.mean, term.moments.se)) +
            cell(entry == nullptr ? "" : escape_html(entry->term.unit)) +
            cell(entry == nullptr ? "" : escape_html(entry->term.meaning), "l") + "</tr>\n";
  }
  if (rows.empty()) return {};
  return "<details><summary>Also on this batch, outside the loss</summary><div class=\"scroll\">"
         "<table>\n" +
         header({"term", "symbol", "value", "unit", "says"}) + rows + "</table></div></details>\n";
}

}  // namespace

std::string step_html(const StepView& view) {
  const std::string title = "Step " + with_commas(view.account.step) + " of " + view.source;
  std::string out =
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n<meta name=\"viewport\" "
      "content=\"width=device-width, initial-scale=1\">\n<title>" +
      escape_html(title) + "</title>\n<style>" + kStyle + "</style></head><body>\n<h1>" +
      escape_html(title) + "</h1>\n<p>" +
      escape_html(view.family + " " + view.objective + ", batch of " +
                  std::to_string(view.batch_size) + " from " + view.data + "; from " + view.from) +
      "</p>\n<table>\n";
  for (const auto& [name, text] : view.equations) {
    out += "<tr>" + cell(escape_html(name)) + cell(escape_html(text), "l") + "</tr>\n";
  }
  for (const auto& [symbol, value] : view.symbols) {
    out += "<tr>" + cell(escape_html(symbol)) + cell(escape_html(value), "l") + "</tr>\n";
  }
  out += "</table>\n";
  for (const TurnAccount& turn : view.account.turns) {
    out += "<h2>" + escape_html(turn.phase + " (" + join(turn.networks, ", ") + ")");
    if (view.sample) out += ", sample " + std::to_string(*view.sample);
    if (turn.label) out += ", label " + std::to_string(*turn.label);
    out += "</h2>\n" + equation(view, turn) + term_table(view, turn) + gradient_table(view, turn) +
           update_table(view, turn) + other_table(view, turn);
  }
  return out + "</body></html>\n";
}

}  // namespace elbow::app
