#include "report/predictions.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "report/json_lines.h"
#include "report/run_reader.h"

namespace elbow::report {
namespace {

using Json = nlohmann::ordered_json;

Json number(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  return value;
}

double number_from(const Json& json) {
  if (json.is_string()) return special_number(json.get<std::string>()).value();
  return json.get<double>();
}

Json describe(const std::optional<Outcome>& result) {
  if (!result) return nullptr;
  return {{"split", result->split},
          {"step", result->step},
          {"value", number(result->value)},
          {"se", result->se ? number(*result->se) : Json(nullptr)}};
}

std::optional<Outcome> outcome_from(const Json& json) {
  if (json.is_null()) return std::nullopt;
  Outcome result{.split = json.at("split").get<std::string>(),
                 .step = json.at("step").get<std::int64_t>(),
                 .value = number_from(json.at("value"))};
  if (!json.at("se").is_null()) result.se = number_from(json.at("se"));
  return result;
}

std::optional<Outcome> newest(const SplitMetrics& metrics, const std::string& split,
                              const std::string& term) {
  for (std::size_t row = metrics.rows(); row-- > 0;) {
    if (!metrics.logged(term, row)) continue;
    Outcome result{.split = split, .step = metrics.steps[row], .value = metrics.at(term, row)};
    if (const double se = metrics.at(term + ".se", row); std::isfinite(se)) result.se = se;
    return result;
  }
  return std::nullopt;
}

}  // namespace

std::string name_of(const Prediction& prediction) {
  return (prediction.split.empty() ? "" : prediction.split + ":") + prediction.term;
}

std::string predictions_json(const std::vector<Prediction>& predictions) {
  Json all = Json::array();
  for (const Prediction& p : predictions) {
    all.push_back({{"term", p.term},
                   {"split", p.split.empty() ? Json(nullptr) : Json(p.split)},
                   {"guess", p.guess},
                   {"result", describe(p.result)}});
  }
  return all.dump(2) + "\n";
}

std::vector<Prediction> read_predictions(const std::filesystem::path& file) {
  const auto text = read_if_there(file);
  if (!text) return {};
  std::vector<Prediction> predictions;
  try {
    for (const Json& json : Json::parse(*text)) {
      const Json& split = json.at("split");
      predictions.push_back({.term = json.at("term").get<std::string>(),
                             .split = split.is_null() ? "" : split.get<std::string>(),
                             .guess = json.at("guess").get<double>(),
                             .result = outcome_from(json.at("result"))});
    }
  } catch (const std::exception&) {  // of the JSON, or a text that is no number
    damaged(file.string(), 0, "it holds no predictions");
  }
  return predictions;
}

void fill_results(std::vector<Prediction>& predictions,
                  const std::map<std::string, SplitMetrics>& metrics) {
  for (Prediction& prediction : predictions) {
    for (const char* split : {"test", "valid", "train"}) {
      if (!prediction.split.empty() && prediction.split != split) continue;
      const auto found = metrics.find(split);
      if (found == metrics.end()) continue;
      if (auto result = newest(found->second, split, prediction.term)) {
        prediction.result = std::move(result);
        break;
      }
    }
  }
}

}  // namespace elbow::report
