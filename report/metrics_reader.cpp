// metrics.jsonl, column by column, without a tree of JSON values in between.
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "report/json_lines.h"
#include "report/run_reader.h"

namespace elbow::report {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// Takes the events of one flat object; `wrong` says what is not as it should be.
class LineHandler : public nlohmann::json_sax<nlohmann::json> {
 public:
  std::vector<std::pair<std::string, double>> numbers;  // reused from line to line
  std::size_t used = 0;
  std::string split, wrong;

  void reset() {
    used = 0;
    depth_ = 0;
    split.clear();
    wrong.clear();
  }

  bool null() override { return true; }  // as if the key were absent
  bool boolean(bool) override { return refuse("is no number"); }
  bool number_integer(number_integer_t v) override { return add(static_cast<double>(v)); }
  bool number_unsigned(number_unsigned_t v) override { return add(static_cast<double>(v)); }
  bool number_float(number_float_t v, const string_t&) override { return add(v); }
  bool string(string_t& text) override {
    if (key_ == "split") {
      split = text;
      return true;
    }
    const auto value = special_number(text);
    return value ? add(*value) : refuse("is no number");
  }
  bool binary(binary_t&) override { return refuse("is no number"); }
  bool start_object(std::size_t) override { return ++depth_ == 1 || refuse("is no number"); }
  bool key(string_t& name) override {
    key_ = name;
    return true;
  }
  bool end_object() override { return true; }
  bool start_array(std::size_t) override { return refuse("is no number"); }
  bool end_array() override { return true; }
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::json::exception&) override {
    wrong = "no JSON from column " + std::to_string(position) + " on";
    return false;
  }

 private:
  bool add(double value) {
    if (depth_ != 1) return refuse("is no number");
    if (used == numbers.size()) numbers.emplace_back();
    numbers[used].first = key_;
    numbers[used].second = value;
    ++used;
    return true;
  }
  bool refuse(const std::string& what) {
    wrong = depth_ == 0 ? "a record must be an object" : "the value of '" + key_ + "' " + what;
    return false;
  }

  std::string key_;
  int depth_ = 0;
};

void add_row(SplitMetrics& split, const LineHandler& line) {
  const std::size_t row = split.rows();
  double step = kNaN, epoch = kNaN, wall = kNaN;
  for (std::size_t i = 0; i < line.used; ++i) {
    const auto& [key, value] = line.numbers[i];
    if (key == "step") {
      step = value;
    } else if (key == "epoch") {
      epoch = value;
    } else if (key == "wall") {
      wall = value;
    } else {
      auto found = split.columns.find(key);
      if (found == split.columns.end()) {
        found = split.columns.emplace(key, std::vector<double>()).first;
        split.keys.push_back(key);
      }
      found->second.resize(row, kNaN);
      found->second.push_back(value);
      if (std::isnan(value)) split.nans[key].insert(row);
    }
  }
  split.steps.push_back(static_cast<std::int64_t>(step));
  split.epochs.push_back(epoch);
  split.wall.push_back(wall);
}

bool has_step(const LineHandler& line) {
  for (std::size_t i = 0; i < line.used; ++i) {
    if (line.numbers[i].first == "step") return std::isfinite(line.numbers[i].second);
  }
  return false;
}

}  // namespace

const std::vector<double>* SplitMetrics::find(std::string_view key) const {
  const auto found = columns.find(key);
  return found == columns.end() ? nullptr : &found->second;
}

bool SplitMetrics::logged(std::string_view key, std::size_t row) const {
  const auto* column = find(key);
  if (column == nullptr || row >= column->size()) return false;
  if (!std::isnan((*column)[row])) return true;
  const auto found = nans.find(key);
  return found != nans.end() && found->second.count(row) != 0;
}

double SplitMetrics::at(std::string_view key, std::size_t row) const {
  const auto* column = find(key);
  return column == nullptr || row >= column->size() ? kNaN : (*column)[row];
}

std::map<std::string, SplitMetrics> parse_metrics(std::string_view text, const std::string& name) {
  std::map<std::string, SplitMetrics> splits;
  LineHandler handler;
  each_line(text, [&](std::string_view line, std::size_t number) {
    handler.reset();
    if (!nlohmann::json::sax_parse(line.begin(), line.end(), &handler)) {
      damaged(name, number, handler.wrong);
    }
    if (handler.split.empty()) damaged(name, number, "the record does not name its split");
    if (!has_step(handler)) damaged(name, number, "the record does not say its step");
    add_row(splits[handler.split], handler);
  });
  for (auto& [split, metrics] : splits) {
    for (auto& [key, column] : metrics.columns) column.resize(metrics.rows(), kNaN);
  }
  return splits;
}

}  // namespace elbow::report
