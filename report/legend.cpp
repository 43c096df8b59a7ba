// How to read the numbers of a comparison, in words.
#include <algorithm>

#include "report/comparison.h"

namespace elbow::report {

std::string mark(const Difference& difference) {
  if (difference.significant()) return "*";
  if (difference.only_unadjusted()) return "(*)";
  return difference.p ? "" : "?";
}

namespace {

bool of_series(const Row& row) {
  return std::any_of(row.values.begin(), row.values.end(), [](const auto& value) {
    return value && value->source == ErrorSource::series;
  });
}

}  // namespace

std::vector<std::string> legend(const Comparison& comparison) {
  bool welch = false, unpaired = false, images = false, series = false, prediction = false,
       untested = false;
  for (const Section& section : comparison.sections) {
    for (const Row& row : section.rows) {
      for (const auto& d : row.differences) {
        if (!d) continue;
        welch = welch || d->test == Test::welch;
        if (d->test == Test::unpaired) {
          unpaired = true;
          images = images || row.split == "valid" || row.split == "test";
          series = series || of_series(row);
        }
        prediction = prediction || d->test == Test::prediction;
        untested = untested || !d->p;
      }
    }
  }
  std::vector<std::string> said = {"Values stand with one standard error."};
  if (comparison.tests > 0) {
    said.push_back(
        std::to_string(comparison.tests) + " differences were tested, " +
        std::to_string(comparison.significant) +
        " are marked *: significant at 5 % for all of them together (Holm). (*): only if it were "
        "the single test.");
  }
  if (untested) {
    said.push_back(
        "?: not tested, because a standard error is missing or zero, or the series is too short or "
        "too correlated for one.");
  }
  if (unpaired) said.push_back("One seed each: se² = se_A² + se_B².");
  if (images) {
    said.push_back(
        "valid, test: both numbers come from the same images, which this ignores: the true error "
        "is smaller as a rule.");
  }
  if (series) {
    said.push_back(
        "train: the error of a correlated series of minibatches of one training; a trend within it "
        "is not covered.");
  }
  if (welch) {
    said.push_back(
        "Several seeds each: means over seeds, with the standard error between seeds; Welch's t "
        "test.");
  }
  if (prediction) {
    said.push_back(
        "One seed against several: whether it could be one more of them, if both spread alike.");
  }
  return said;
}

}  // namespace elbow::report
