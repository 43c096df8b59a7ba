#include "app/divergence_print.h"

#include <algorithm>
#include <iostream>
#include <vector>

#include "app/standard_output.h"
#include "instrumentation/text.h"
#include "math/divergences/quantities.h"

namespace elbow::app {
namespace {

constexpr int kValueWidth = 16;  // -1.234567891e-300 is the widest of ten digits
constexpr int kErrorWidth = 8;   // 1.2e-300
constexpr int kBiasWidth = 7;    // unknown

std::string json_line(const Finding& row) {
  std::string line = "{\"quantity\":";
  append_json_string(line, row.quantity);
  line += ",\"estimator\":";
  append_json_string(line, row.estimator);
  line += ",\"value\":";
  append_json_number(line, row.estimate.value);
  line += ",\"se\":";
  if (row.estimate.se) {
    append_json_number(line, *row.estimate.se);
  } else {
    line += "null";
  }
  line += ",\"bias\":";
  append_json_string(line, to_string(row.estimate.bias));
  line += row.estimate.exact ? ",\"exact\":true,\"note\":" : ",\"exact\":false,\"note\":";
  append_json_string(line, row.estimate.note);
  return line + "}";
}

double seconds_since(std::chrono::steady_clock::time_point then) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - then).count();
}

}  // namespace

void DivergencePrinter::set_widths(int quantity, int estimator, int unit) {
  widths_ = {quantity, estimator, kValueWidth, kErrorWidth, unit, kBiasWidth, 0};
}

void DivergencePrinter::table_line(const std::vector<std::string>& cells) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    line += cells[i];
    const int missing = widths_[i] - display_width(cells[i]);
    if (i + 1 < cells.size()) line.append(static_cast<std::size_t>(std::max(0, missing) + 2), ' ');
  }
  line.erase(line.find_last_not_of(' ') + 1);
  std::cout << line << std::endl;
}

void DivergencePrinter::row(const Finding& finding) {
  finish();
  if (json_) {
    std::cout << json_line(finding) << std::endl;
    return;
  }
  if (!has_header_) {
    table_line({"quantity", "estimator", "value", "se", "unit", "bias", "note"});
    has_header_ = true;
  }
  const Estimate& e = finding.estimate;
  table_line({finding.quantity, finding.estimator,
              significant(e.value, e.exact ? digits_of(finding, 10) : 6),
              e.exact ? "exact"
              : e.se  ? significant(*e.se, 2)
                      : "-",
              unit_of_quantity(finding.quantity), std::string(to_string(e.bias)), e.note});
}

void DivergencePrinter::left_out(const std::string& what, const std::string& why) {
  finish();
  say("left out: " + what + ": " + why);
}

void DivergencePrinter::begins(const std::string& what, std::size_t index, std::size_t of) {
  const std::string place = " (" + std::to_string(index + 1) + " of " + std::to_string(of) + ")";
  if (terminal_) {
    if (seconds_since(start_) < 1.0) return;
    finish();
    std::cerr << "computing " << what << place << std::flush;
    has_status_ = true;
  } else if (seconds_since(told_) >= 10.0) {
    std::cerr << "computing " << what << place << ", " << duration(seconds_since(start_)) << '\n';
    told_ = Clock::now();
  }
}

void DivergencePrinter::finish() {
  if (has_status_) std::cerr << "\r\x1b[K" << std::flush;
  has_status_ = false;
}

}  // namespace elbow::app
