#include "core/schedule.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "core/text.h"
#include "core/value.h"

namespace elbow {
namespace {

constexpr double kPi = 3.14159265358979323846;
// Bounds that keep t * cycles inside 64 bits.
constexpr std::int64_t kMaxSteps = 1'000'000'000'000;
constexpr std::int64_t kMaxCycles = 1'000'000;

struct Rule {
  std::string name;
  std::vector<std::string> needed, optional;
};

const std::vector<Rule>& rules() {
  static const std::vector<Rule> table = {
      {"constant", {"value"}, {}},
      {"linear", {"from", "to", "steps"}, {}},
      {"cyclical", {"from", "to", "steps"}, {"cycles", "ramp"}},
      {"cosine", {"from", "to", "steps"}, {}},
      {"exponential", {"from", "rate", "steps"}, {}},
      {"step", {"from", "rate", "steps"}, {}},
  };
  return table;
}

const Value* find(const ValueTable& table, const std::string& key) {
  for (const auto& [name, value] : table) {
    if (name == key) return &value;
  }
  return nullptr;
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_number(const Value& value) {
  return std::holds_alternative<double>(value.data) ||
         std::holds_alternative<std::int64_t>(value.data);
}

double number(const Value& value) {
  if (const auto* whole = std::get_if<std::int64_t>(&value.data)) {
    return static_cast<double>(*whole);
  }
  return std::get<double>(value.data);
}

// What is wrong with one entry of the table, or "".
std::string check_entry(const std::string& key, const Value& value) {
  const auto* whole = std::get_if<std::int64_t>(&value.data);
  if (key == "steps") {
    const bool good = whole != nullptr && *whole >= 1 && *whole <= kMaxSteps;
    return good ? "" : "'steps' must be an integer from 1 to 1000000000000";
  }
  if (key == "cycles") {
    const bool good = whole != nullptr && *whole >= 1 && *whole <= kMaxCycles;
    return good ? "" : "'cycles' must be an integer from 1 to 1000000";
  }
  if (!is_number(value) || !std::isfinite(number(value))) {
    return "'" + key + "' must be a finite number";
  }
  if (key == "ramp" && !(number(value) > 0.0 && number(value) <= 1.0)) {
    return "'ramp' must lie in (0, 1]";
  }
  if (key == "rate" && !(number(value) > 0.0)) return "'rate' must be > 0";
  return "";
}

}  // namespace

std::vector<ScheduleProblem> check_schedule(const Value& value) {
  if (is_number(value)) {
    if (std::isfinite(number(value))) return {};
    return {{"", to_toml(value) + " is not a finite number"}};
  }
  const auto* table = std::get_if<ValueTable>(&value.data);
  if (table == nullptr) return {{"", to_toml(value) + " is neither a number nor a schedule table"}};

  std::vector<std::string> names;
  for (const Rule& rule : rules()) names.push_back(rule.name);
  const Value* kind = find(*table, "schedule");
  if (kind == nullptr) {
    return {{"", "a schedule table needs 'schedule' = " + in_words(names, "or", "\"")}};
  }
  const auto* name = std::get_if<std::string>(&kind->data);
  const auto rule = std::find_if(rules().begin(), rules().end(),
                                 [&](const Rule& r) { return name != nullptr && r.name == *name; });
  if (rule == rules().end()) {
    const std::string hint = name == nullptr ? "" : did_you_mean(*name, names);
    return {{"schedule", "unknown schedule " + to_toml(*kind) +
                             (hint.empty() ? "; known: " + in_words(names, "and") : hint)}};
  }

  std::vector<ScheduleProblem> problems;
  std::vector<std::string> known = rule->needed;
  known.insert(known.end(), rule->optional.begin(), rule->optional.end());
  for (const auto& [key, item] : *table) {
    if (key == "schedule") continue;
    if (!contains(known, key)) {
      const std::string hint = did_you_mean(key, known);
      problems.push_back(
          {key, "unknown key '" + key + "' in a " + rule->name + " schedule" +
                    (hint.empty() ? "; its keys are " + in_words(known, "and") : hint)});
    } else if (const std::string wrong = check_entry(key, item); !wrong.empty()) {
      problems.push_back({key, wrong});
    }
  }
  for (const std::string& key : rule->needed) {
    if (find(*table, key) == nullptr) {
      problems.push_back({"", "a " + rule->name + " schedule needs '" + key + "'"});
    }
  }
  const Value* steps = find(*table, "steps");
  const Value* cycles = find(*table, "cycles");
  if (problems.empty() && cycles != nullptr &&
      std::get<std::int64_t>(cycles->data) > std::get<std::int64_t>(steps->data)) {
    problems.push_back({"cycles", "'cycles' must not exceed 'steps'"});
  }
  return problems;
}

Schedule::Schedule(double constant) : from_(constant), to_(constant) {}

Schedule Schedule::from(const Value& value) {
  const auto problems = check_schedule(value);
  if (!problems.empty()) {
    std::string message = "Schedule " + to_toml(value) + ":";
    for (const auto& problem : problems) message += " " + problem.message + ".";
    throw Error(message, ExitCode::usage);
  }
  if (is_number(value)) return Schedule(number(value));

  const auto& table = std::get<ValueTable>(value.data);
  const auto real = [&](const std::string& key, double otherwise) {
    const Value* found = find(table, key);
    return found == nullptr ? otherwise : number(*found);
  };
  const auto whole = [&](const std::string& key, std::int64_t otherwise) {
    const Value* found = find(table, key);
    return found == nullptr ? otherwise : std::get<std::int64_t>(found->data);
  };
  const auto& name = std::get<std::string>(find(table, "schedule")->data);
  if (name == "constant") return Schedule(real("value", 0.0));

  Schedule schedule;
  schedule.from_ = real("from", 0.0);
  schedule.to_ = real("to", 0.0);
  schedule.rate_ = real("rate", 1.0);
  schedule.steps_ = whole("steps", 1);
  schedule.ramp_ = real("ramp", 0.5);
  schedule.cycles_ = whole("cycles", std::min<std::int64_t>(4, schedule.steps_));
  if (name == "linear") schedule.kind_ = Kind::linear;
  if (name == "cyclical") schedule.kind_ = Kind::cyclical;
  if (name == "cosine") schedule.kind_ = Kind::cosine;
  if (name == "exponential") schedule.kind_ = Kind::exponential;
  if (name == "step") schedule.kind_ = Kind::step;
  return schedule;
}

double Schedule::at(std::int64_t step) const {
  const std::int64_t t = std::max<std::int64_t>(step, 0);
  const double u = static_cast<double>(t) / static_cast<double>(steps_);
  // Rounding may step over the end points: the clamp keeps minimum() and maximum() true.
  const auto between = [&](double w) {
    return std::clamp(from_ * (1.0 - w) + to_ * w, std::min(from_, to_), std::max(from_, to_));
  };
  const auto decay = [&](double power) {
    return from_ == 0.0 ? 0.0 : from_ * std::pow(rate_, power);
  };
  switch (kind_) {
    case Kind::constant:
      return from_;
    case Kind::linear:
      return between(std::min(1.0, u));
    case Kind::cyclical: {
      if (t >= steps_) return to_;
      const double place =
          static_cast<double>((t * cycles_) % steps_) / static_cast<double>(steps_);
      return between(std::min(1.0, place / ramp_));
    }
    case Kind::cosine:
      return t >= steps_ ? to_ : between((1.0 - std::cos(kPi * u)) / 2.0);
    case Kind::exponential:
      return decay(u);
    case Kind::step:
      return decay(static_cast<double>(t / steps_));
  }
  return from_;
}

double Schedule::minimum() const {
  if (kind_ == Kind::exponential || kind_ == Kind::step) return std::min(from_, final());
  return std::min(from_, to_);
}

double Schedule::maximum() const {
  if (kind_ == Kind::exponential || kind_ == Kind::step) return std::max(from_, final());
  return std::max(from_, to_);
}

bool Schedule::has_end() const {
  return kind_ == Kind::linear || kind_ == Kind::cyclical || kind_ == Kind::cosine;
}

double Schedule::final() const {
  if (kind_ != Kind::exponential && kind_ != Kind::step) return to_;
  if (rate_ == 1.0 || from_ == 0.0) return from_;
  return rate_ < 1.0 ? 0.0 : std::copysign(std::numeric_limits<double>::infinity(), from_);
}

}  // namespace elbow
