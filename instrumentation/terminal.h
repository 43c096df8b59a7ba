// Progress on a terminal or in a plain log, and errors in full.
#pragma once

#include <functional>
#include <iosfwd>
#include <string>

#include "core/record.h"
#include "instrumentation/term_table.h"

namespace elbow {

enum class Progress { automatic, bar, plain, none };

/// "auto", "bar", "plain" or "none"; throws Error(usage) otherwise.
Progress parse_progress(const std::string& text);

struct TerminalOptions {
  Progress progress = Progress::automatic;
  std::ostream* out = nullptr;  ///< nullptr: standard error
  bool tty = false;             ///< `automatic` shows the bar on one
  bool color = false;
  std::function<int()> width;     ///< columns; asked again at each redraw
  std::function<double()> clock;  ///< seconds
};

/// For standard error as it is: a terminal or not, and its width.
TerminalOptions terminal_options(Progress progress);

/// What the environment allows on a terminal. NO_COLOR (any non-empty value): no colour. TERM=dumb
/// or no TERM: neither a bar nor colour.
struct TerminalAbilities {
  bool tty = false, color = false;
};
TerminalAbilities terminal_environment(bool is_terminal);

/// bar    one line, redrawn at most ten times a second: step, rate, time left and the equation, cut
///        to the width of the terminal; validation and test records stay above it
/// plain  a line for the first record, then after every tenth of the run or ten seconds (a
/// twentieth
///        of the time so far, once that is longer), for validation and test records, for the last
/// none   errors and warnings only
class Terminal : public Observer {
 public:
  explicit Terminal(TerminalOptions options);
  std::string name() const override { return "terminal"; }
  void start(const RunInfo& info) override;
  void step(StepRecord& record) override;
  void finish(const RunSummary& summary) override;

  /// A line of its own, above the bar. `note` is silent with Progress::none.
  void note(const std::string& text);
  void warning(const std::string& text);
  void error(const std::string& text);
  /// The first failure of an identity, from IdentityMonitor.
  void check_failed(const StepRecord& record, const CheckResult& check);

  /// The equation of the last training record; empty before the first.
  std::string last_equation() const;

 private:
  std::string status(const StepRecord& record, const std::string& equation) const;
  /// The line, made printable, behind a mark that may be coloured.
  void print(const std::string& line, const std::string& mark = "");
  void redraw(const std::string& line);

  TerminalOptions options_;
  bool bar_ = false;
  TermTable terms_;
  RunInfo info_;
  double started_ = 0.0, drawn_ = 0.0;
  double printed_progress_ = 0.0;
  std::string shown_;  // the bar as it stands on the screen; empty: none
  StepRecord last_;    // the last training record, without checks
  bool first_ = true, unprinted_ = false;
};

}  // namespace elbow
