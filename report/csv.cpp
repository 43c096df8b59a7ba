#include "report/csv.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <set>
#include <tuple>
#include <vector>

namespace elbow::report {
namespace {

struct Row {
  const std::string* split;
  const SplitMetrics* metrics;
  std::size_t index;
};

int rank(const std::string& split) {
  const std::array<const char*, 3> order = {"train", "valid", "test"};
  return static_cast<int>(std::find(order.begin(), order.end(), split) - order.begin());
}

std::vector<Row> rows_of(const Run& run) {
  std::vector<Row> rows;
  for (const auto& [split, metrics] : run.metrics) {
    for (std::size_t i = 0; i < metrics.rows(); ++i) rows.push_back({&split, &metrics, i});
  }
  std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
    return std::tuple(a.metrics->steps[a.index], rank(*a.split)) <
           std::tuple(b.metrics->steps[b.index], rank(*b.split));
  });
  return rows;
}

std::string position(const Row& row) {
  return std::to_string(row.metrics->steps[row.index]) + "," +
         csv_number(row.metrics->epochs[row.index]) + "," +
         csv_number(row.metrics->wall[row.index]) + "," + csv_field(*row.split);
}

}  // namespace

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

std::string csv_number(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  std::array<char, 32> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  return {digits.data(), end};
}

std::string csv_number(const std::optional<double>& value) {
  return value ? csv_number(*value) : std::string();
}

std::string wide_csv(const Run& run) {
  std::vector<std::string> keys;
  std::set<std::string> known;
  for (const char* split : {"train", "valid", "test"}) {
    const auto found = run.metrics.find(split);
    if (found == run.metrics.end()) continue;
    for (const auto& key : found->second.keys) {
      if (known.insert(key).second) keys.push_back(key);
    }
  }
  std::string out = "step,epoch,wall,split";
  for (const auto& key : keys) out += "," + csv_field(key);
  out += "\n";
  for (const Row& row : rows_of(run)) {
    out += position(row);
    for (const auto& key : keys) {
      out += ",";
      if (row.metrics->logged(key, row.index)) out += csv_number(row.metrics->at(key, row.index));
    }
    out += "\n";
  }
  return out;
}

std::string long_csv(const Run& run) {
  std::string out = "step,epoch,wall,split,term,value,se,unit\n";
  std::map<std::string, std::string> units;
  for (const Row& row : rows_of(run)) {
    const std::string where = position(row);
    for (const auto& key : row.metrics->keys) {
      if (key.ends_with(".se") || !row.metrics->logged(key, row.index)) continue;
      auto unit = units.find(key);
      if (unit == units.end()) {
        const TermInfo* info = run.terms.find(key);
        unit = units.emplace(key, csv_field(info == nullptr ? "" : info->unit)).first;
      }
      const std::string se = key + ".se";
      out +=
          where + "," + csv_field(key) + "," + csv_number(row.metrics->at(key, row.index)) + "," +
          (row.metrics->logged(se, row.index) ? csv_number(row.metrics->at(se, row.index)) : "") +
          "," + unit->second + "\n";
    }
  }
  return out;
}

}  // namespace elbow::report
