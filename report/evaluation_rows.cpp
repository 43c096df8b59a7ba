#include "report/evaluation_rows.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
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

/// The step of the weights that were measured.
std::optional<std::int64_t> step_of(const EvalRow& row) {
  for (const std::string& word : split(row.settings, ' ')) {
    std::int64_t step = 0;
    const char* end = word.data() + word.size();
    if (word.starts_with("step=") && std::from_chars(word.data() + 5, end, step).ptr == end) {
      return step;
    }
  }
  return std::nullopt;
}

std::int64_t last_step(const Run& run) {
  std::int64_t last = 0;
  for (const auto& [split, metrics] : run.metrics) {
    for (const std::int64_t step : metrics.steps) last = std::max(last, step);
  }
  return last;
}

std::string steps_text(const std::set<std::int64_t>& steps) {
  if (steps.size() == 1) return "step " + std::to_string(*steps.begin());
  return "steps " + std::to_string(*steps.begin()) + " to " + std::to_string(*steps.rbegin());
}

/// The steps at which the rows of a comparison were measured.
struct MeasuredAt {
  std::vector<std::set<std::int64_t>> steps;  ///< per group
  bool early = false;                         ///< one of them before the last record of its run
  std::vector<std::string> notes;

  void add(std::size_t g, const Group& group, const Run& run, const EvalRow& row) {
    const auto step = step_of(row);
    if (!step) return;
    steps[g].insert(*step);
    const std::int64_t last = last_step(run);
    if (*step >= last) return;
    early = true;
    notes.push_back(group.letter + " (" + run.path.string() + "): elbow eval measured step " +
                    std::to_string(*step) + ", its last record is of step " + std::to_string(last) +
                    ".");
  }
  /// "evaluated at: step 10 in A, step 900 in B"; "" where the steps are the same or the last ones.
  std::string difference(const std::vector<Group>& groups) const {
    std::set<std::int64_t> all;
    std::string text;
    for (std::size_t g = 0; g < groups.size(); ++g) {
      if (steps[g].empty()) continue;
      all.insert(steps[g].begin(), steps[g].end());
      text += (text.empty() ? "" : ", ") + steps_text(steps[g]) + " in " + groups[g].letter;
    }
    return early && all.size() > 1 ? "evaluated at: " + text : "";
  }
};

}  // namespace

Section evaluated_section(const std::vector<Group>& groups, std::size_t baseline,
                          const std::vector<std::string>& patterns,
                          std::vector<std::string>& notes) {
  Section section{.at = At::end, .title = "measured by elbow eval"};
  std::vector<std::set<std::int64_t>> steps(groups.size());
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
    MeasuredAt measured{.steps = std::vector<std::set<std::int64_t>>(groups.size()), .notes = {}};
    bool everywhere = true;
    for (std::size_t g = 0; everywhere && g < groups.size(); ++g) {
      std::vector<Measured> values;
      for (const Run* run : groups[g].runs) {
        const EvalRow* found = newest(*run, wanted);
        everywhere = found != nullptr;
        if (!everywhere) break;
        values.push_back(measured_once(found->value, found->se));
        settings.insert(how(*found));
        measured.add(g, groups[g], *run, *found);
      }
      if (everywhere) row.values.push_back(measured_over_seeds(values));
    }
    if (!everywhere) continue;
    if (settings.size() > 1) row.definitions.push_back("measured with other settings");
    if (auto text = measured.difference(groups); !text.empty()) {
      row.definitions.push_back(std::move(text));
    }
    for (std::size_t g = 0; g < groups.size(); ++g) {
      steps[g].insert(measured.steps[g].begin(), measured.steps[g].end());
    }
    for (auto& note : measured.notes) {
      if (std::count(notes.begin(), notes.end(), note) == 0) notes.push_back(std::move(note));
    }
    section.rows.push_back(std::move(row));
  }
  for (const auto& of_group : steps) {
    section.places.push_back(of_group.empty() ? "" : "evaluated at " + steps_text(of_group));
  }
  return section;
}

}  // namespace elbow::report
