#include "report/evaluation_rows.h"

#include <algorithm>
#include <set>

#include "core/text.h"

namespace elbow::report {
namespace {

/// The newest row of the quantity and estimator.
const EvalRow* newest(const Run& run, const EvalRow& wanted) {
  const EvalRow* found = nullptr;
  for (const EvalRow& row : run.evaluation) {
    if (row.quantity == wanted.quantity && row.estimator == wanted.estimator) found = &row;
  }
  return found;
}

/// The settings but for which weights were measured.
std::string how(const EvalRow& row) {
  std::string kept;
  for (const std::string& word : split(row.settings, ' ')) {
    if (!word.starts_with("step=") && !word.starts_with("weights=")) kept += word + " ";
  }
  return kept;
}

}  // namespace

std::vector<Row> evaluation_rows(const std::vector<Group>& groups, std::size_t baseline,
                                 const std::vector<std::string>& patterns) {
  std::vector<Row> rows;
  std::set<std::string> seen;
  for (const EvalRow& wanted : groups[baseline].first().evaluation) {
    const bool chosen =
        patterns.empty() || std::any_of(patterns.begin(), patterns.end(), [&](const auto& pattern) {
          return matches(pattern, wanted.quantity);
        });
    if (!chosen || !seen.insert(wanted.quantity + "\n" + wanted.estimator).second) continue;
    Row row{.term = wanted.quantity, .split = "eval"};
    if (wanted.bias == "lower") row.theory = "a lower bound";
    if (wanted.bias == "upper") row.theory = "an upper bound";
    std::set<std::string> settings;
    bool everywhere = true;
    for (const Group& group : groups) {
      std::vector<Measured> values;
      for (const Run* run : group.runs) {
        const EvalRow* found = newest(*run, wanted);
        everywhere = everywhere && found != nullptr;
        if (found == nullptr) break;
        values.push_back(measured_once(found->value, found->se));
        settings.insert(how(*found));
      }
      if (!everywhere) break;
      row.values.push_back(measured_over_seeds(values));
    }
    if (!everywhere) continue;
    if (settings.size() > 1) row.definitions.push_back("measured with other settings");
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace elbow::report
