// eval.jsonl of a run: finished measurements, kept by the settings they were made with.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "instrumentation/measurement.h"

namespace elbow {

/// {"quantity":"iwae/k50","estimator":"iwae","value":-98.1,"se":0.4,"bias":"lower","exact":false,
/// "note":"..","meaning":".."}; se is null where there is none.
std::string to_json(const Measurement& measurement);

/// One line per measurement, as `to_json` with "metric", "settings", "row" and "rows" (which of how
/// many lines of the metric) beside it. A metric whose lines are not all there does not count.
class EvaluationFile {
 public:
  /// Reads what is there; `overwrite` starts anew. Lines that are not whole are passed over.
  EvaluationFile(std::filesystem::path path, bool overwrite);

  /// What `metric` found with these settings, the newest time; nothing where it did not finish.
  std::optional<std::vector<Measurement>> find(const std::string& metric,
                                               const std::string& settings) const;
  /// Appends in one write that reaches the disk.
  void add(const std::string& metric, const std::string& settings,
           const std::vector<Measurement>& rows);

 private:
  struct Line {
    std::string metric, settings;
    std::size_t row = 0, rows = 0;
    Measurement measurement;
  };
  void read();

  std::filesystem::path path_;
  std::vector<Line> lines_;
};

}  // namespace elbow
