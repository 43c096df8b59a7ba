#include "report/series_json.h"

#include <array>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

#include "report/thin.h"

namespace elbow::report {
namespace {

std::string quoted(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void append(std::string& out, double value) {
  if (!std::isfinite(value)) {
    out += "null";
    return;
  }
  std::array<char, 32> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value,
                                 std::chars_format::general, 7);
  out.append(digits.data(), end.ptr);
}

void append(std::string& out, const char* name, const std::vector<double>& values) {
  out += out.back() == '{' ? "\"" : ",\"";
  out += name;
  out += "\":[";
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) out += ',';
    append(out, values[i]);
  }
  out += ']';
}

std::string series(const SplitMetrics& metrics, std::size_t points) {
  const Thinning how = thinning(metrics.rows(), points);
  const std::vector<double> steps(metrics.steps.begin(), metrics.steps.end());
  std::string out = "{\"records\":" + std::to_string(metrics.rows()) +
                    ",\"per_point\":" + std::to_string(how.per_point);
  append(out, "step", thin(steps, how).mean);
  append(out, "epoch", thin(metrics.epochs, how).mean);
  append(out, "wall", thin(metrics.wall, how).mean);
  out += ",\"keys\":{";
  bool first = true;
  for (const std::string& key : metrics.keys) {
    if (key.ends_with(".se")) continue;
    const ThinColumn column = thin(*metrics.find(key), how);
    out += std::string(first ? "" : ",") + quoted(key) + ":{";
    first = false;
    append(out, "mean", column.mean);
    if (how.per_point > 1 && !key.starts_with("kl/dim/")) {
      append(out, "least", column.least);
      append(out, "largest", column.largest);
    }
    const auto* errors = metrics.find(key + ".se");
    if (errors != nullptr) append(out, "se", thin_errors(*errors, how));
    const auto nans = metrics.nans.find(key);
    if (nans != metrics.nans.end()) out += ",\"nans\":" + std::to_string(nans->second.size());
    out += '}';
  }
  return out + "}}";
}

}  // namespace

std::string series_json(const Run& run, std::size_t points) {
  std::string out = "{";
  for (const auto& [split, metrics] : run.metrics) {
    if (metrics.rows() == 0) continue;
    if (out.size() > 1) out += ',';
    out += quoted(split) + ":" + series(metrics, points);
  }
  return out + "}";
}

}  // namespace elbow::report
