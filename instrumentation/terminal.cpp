#include "instrumentation/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <iostream>

#include "core/clock.h"
#include "core/error.h"
#include "core/outcome.h"
#include "core/text.h"
#include "instrumentation/equation_line.h"
#include "instrumentation/text.h"

namespace elbow {
namespace {

constexpr double kRedraw = 0.1;         // seconds
constexpr double kPlainSeconds = 10.0;  // least time between plain lines ...
constexpr double kPlainShare = 0.05;    // ... and as a share of the time so far
constexpr double kPlainProgress = 0.1;  // of the run
constexpr const char* kClear = "\r\x1b[2K";
constexpr const char* kRed = "\x1b[1;31m";
constexpr const char* kYellow = "\x1b[1;33m";
constexpr const char* kReset = "\x1b[0m";

int terminal_width() {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

std::string pad_left(std::string text, std::size_t width) {
  return text.size() < width ? std::string(width - text.size(), ' ') + text : text;
}

}  // namespace

Progress parse_progress(const std::string& text) {
  if (text == "auto") return Progress::automatic;
  if (text == "bar") return Progress::bar;
  if (text == "plain") return Progress::plain;
  if (text == "none") return Progress::none;
  throw Error("Unknown progress \"" + text + "\"; it is auto, bar, plain or none.",
              ExitCode::usage);
}

TerminalAbilities terminal_environment(bool is_terminal) {
  const char* term = std::getenv("TERM");
  const char* no_color = std::getenv("NO_COLOR");
  const bool dumb = term == nullptr || *term == '\0' || std::strcmp(term, "dumb") == 0;
  const bool tty = is_terminal && !dumb;
  return {.tty = tty, .color = tty && (no_color == nullptr || *no_color == '\0')};
}

TerminalOptions terminal_options(Progress progress) {
  const TerminalAbilities abilities = terminal_environment(isatty(STDERR_FILENO) != 0);
  TerminalOptions options;
  options.progress = progress;
  options.tty = abilities.tty;
  options.color = abilities.color;
  options.width = terminal_width;
  options.clock = steady_seconds;
  return options;
}

Terminal::Terminal(TerminalOptions options) : options_(std::move(options)) {
  if (options_.out == nullptr) options_.out = &std::cerr;
  if (!options_.width) options_.width = [] { return 80; };
  if (!options_.clock) options_.clock = steady_seconds;
  if (options_.progress == Progress::automatic) {
    options_.progress = options_.tty ? Progress::bar : Progress::plain;
  }
  bar_ = options_.progress == Progress::bar;
}

void Terminal::start(const RunInfo& info) {
  info_ = info;
  terms_ = TermTable(info);
  started_ = options_.clock();
  drawn_ = started_ - 2.0 * kRedraw;
  printed_progress_ = 0.0;
  first_ = true;
  unprinted_ = false;
}

// Wide: "step  120/9380 · 41,300 samples/s · 0:48 left · <equation>"; a bar that would be cut gets
// the short words, so that the equation loses less.
std::string Terminal::status(const StepRecord& record, const std::string& equation) const {
  const std::string total = std::to_string(info_.total_steps);
  const std::string step = pad_left(std::to_string(record.step), total.size()) + "/" + total;
  std::string rate, left;
  if (record.samples_per_second > 0.0) {
    rate = pad_left(with_commas(std::llround(record.samples_per_second)), 6);
  }
  const std::int64_t done = record.step - info_.first_step;
  if (done > 0 && info_.total_steps > record.step) {
    const double seconds = options_.clock() - started_;
    left = duration(seconds / static_cast<double>(done) *
                    static_cast<double>(info_.total_steps - record.step));
  }
  const auto join = [&](const char* word, const char* unit) {
    std::string text = word + step;
    if (!rate.empty()) text += " · " + rate + unit;
    if (!left.empty()) text += " · " + left + " left";
    if (!equation.empty()) text += " · " + equation;
    return text;
  };
  const std::string wide = join("step ", " samples/s");
  return bar_ && display_width(wide) >= options_.width() ? join("", "/s") : wide;
}

std::string Terminal::last_equation() const { return equation_line(last_, terms_); }

void Terminal::print(const std::string& line, const std::string& mark) {
  std::string text;
  if (!shown_.empty()) text += kClear;
  text += mark + printable(line) + "\n" + shown_;
  *options_.out << text << std::flush;
}

void Terminal::redraw(const std::string& line) {
  // One column stays free: a full line would wrap on some terminals.
  std::string cut = fit(line, options_.width() - 1);
  if (cut == shown_) return;
  *options_.out << kClear << cut << std::flush;
  shown_ = std::move(cut);
}

void Terminal::step(StepRecord& record) {
  if (record.split != "train") {
    if (options_.progress == Progress::none) return;
    if (!bar_ && unprinted_ && last_.step == record.step) {
      print(status(last_, last_equation()));
      unprinted_ = false;
    }
    const std::string epoch = significant(record.epoch, 4);
    print(record.split + " at step " + std::to_string(record.step) + " (epoch " + epoch +
          (info_.averaged ? ", averaged weights) · " : ") · ") + equation_line(record, terms_));
    return;
  }
  const double now = options_.clock();
  last_.step = record.step;
  last_.samples_per_second = record.samples_per_second;
  last_.values = record.values;
  if (options_.progress == Progress::none) return;
  unprinted_ = true;
  if (bar_) {
    if (now - drawn_ < kRedraw) return;
    drawn_ = now;
    redraw(status(record, last_equation()));
    unprinted_ = false;
    return;
  }
  const double progress = info_.total_steps > info_.first_step
                              ? static_cast<double>(record.step - info_.first_step) /
                                    static_cast<double>(info_.total_steps - info_.first_step)
                              : 0.0;
  const double pause = std::max(kPlainSeconds, kPlainShare * (now - started_));
  // A tenth of the run, but for rounding.
  const bool tenth = progress - printed_progress_ > kPlainProgress - 1e-9;
  if (!first_ && now - drawn_ < pause && !tenth) return;
  first_ = false;
  drawn_ = now;
  printed_progress_ = progress;
  print(status(record, last_equation()));
  unprinted_ = false;
}

void Terminal::finish(const RunSummary& summary) {
  if (unprinted_) {
    const std::string line = status(last_, last_equation());
    bar_ ? redraw(line) : print(line);
    unprinted_ = false;
  }
  if (!shown_.empty()) {
    *options_.out << "\n" << std::flush;
    shown_.clear();
  }
  std::string text = std::string(outcome_words(summary.outcome)) + " at step " +
                     std::to_string(summary.step) + " after " + duration(summary.wall);
  if (!summary.message.empty()) text += ": " + summary.message;
  if (summary.outcome == Outcome::diverged || summary.outcome == Outcome::failed) {
    error(text);
  } else {
    note(text);
  }
}

void Terminal::note(const std::string& text) {
  if (options_.progress != Progress::none) print(text);
}

void Terminal::warning(const std::string& text) {
  print(text, options_.color ? kYellow + std::string("warning: ") + kReset : "warning: ");
}

void Terminal::error(const std::string& text) {
  print(text, options_.color ? kRed + std::string("error: ") + kReset : "error: ");
}

void Terminal::check_failed(const StepRecord& record, const CheckResult& check) {
  error(describe_failure(record, check));
}

}  // namespace elbow
