#include "app/step_view.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "app/table.h"
#include "app/text.h"
#include "instrumentation/text.h"

namespace elbow::app {
namespace {

std::string minus(std::string text) {
  for (auto at = text.find('-'); at != std::string::npos; at = text.find('-', at)) {
    if (at > 0 && text[at - 1] == 'e') {
      ++at;
      continue;
    }
    text.replace(at, 1, "−");
  }
  return text;
}

std::string number(double value) { return minus(significant(value, 6)); }

std::string percent(double share) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f %%", 100.0 * share);
  return minus(text);
}

std::string norm(double value) { return value == 0.0 ? "none" : minus(significant(value, 4)); }

std::string sum_check(const CheckResult& check) {
  return check.id + " " + std::string(to_string(check.verdict)) + ": difference " +
         minus(significant(check.residual, 2)) + ", rounding allows " +
         significant(check.tolerance, 2);
}

std::string heading(const TurnAccount& turn) {
  return turn.phase + " (" + join(turn.networks, ", ") + ")";
}

void add_terms(std::string& out, const StepView& view, const TurnAccount& turn) {
  Table table("llrrr");
  table.add({"term", "symbol", "weight", view.sample ? "of the sample" : "mean ± se",
             "weight × " + std::string(view.sample ? "value" : "mean")});
  double products = 0.0;
  for (const TermAccount* term : turn.weighted()) {
    const double value = shown(view, *term);
    products += term->weight * value;
    table.add({term->name, symbol_of(view, term->name), number(term->weight),
               shown_text(view, *term), number(term->weight * value)});
  }
  if (view.sample) {
    table.add({"sum: what this sample adds to the batch's mean, " +
                   std::to_string(view.batch_size) + " of them",
               "", "", "", number(products)});
  } else {
    table.add({"sum", "", "", "", number(turn.value_check.lhs)});
    table.add(
        {turn.loss_key + ", the scalar that is back-propagated", "", "", "", number(turn.loss)});
  }
  out += table.text("  ");
  out += "  " + sum_check(turn.value_check) + (view.sample ? " (over the batch)" : "") + "\n";
}

void add_gradients(std::string& out, const StepView& view, const TurnAccount& turn) {
  const std::vector<ParameterGroup> groups = groups_of(turn, view.by_parameter);
  const std::vector<const TermAccount*> terms = turn.weighted();
  const bool one = view.sample.has_value();
  Table table("l" + std::string(terms.size() + 1, 'r'));
  std::vector<std::string> head = {one ? "‖∇ term of the sample‖" : "‖∇ mean term‖"};
  for (const TermAccount* term : terms) head.push_back(term->name);
  head.push_back("‖∇ loss‖");
  table.add(head);
  std::vector<double> loss;
  for (const ParameterAccount& p : turn.parameters) loss.push_back(p.squared_gradient);
  const auto row = [&](const ParameterGroup& group) {
    std::vector<std::string> cells = {group.name};
    for (const TermAccount* term : terms) {
      cells.push_back(norm(norm_over(one ? term->sample_squared : term->squared, group)));
    }
    cells.push_back(norm(norm_over(loss, group)));
    return cells;
  };
  for (const ParameterGroup& group : groups) table.add(row(group));
  if (groups.size() > 1) table.add(row({"all", 0, turn.parameters.size()}));
  if (!one) {
    std::vector<std::string> shares = {"share of ∇ loss"};
    double sum = 0.0;
    for (const TermAccount* term : terms) {
      shares.push_back(percent(share_of(turn, *term)));
      sum += share_of(turn, *term);
    }
    shares.push_back(percent(sum));
    table.add(shares);
  }
  out += "\n" + table.text("  ");
  out += "  " + turn.gradient_check.id + " " + std::string(to_string(turn.gradient_check.verdict)) +
         ": ‖∇ loss − Σ weight·∇ term‖ is " + significant(turn.gradient_check.lhs, 2) +
         " of the largest norm; norms are without the weight\n";
}

void add_update(std::string& out, const StepView& view, const TurnAccount& turn) {
  out += "\n  update: " + view.optimizer + ", learning rate " + number(turn.learning_rate);
  if (turn.clipping != 1.0) out += ", gradient clipped to " + percent(turn.clipping);
  out += "\n";
  Table table("lrrrrr");
  table.add({"", "numbers", "‖θ‖", "‖∇ loss‖", "‖Δθ‖", "‖Δθ‖/‖θ‖"});
  const auto row = [&](const ParameterGroup& group) {
    double gradient = 0.0, weights = 0.0, update = 0.0;
    std::int64_t count = 0;
    for (std::size_t i = group.begin; i < group.end; ++i) {
      const ParameterAccount& p = turn.parameters[i];
      gradient += p.squared_gradient;
      weights += p.squared_weights;
      update += p.squared_update;
      count += p.count;
    }
    table.add({group.name, with_commas(count), norm(std::sqrt(weights)), norm(std::sqrt(gradient)),
               norm(std::sqrt(update)),
               weights > 0.0 ? significant(std::sqrt(update / weights), 3) : "-"});
  };
  const std::vector<ParameterGroup> groups = groups_of(turn, view.by_parameter);
  for (const ParameterGroup& group : groups) row(group);
  if (groups.size() > 1) row({"all", 0, turn.parameters.size()});
  out += table.text("  ");
  double along = 0.0;
  for (const ParameterAccount& p : turn.parameters) along += p.along;
  out += "  ⟨∇ loss, Δθ⟩ = " + number(along) +
         ": what the update changes this batch's loss by, to first order\n";
}

void add_others(std::string& out, const StepView& view, const TurnAccount& turn) {
  Table table("llrl");
  for (const TermAccount& term : turn.terms) {
    if (term.weight != 0.0) continue;
    const TermEntry* entry = view.terms.find(term.name);
    const bool own = view.sample && term.sample;
    table.add({term.name, symbol_of(view, term.name),
               own ? number(*term.sample) : with_error(term.moments.mean, term.moments.se),
               entry == nullptr ? "" : entry->term.unit});
  }
  if (table.empty()) return;
  out += "\n  also on this batch, outside the loss\n" + table.text("  ");
}

}  // namespace

double shown(const StepView& view, const TermAccount& term) {
  return view.sample ? term.sample.value_or(term.moments.mean) : term.moments.mean;
}

std::string shown_text(const StepView& view, const TermAccount& term) {
  if (!view.sample) return with_error(term.moments.mean, term.moments.se);
  return number(shown(view, term)) + (term.sample ? "" : " (of the batch)");
}

std::vector<ParameterGroup> groups_of(const TurnAccount& turn, bool by_parameter) {
  std::vector<ParameterGroup> groups;
  for (std::size_t i = 0; i < turn.parameters.size(); ++i) {
    const ParameterAccount& p = turn.parameters[i];
    if (by_parameter) {
      groups.push_back({p.name + " " + p.shape, i, i + 1});
    } else if (groups.empty() || groups.back().name != p.network) {
      groups.push_back({p.network, i, i + 1});
    } else {
      groups.back().end = i + 1;
    }
  }
  return groups;
}

double norm_over(const std::vector<double>& squared, const ParameterGroup& group) {
  double sum = 0.0;
  for (std::size_t i = group.begin; i < std::min(group.end, squared.size()); ++i) sum += squared[i];
  return std::sqrt(sum);
}

double share_of(const TurnAccount& turn, const TermAccount& term) {
  double along = 0.0, squared = 0.0;
  for (const double value : term.along) along += value;
  for (const ParameterAccount& p : turn.parameters) squared += p.squared_gradient;
  return squared > 0.0 ? term.weight * along / squared : 0.0;
}

std::string symbol_of(const StepView& view, const std::string& key) {
  const TermEntry* entry = view.terms.find(key);
  return entry == nullptr || entry->term.symbol.empty() ? key : entry->term.symbol;
}

std::string with_error(double mean, double se) {
  if (!(se > 0.0) || !std::isfinite(se) || !std::isfinite(mean)) return number(mean);
  const int decimals = std::clamp(1 - static_cast<int>(std::floor(std::log10(se))), 0, 12);
  char text[96];
  std::snprintf(text, sizeof text, "%.*f ± %.*f", decimals, mean, decimals, se);
  return minus(text);
}

EquationLines equation_lines(const StepView& view, const TurnAccount& turn) {
  EquationLines lines;
  double products = 0.0;
  for (const TermAccount* term : turn.weighted()) {
    const double value = shown(view, *term);
    const bool first = lines.symbols.empty();
    const std::string weight = number(first ? term->weight : std::abs(term->weight));
    const std::string join = first ? "" : term->weight < 0.0 ? " − " : " + ";
    const std::string symbol = symbol_of(view, term->name);
    const bool signed_symbol = symbol.starts_with("−") || symbol.starts_with("-");
    lines.symbols += join + weight + " × " + (signed_symbol ? "(" + symbol + ")" : symbol);
    lines.numbers += join + weight + " × (" + shown_text(view, *term) + ")";
    const double product = term->weight * value;
    const std::string sign = product < 0.0 ? " − " : " + ";
    lines.products += first ? number(product) : sign + number(std::abs(product));
    products += product;
  }
  const double shown = view.sample ? products : turn.loss;
  const std::string left = number(shown) + " = ";
  const std::string symbol = symbol_of(view, turn.loss_key);
  lines.symbols = symbol + (view.sample ? " of the sample = " : " = ") + lines.symbols;
  lines.numbers = left + lines.numbers;
  lines.products = left + lines.products;
  return lines;
}

std::string step_text(const StepView& view) {
  const StepAccount& account = view.account;
  std::string out = "step " + with_commas(account.step) + " of " + view.source + ", from " +
                    view.from + "\n" + view.family + " " + view.objective + ", batch of " +
                    std::to_string(view.batch_size) + " from " + view.data + "\n\n";
  Table equations("ll");
  for (const auto& [name, equation] : view.equations) equations.add({name, equation});
  out += equations.text("  ");
  std::vector<std::string> symbols;
  for (const auto& [symbol, value] : view.symbols) symbols.push_back(symbol + " = " + value);
  if (!symbols.empty()) out += "  with " + join(symbols, ", ") + "\n";
  for (const TurnAccount& turn : account.turns) {
    out += "\n" + heading(turn);
    if (view.sample) {
      out += ", sample " + std::to_string(*view.sample);
      if (!turn.rows.empty()) {
        out += ": row " + std::to_string(turn.rows[static_cast<std::size_t>(*view.sample)]) +
               " of the training split";
      }
      if (turn.label) out += ", label " + std::to_string(*turn.label);
    }
    const EquationLines lines = equation_lines(view, turn);
    out += "\n  " + lines.symbols + "\n  " + lines.numbers + "\n  " + lines.products + "\n\n";
    add_terms(out, view, turn);
    add_gradients(out, view, turn);
    add_update(out, view, turn);
    add_others(out, view, turn);
  }
  return out;
}

}  // namespace elbow::app
