#include "app/live_page.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "report/page.h"
#include "training/files.h"

namespace elbow::app {
namespace {

// Of the training time, at most.
constexpr double kShare = 0.01;

std::chrono::steady_clock::duration seconds(double value) {
  return std::chrono::duration_cast<std::chrono::steady_clock::duration>(
      std::chrono::duration<double>(value));
}

}  // namespace

LivePage::LivePage(const Schema& schema, std::filesystem::path run, double every,
                   std::function<void(const std::string&)> warn)
    : schema_(schema),
      run_(std::move(run)),
      every_(report::web_assets().missing.empty() ? every : 0.0),
      warn_(std::move(warn)),
      next_(Clock::now() + seconds(every_)) {}

void LivePage::step(StepRecord&) {
  if (every_ <= 0.0 || failed_ || Clock::now() < next_) return;
  const auto begun = Clock::now();
  write();
  const std::chrono::duration<double> cost = Clock::now() - begun;
  next_ = Clock::now() + seconds(std::max(every_, cost.count() / kShare));
}

bool LivePage::write() {
  if (every_ <= 0.0) return false;
  try {
    write_output(run_ / "report.html", report::run_page(run_, schema_));
    return true;
  } catch (const std::exception& error) {
    if (!failed_) warn_(std::string("report.html is not written: ") + error.what());
    failed_ = true;
    return false;
  }
}

}  // namespace elbow::app
