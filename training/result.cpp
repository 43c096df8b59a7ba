#include "training/result.h"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>

#include "core/outcome.h"

namespace elbow {
namespace {

using Json = nlohmann::ordered_json;

Json number(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  return value;
}

double number_from(const Json& json) {
  if (json.is_null()) return 0.0;
  if (json.is_number()) return json.get<double>();
  const std::string text = json.get<std::string>();
  const double infinity = std::numeric_limits<double>::infinity();
  return text == "inf" ? infinity : text == "-inf" ? -infinity : std::nan("");
}

Json to_object(const Values& values) {
  Json all = Json::object();
  for (const auto& [key, m] : values.all()) {
    // One number has no standard error; 0 would claim one.
    all[key] = {{"mean", number(m.mean)},
                {"se", m.count > 1 ? number(m.se) : Json(nullptr)},
                {"count", m.count}};
  }
  return all;
}

}  // namespace

std::string values_to_json(const Values& values) { return to_object(values).dump(); }

Values values_from_json(const std::string& json) {
  Values values;
  try {
    const Json all = Json::parse(json);
    for (const auto& [key, m] : all.items()) {
      values.set(key, {number_from(m.at("mean")), number_from(m.at("se")),
                       m.at("count").get<std::int64_t>()});
    }
  } catch (const nlohmann::json::exception& e) {
    throw Error(std::string("Saved values cannot be read: ") + e.what());
  }
  return values;
}

std::string status_of(Outcome outcome) {
  if (outcome == Outcome::early_stopped) return "finished";
  if (outcome == Outcome::stopped) return "interrupted";
  return std::string(to_string(outcome));
}

ExitCode exit_code(Outcome outcome) {
  switch (outcome) {
    case Outcome::finished:
    case Outcome::early_stopped:
      return ExitCode::ok;
    case Outcome::interrupted:
      return ExitCode::interrupted;
    case Outcome::stopped:
      return ExitCode::stopped;
    case Outcome::diverged:
      return ExitCode::diverged;
    case Outcome::failed:
      break;
  }
  return ExitCode::failure;
}

namespace {

Json to_object(const std::vector<FailedCheck>& failed) {
  Json all = Json::array();
  for (const FailedCheck& check : failed) {
    all.push_back({{"id", check.id},
                   {"kind", check.kind},
                   {"statement", check.statement},
                   {"page", check.page},
                   {"fails", check.fails},
                   {"evaluations", check.evaluations},
                   {"first",
                    {{"step", check.first_step},
                     {"split", check.first_split},
                     {"lhs", number(check.lhs)},
                     {"rhs", number(check.rhs)}}}});
  }
  return all;
}

}  // namespace

std::string result_json(const RunResult& result) {
  Json splits = Json::object();
  for (const auto& [split, values] : result.splits) splits[split] = to_object(values);
  Json json = {{"outcome", std::string(to_string(result.summary.outcome))},
               {"message", result.summary.message},
               {"step", result.summary.step},
               {"epoch", result.epoch},
               {"splits", splits},
               {"checks", result.checks},
               {"failed_checks", to_object(result.failed_checks)},
               {"timings",
                {{"seconds", result.summary.wall},
                 {"samples_per_second_median", result.samples_per_second_median},
                 {"step_ms_median", result.step_ms_median}}}};
  if (result.probe_share) json["timings"]["probe_share"] = number(*result.probe_share);
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace elbow
