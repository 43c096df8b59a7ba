#include "app/eval_progress.h"

#include <algorithm>
#include <iostream>

#include "app/standard_output.h"
#include "instrumentation/text.h"

namespace elbow::app {
namespace {

constexpr double kRedraw = 0.1, kPlain = 10.0;  // seconds

}  // namespace

EvalProgress::EvalProgress(Progress progress) : options_(terminal_options(progress)) {
  if (options_.progress == Progress::automatic) {
    options_.progress = options_.tty ? Progress::bar : Progress::plain;
  }
  start();
}

void EvalProgress::clear() {
  if (drawn_) std::cerr << "\r\x1b[K" << std::flush;
  drawn_ = false;
}

void EvalProgress::note(const std::string& text) {
  if (options_.progress == Progress::none) return;
  clear();
  say(text);
}

void EvalProgress::start() {
  started_ = options_.clock();
  shown_ = started_;
}

void EvalProgress::at(const std::string& what, double done) {
  if (options_.progress == Progress::none) return;
  const double now = options_.clock(), elapsed = now - started_;
  const bool bar = options_.progress == Progress::bar;
  if (now - shown_ < (bar ? kRedraw : kPlain)) return;
  shown_ = now;
  std::string line =
      what + "  " + std::to_string(static_cast<int>(100.0 * done)) + " %  " + duration(elapsed);
  if (done > 0.02) line += ", " + duration(elapsed * (1.0 - done) / done) + " left";
  if (bar) {
    std::cerr << "\r\x1b[K" << fit(line, std::max(1, options_.width() - 1)) << std::flush;
    drawn_ = true;
  } else {
    say(line);
  }
}

void EvalProgress::finish(const std::string& name) {
  note(name + ": " + duration(options_.clock() - started_));
}

}  // namespace elbow::app
