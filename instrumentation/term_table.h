// Finds the description of a logged key among the specs of a run.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/record.h"

namespace elbow {

struct TermEntry {
  TermSpec term;
  std::string source;  ///< file that declares the term
};

/// Keys are looked up exactly first, then in the family "prefix/*" with the longest prefix. The
/// first of two terms with one name counts.
class TermTable {
 public:
  TermTable() = default;
  explicit TermTable(const RunInfo& info);

  /// nullptr for a key that nothing declares.
  const TermEntry* find(std::string_view key) const;
  /// All patterns in the order of their declaration: the objective's first.
  const std::vector<TermEntry>& entries() const { return entries_; }
  /// Keys of a record that nothing declares.
  std::vector<std::string> undeclared(const Values& values) const;

 private:
  void add(const TermSpec& term, const std::string& source);
  std::vector<TermEntry> entries_;
  std::map<std::string, std::size_t, std::less<>> index_;  // name, with "/*" for families
};

/// Whether `key` belongs to the family `pattern` ("kl/dim/*").
bool in_family(std::string_view pattern, std::string_view key);

/// The least and the largest value that a term may take: `minimum` and `maximum`, narrowed by its
/// sign. Infinite where it is free.
struct Range {
  double minimum, maximum;
  bool bounded() const;
};
Range range_of(const TermSpec& term);

}  // namespace elbow
