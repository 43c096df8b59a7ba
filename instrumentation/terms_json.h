// terms.json: what every key of metrics.jsonl means.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "core/record.h"
#include "instrumentation/term_table.h"

namespace elbow {

/// Keys that were logged, and whether with a standard error.
using LoggedKeys = std::map<std::string, bool, std::less<>>;

/// One JSON object: for every key, or family of keys ("kl/dim/*"), that the specs and RunInfo.terms
/// declare, for each of `logged`, with its ".se", and for the fields step, epoch, wall and split:
/// symbol, latex, unit, sign, reduction, estimator, range [low, high] (null: free), equilibrium
/// (null: none), meaning, confused_with, reference, source. "*.se" describes standard errors.
std::string terms_json(const RunInfo& info, const LoggedKeys& logged = {});

/// terms.json of a run: what is declared when it starts, and each key once it is logged. The file
/// is replaced as a whole, and only when a new key appears.
class TermsFile {
 public:
  /// A run that goes on keeps the keys of its file.
  void start(const RunInfo& info);
  void add(const Values& values);

 private:
  void write() const;
  RunInfo info_;
  TermTable table_;
  LoggedKeys logged_;
};

}  // namespace elbow
