#include <cmath>
#include <nlohmann/json.hpp>

#include "app/step_view.h"

namespace elbow::app {
namespace {

using Json = nlohmann::ordered_json;

/// As everywhere: numbers that are not finite are strings.
Json number(double value) {
  if (std::isfinite(value)) return value;
  return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

Json check(const CheckResult& result) {
  return {{"id", result.id},
          {"statement", result.statement},
          {"lhs", number(result.lhs)},
          {"rhs", number(result.rhs)},
          {"residual", number(result.residual)},
          {"tolerance", number(result.tolerance)},
          {"verdict", to_string(result.verdict)}};
}

Json norms(const std::vector<double>& squared, const std::vector<ParameterGroup>& groups) {
  Json all = Json::object();
  for (const ParameterGroup& group : groups) all[group.name] = number(norm_over(squared, group));
  return all;
}

Json term_json(const StepView& view, const TurnAccount& turn, const TermAccount& term,
               const std::vector<ParameterGroup>& groups) {
  const TermEntry* entry = view.terms.find(term.name);
  Json json = {{"name", term.name},
               {"symbol", symbol_of(view, term.name)},
               {"unit", entry == nullptr ? "" : entry->term.unit},
               {"weight", number(term.weight)},
               {"mean", number(term.moments.mean)},
               {"se", term.moments.count > 1 ? number(term.moments.se) : Json(nullptr)}};
  if (term.sample) json["sample"] = number(*term.sample);
  if (term.squared.empty()) return json;
  json["gradient_norm"] = norms(term.squared, groups);
  json["share_of_gradient"] = number(share_of(turn, term));
  if (!term.sample_squared.empty()) {
    json["sample_gradient_norm"] = norms(term.sample_squared, groups);
  }
  return json;
}

Json parameters_json(const TurnAccount& turn, const std::vector<ParameterGroup>& groups) {
  Json all = Json::array();
  for (const ParameterGroup& group : groups) {
    ParameterAccount sum;
    for (std::size_t i = group.begin; i < group.end; ++i) {
      const ParameterAccount& p = turn.parameters[i];
      sum.count += p.count;
      sum.squared_gradient += p.squared_gradient;
      sum.squared_weights += p.squared_weights;
      sum.squared_update += p.squared_update;
      sum.along += p.along;
    }
    all.push_back({{"name", group.name},
                   {"count", sum.count},
                   {"weight_norm", number(std::sqrt(sum.squared_weights))},
                   {"gradient_norm", number(std::sqrt(sum.squared_gradient))},
                   {"update_norm", number(std::sqrt(sum.squared_update))},
                   {"loss_change_first_order", number(sum.along)}});
  }
  return all;
}

Json turn_json(const StepView& view, const TurnAccount& turn) {
  std::vector<ParameterGroup> groups;
  for (ParameterGroup group : groups_of(turn, view.by_parameter)) {
    group.name = group.name.substr(0, group.name.find(' '));  // without the shape
    groups.push_back(std::move(group));
  }
  const EquationLines lines = equation_lines(view, turn);
  Json json = {{"phase", turn.phase},
               {"networks", turn.networks},
               {"equation", {{"symbols", lines.symbols}, {"numbers", lines.numbers}}},
               {"loss",
                {{"key", turn.loss_key},
                 {"value", number(turn.loss)},
                 {"se", number(turn.loss_moments.se)}}},
               {"terms", Json::array()},
               {"checks", {check(turn.value_check), check(turn.gradient_check)}},
               {"learning_rate", number(turn.learning_rate)},
               {"clipping", number(turn.clipping)},
               {"parameters", parameters_json(turn, groups)}};
  for (const TermAccount& term : turn.terms) {
    json["terms"].push_back(term_json(view, turn, term, groups));
  }
  if (view.sample && !turn.rows.empty()) {
    json["row"] = turn.rows[static_cast<std::size_t>(*view.sample)];
  }
  if (turn.label) json["label"] = *turn.label;
  return json;
}

}  // namespace

std::string step_json(const StepView& view) {
  Json json = {{"source", view.source},
               {"from", view.from},
               {"family", view.family},
               {"objective", view.objective},
               {"step", view.account.step},
               {"epoch", number(view.account.epoch)},
               {"batch_size", view.batch_size},
               {"optimizer", view.optimizer},
               {"sample", view.sample ? Json(*view.sample) : Json(nullptr)},
               {"equations", Json::object()},
               {"symbols", Json::object()},
               {"turns", Json::array()}};
  for (const auto& [name, equation] : view.equations) json["equations"][name] = equation;
  for (const auto& [symbol, value] : view.symbols) json["symbols"][symbol] = value;
  for (const TurnAccount& turn : view.account.turns) {
    json["turns"].push_back(turn_json(view, turn));
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace elbow::app
