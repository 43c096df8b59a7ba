// Progress of long work on standard error.
#pragma once

#include <string>

#include "instrumentation/terminal.h"

namespace elbow::app {

/// bar: one line, redrawn at most ten times a second; plain: a line every ten seconds; none: notes
/// are silent too.
class EvalProgress {
 public:
  explicit EvalProgress(Progress progress);
  ~EvalProgress() { clear(); }
  EvalProgress(const EvalProgress&) = delete;
  EvalProgress& operator=(const EvalProgress&) = delete;

  void note(const std::string& text);
  void start();  ///< a piece of work
  void at(const std::string& what, double done);
  void finish(const std::string& name);  ///< says how long it took

 private:
  void clear();

  TerminalOptions options_;
  bool drawn_ = false;
  double started_ = 0.0, shown_ = 0.0;
};

}  // namespace elbow::app
