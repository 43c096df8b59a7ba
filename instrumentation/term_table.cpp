#include "instrumentation/term_table.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace elbow {
namespace {

bool is_family(std::string_view name) {
  return name.size() > 2 && name.substr(name.size() - 2) == "/*";
}

/// The term of the weights that train, beside that of their average.
TermSpec live(TermSpec term) {
  term.name = "live/" + term.name;
  term.symbol += " (live)";
  term.latex += "\\ \\text{(live)}";
  term.meaning = "the same of the weights that train, not of their average: " + term.meaning;
  term.confused_with = "the value of the averaged weights, which stands beside it";
  return term;
}

std::string source_of(const TermSpec& term) {
  const auto slashes = std::count(term.name.begin(), term.name.end(), '/');
  const bool gradient = term.name.rfind("gradient_norm/", 0) == 0 && slashes == 2;
  const bool probe = gradient || term.name == "active_units/probe";
  return probe ? "instrumentation/probe.cpp" : "training/loop_terms.cpp";
}

}  // namespace

bool in_family(std::string_view pattern, std::string_view key) {
  if (!is_family(pattern)) return false;
  const std::string_view prefix = pattern.substr(0, pattern.size() - 1);
  return key.size() > prefix.size() && key.substr(0, prefix.size()) == prefix;
}

TermTable::TermTable(const RunInfo& info) {
  for (const Spec& spec : info.specs) {
    for (const TermSpec& term : spec.terms) {
      add(term, spec.source);
      if (info.averaged && !is_family(term.name)) add(live(term), spec.source);
    }
  }
  for (const TermSpec& term : info.terms) add(term, source_of(term));
}

void TermTable::add(const TermSpec& term, const std::string& source) {
  if (index_.emplace(term.name, entries_.size()).second) entries_.push_back({term, source});
}

const TermEntry* TermTable::find(std::string_view key) const {
  const auto exact = index_.find(key);
  if (exact != index_.end() && !is_family(key)) return &entries_[exact->second];
  for (auto slash = key.rfind('/'); slash != std::string_view::npos && slash > 0;
       slash = key.rfind('/', slash - 1)) {
    const auto family = index_.find(std::string(key.substr(0, slash)) + "/*");
    if (family != index_.end()) return &entries_[family->second];
  }
  return nullptr;
}

std::vector<std::string> TermTable::undeclared(const Values& values) const {
  std::vector<std::string> missing;
  for (const auto& [key, moments] : values.all()) {
    if (find(key) == nullptr) missing.push_back(key);
  }
  return missing;
}

bool Range::bounded() const { return std::isfinite(minimum) || std::isfinite(maximum); }

Range range_of(const TermSpec& term) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  Range range{term.minimum.value_or(-infinity), term.maximum.value_or(infinity)};
  if (term.sign == "+") range.minimum = std::max(range.minimum, 0.0);
  if (term.sign == "-") range.maximum = std::min(range.maximum, 0.0);
  return range;
}

}  // namespace elbow
