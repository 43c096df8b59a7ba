#include "instrumentation/log_sink.h"

#include <spdlog/logger.h>
#include <spdlog/sinks/basic_file_sink.h>

#include "core/clock.h"
#include "core/error.h"
#include "core/outcome.h"
#include "core/text.h"
#include "instrumentation/equation_line.h"
#include "instrumentation/text.h"

namespace elbow {
namespace {

using spdlog::level::level_enum;

}  // namespace

LogSink::LogSink(double seconds, std::function<double()> clock)
    : seconds_(seconds), clock_(clock ? std::move(clock) : steady_seconds) {}

LogSink::~LogSink() = default;

void LogSink::start(const RunInfo& info) {
  info_ = info;
  const std::string path = info.directory + "/log.txt";
  try {
    // Not through spdlog's registry: two runs in one process have two logs.
    auto sink = std::make_shared<spdlog::sinks::basic_file_sink_st>(path, info.first_step == 0);
    logger_ = std::make_shared<spdlog::logger>("log.txt", std::move(sink));
  } catch (const spdlog::spdlog_ex& error) {
    throw Error("Cannot open " + path + ": " + error.what());
  }
  logger_->set_pattern("%Y-%m-%d %H:%M:%S.%e %l: %v");
  logger_->flush_on(level_enum::warn);
  for (const auto& [level, text] : early_) write(level, text);
  early_.clear();
  std::string text =
      info.first_step == 0 ? "start" : "resumed at step " + std::to_string(info.first_step);
  text += ": " + info.name + ", " + info.family + " " + info.objective + ", " +
          std::to_string(info.total_steps) + " steps planned";
  note(text);
  next_ = clock_();
  logger_->flush();
}

void LogSink::step(StepRecord& record) {
  const double now = clock_();
  if (record.split == "train") {
    if (now < next_) return;
    next_ = now + seconds_;
  }
  const bool averaged = record.split != "train" && info_.averaged;
  note("step " + std::to_string(record.step) + " " + record.split +
       (averaged ? " (averaged weights): " : ": ") + equation_line(record, info_));
  logger_->flush();
}

void LogSink::finish(const RunSummary& summary) {
  std::string text = std::string(outcome_words(summary.outcome)) + " at step " +
                     std::to_string(summary.step) + " after " + duration(summary.wall);
  if (!summary.message.empty()) text += ": " + summary.message;
  const bool bad = summary.outcome == Outcome::diverged || summary.outcome == Outcome::failed;
  bad ? error(text) : note(text);
  if (logger_) logger_->flush();
}

std::string LogSink::save() {
  if (logger_) logger_->flush();
  return {};
}

void LogSink::write(int level, const std::string& line) {
  const std::string text = printable(line);
  if (logger_) {
    // As an argument, never as the format: the text may hold braces.
    logger_->log(static_cast<level_enum>(level), "{}", text);
  } else {
    early_.emplace_back(level, text);
  }
}

void LogSink::note(const std::string& text) { write(level_enum::info, text); }
void LogSink::warning(const std::string& text) { write(level_enum::warn, text); }
void LogSink::error(const std::string& text) { write(level_enum::err, text); }

void LogSink::check_failed(const StepRecord& record, const CheckResult& check) {
  error(describe_failure(record, check));
}

}  // namespace elbow
