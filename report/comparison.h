// Runs held against each other: which settings differ, and by how much each common term does.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "report/aligned.h"
#include "report/common_terms.h"
#include "report/difference.h"
#include "report/groups.h"
#include "report/run_reader.h"

namespace elbow::report {

struct Row {
  std::string term = {},
              split = {};  ///< split: "test", "valid", "train" or "eval" (of `elbow eval`)
  std::string unit = {}, theory = {};  ///< range and value at equilibrium; "" where groups differ
  std::vector<std::optional<Measured>> values = {};         ///< per group
  std::vector<std::optional<Difference>> differences = {};  ///< per group, to the baseline
  /// What is not the same about the quantity in all groups; a group whose quantity is not that of
  /// the baseline is not subtracted.
  std::vector<std::string> definitions = {};
};

struct Section {
  At at = At::end;
  std::string title = {};  ///< "at equal steps: the last record up to step 162"
  /// Per group: "step 162, epoch 6, 2.3 s"; "" where that is moot.
  std::vector<std::string> places = {};
  std::vector<Row> rows = {};  ///< terms that mean the same in every group first
  std::string same_as = {};    ///< not empty: no rows, because they are those of an earlier section
};

struct CompareOptions {
  TermChoice terms = {};
  std::string baseline = {};  ///< directory, name or letter; "": the first run
  std::vector<At> at = {At::end, At::steps, At::samples, At::time};
};

struct Comparison {
  std::vector<Group> groups;
  std::size_t baseline = 0;
  std::vector<SettingDifference> settings;
  std::vector<Section> sections;
  std::vector<std::string> notes;  ///< what to know before believing a row
  int tests = 0, significant = 0;
};

/// `runs` must outlive the result. Along the way the test split is not measured: what is taken from
/// it at the end is followed on validation. Throws Error(usage): fewer than two runs, an unknown
/// or ambiguous baseline, no term that all have; Error(data): a run without records.
Comparison compare_runs(const std::vector<Run>& runs, const CompareOptions& options);

/// Fills in the definitions and differences of a row that has its values.
void subtract_baseline(Row& row, const std::vector<Group>& groups, std::size_t baseline);

/// Behind a difference: "*" significant among all, "(*)" only as the single test, "?" not tested.
std::string mark(const Difference& difference);

/// What the marks and errors of this comparison mean, a sentence or two each.
std::vector<std::string> legend(const Comparison& comparison);

/// One line per section, term and group.
std::string comparison_csv(const Comparison& comparison);
std::string comparison_json(const Comparison& comparison);

}  // namespace elbow::report
