// Which terms a comparison shows, and the split that each is taken from.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "report/groups.h"

namespace elbow::report {

struct TermChoice {
  std::vector<std::string> patterns = {};  ///< with '*'; empty: the main ones
  bool all = false;                        ///< every common term
  std::string split = {};                  ///< "": test, else valid, else train
};

struct CommonTerm {
  std::string term, split;
};

/// Terms that every run has in a split, in the order of the first run's records. Without patterns
/// the best split that has any: test, else valid, else train.
std::vector<CommonTerm> common_terms(const std::vector<Group>& groups, const TermChoice& choice);

/// Throws Error(usage): nothing that all runs have was chosen.
[[noreturn]] void nothing_in_common(const TermChoice& choice);

/// Whether every run of every group has the split, and in it the term.
bool every_run_has(const std::vector<Group>& groups, const std::string& split,
                   const std::string& term = {});

/// Whether `text` has the form of `pattern`, in which '*' stands for anything.
bool matches(std::string_view pattern, std::string_view text);

}  // namespace elbow::report
