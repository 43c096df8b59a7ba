// What somebody expected of a run before it trained, beside what came out.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace elbow::report {

struct SplitMetrics;

struct Outcome {
  std::string split;
  std::int64_t step = 0;
  double value = 0.0;
  std::optional<double> se = {};  ///< over the samples of its record
};

struct Prediction {
  std::string term;
  std::string split;  ///< train, valid or test; "": the first of test, valid, train with the term
  double guess = 0.0;
  std::optional<Outcome> result = {};  ///< none: not logged so far
};

/// "elbo/kl", "valid:elbo/kl".
std::string name_of(const Prediction& prediction);

/// predictions.json: [{"term":"elbo/kl","split":null,"guess":20.0,
/// "result":{"split":"test","step":900,"value":25.3,"se":0.06}}, ...]; null: any split, not logged.
std::string predictions_json(const std::vector<Prediction>& predictions);

/// Empty where there is no such file. Throws Error(data) naming one that is damaged.
std::vector<Prediction> read_predictions(const std::filesystem::path& file);

/// Sets each result to the newest number of its term.
void fill_results(std::vector<Prediction>& predictions,
                  const std::map<std::string, SplitMetrics>& metrics);

}  // namespace elbow::report
