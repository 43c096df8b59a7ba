#include "core/config/check_value.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "core/schedule.h"
#include "core/text.h"

namespace elbow {
namespace {

std::string bound_text(double bound) {
  const bool whole = std::floor(bound) == bound && std::abs(bound) < 1e15;
  return whole ? std::to_string(static_cast<std::int64_t>(bound)) : to_toml(Value(bound));
}

std::optional<double> as_number(const Value& value) {
  if (const auto* real = std::get_if<double>(&value.data)) return *real;
  if (const auto* whole = std::get_if<std::int64_t>(&value.data)) {
    return static_cast<double>(*whole);
  }
  return {};
}

bool inside(const ParameterSpec& spec, double x) {
  if (std::isnan(x)) return false;
  // Infinity passes only where the spec itself uses it as a value.
  if (std::isinf(x)) {
    const auto usual = as_number(spec.default_value);
    if (!usual || !std::isinf(*usual)) return false;
  }
  return (spec.minimum_excluded ? x > spec.minimum : x >= spec.minimum) && x <= spec.maximum;
}

class Checker {
 public:
  Checker(const ParameterSpec& spec, const std::string& path, const Source& source,
          Diagnostics& diagnostics)
      : spec_(spec), path_(path), source_(source), diagnostics_(diagnostics) {}

  Value check(const Node& node) const {
    switch (spec_.type) {
      case ValueType::boolean:
        return std::holds_alternative<bool>(node.scalar.data) ? node.scalar : wrong_type(node);
      case ValueType::text:
        return text(node);
      case ValueType::integer:
        return number(node, false);
      case ValueType::real:
        return spec_.schedulable && node.kind == Node::Kind::table ? schedule(node)
                                                                   : number(node, true);
      case ValueType::integers:
        return list(node, false);
      case ValueType::reals:
        return list(node, true);
    }
    return {};
  }

 private:
  Value report(const Node& node, const std::string& message) const {
    diagnostics_.error(source_.at(node.at), message);
    return {};
  }

  Value wrong_type(const Node& node) const {
    return report(node, path_ + " must be " + type_text(spec_) + ", not " + what_it_is(node));
  }

  Value out_of_range(const Node& node, const std::string& what) const {
    const std::string range = range_text(spec_);
    return report(
        node, what + " is out of range: it must be " + (range.empty() ? "a finite number" : range));
  }

  Value text(const Node& node) const {
    const auto* word = std::get_if<std::string>(&node.scalar.data);
    if (word == nullptr) return wrong_type(node);
    if (spec_.choices.empty() ||
        std::find(spec_.choices.begin(), spec_.choices.end(), *word) != spec_.choices.end()) {
      return node.scalar;
    }
    std::string hint = did_you_mean(*word, spec_.choices);
    if (hint.empty()) hint = "; choices are " + in_words(spec_.choices, "and");
    return report(node, "'" + *word + "' is not a choice for " + path_ + hint);
  }

  Value number(const Node& node, bool real) const {
    const bool is_whole = std::holds_alternative<std::int64_t>(node.scalar.data);
    const auto x = as_number(node.scalar);
    if (node.kind != Node::Kind::scalar || !x || (!real && !is_whole)) return wrong_type(node);
    if (!inside(spec_, *x)) return out_of_range(node, path_ + " = " + to_toml(node.scalar));
    return real ? Value(*x) : node.scalar;
  }

  Value list(const Node& node, bool real) const {
    if (node.kind != Node::Kind::list) return wrong_type(node);
    ValueList out;
    for (const Node& item : node.items) {
      const Value checked = number(item, real);
      if (!checked.is_null()) out.push_back(checked);
    }
    return out.size() == node.items.size() ? Value(out) : Value();
  }

  Value schedule(const Node& node) const {
    const Value value = node.value();
    const auto problems = check_schedule(value);
    for (const auto& problem : problems) {
      const Node* entry = problem.key.empty() ? nullptr : node.find(problem.key);
      diagnostics_.error(source_.at(entry == nullptr ? node.at : entry->key),
                         path_ + ": " + problem.message);
    }
    if (!problems.empty()) return {};
    const Schedule rule = Schedule::from(value);
    // A decay comes near its limit and does not reach it, so an excluded limit is no violation.
    ParameterSpec limits = spec_;
    if (node.find("rate") != nullptr && rule.at(0) > spec_.minimum) limits.minimum_excluded = false;
    for (const double x : {rule.minimum(), rule.maximum()}) {
      if (!inside(limits, x)) {
        return out_of_range(node, path_ + ": the schedule's value " + to_toml(Value(x)));
      }
    }
    ValueTable table = std::get<ValueTable>(value.data);
    for (auto& [key, item] : table) {
      const bool whole = key == "steps" || key == "cycles";
      if (const auto x = as_number(item); x && !whole) item = *x;
    }
    return table;
  }

  const ParameterSpec& spec_;
  const std::string& path_;
  const Source& source_;
  Diagnostics& diagnostics_;
};

}  // namespace

std::string_view type_name(const ParameterSpec& spec) {
  switch (spec.type) {
    case ValueType::boolean:
      return "boolean";
    case ValueType::integer:
      return "integer";
    case ValueType::real:
      return spec.schedulable ? "real or schedule" : "real";
    case ValueType::text:
      return "text";
    case ValueType::integers:
      return "list of integers";
    case ValueType::reals:
      return "list of reals";
  }
  return "";
}

std::string type_text(const ParameterSpec& spec) {
  switch (spec.type) {
    case ValueType::boolean:
      return "true or false";
    case ValueType::integer:
      return "an integer";
    case ValueType::real:
      return spec.schedulable ? "a number or a schedule table" : "a number";
    case ValueType::text:
      return "a text";
    case ValueType::integers:
      return "a list of integers such as [400, 200]";
    case ValueType::reals:
      return "a list of numbers such as [0.5, 1.0]";
  }
  return "";
}

std::string range_text(const ParameterSpec& spec) {
  const bool below = std::isfinite(spec.minimum), above = std::isfinite(spec.maximum);
  if (below && above) {
    return "in " + std::string(spec.minimum_excluded ? "(" : "[") + bound_text(spec.minimum) +
           ", " + bound_text(spec.maximum) + "]";
  }
  if (below) return (spec.minimum_excluded ? "> " : ">= ") + bound_text(spec.minimum);
  if (above) return "<= " + bound_text(spec.maximum);
  return "";
}

Value default_of(const ParameterSpec& spec) {
  Value value = spec.default_value;
  const auto widen = [](Value& item) {
    if (const auto x = as_number(item)) item = *x;
  };
  if (spec.type == ValueType::real) widen(value);
  if (auto* list = std::get_if<ValueList>(&value.data); list && spec.type == ValueType::reals) {
    for (Value& item : *list) widen(item);
  }
  return value;
}

Value check_value(const ParameterSpec& spec, const std::string& path, const Node& node,
                  const Source& source, Diagnostics& diagnostics) {
  return Checker(spec, path, source, diagnostics).check(node);
}

}  // namespace elbow
