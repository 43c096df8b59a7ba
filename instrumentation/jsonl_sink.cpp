#include "instrumentation/jsonl_sink.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <filesystem>
#include <numeric>
#include <sstream>

#include "core/error.h"
#include "instrumentation/text.h"

namespace elbow {
namespace {

constexpr std::size_t kLargeBuffer = 1 << 18;

bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

// Runs of digits compare as numbers.
bool natural_less(std::string_view a, std::string_view b) {
  std::size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    if (is_digit(a[i]) && is_digit(b[j])) {
      std::size_t end_a = i, end_b = j;
      while (end_a < a.size() && is_digit(a[end_a])) ++end_a;
      while (end_b < b.size() && is_digit(b[end_b])) ++end_b;
      const std::string_view x = a.substr(i, end_a - i), y = b.substr(j, end_b - j);
      if (x.size() != y.size()) return x.size() < y.size();
      if (x != y) return x < y;
      i = end_a;
      j = end_b;
    } else {
      if (a[i] != b[j]) return a[i] < b[j];
      ++i;
      ++j;
    }
  }
  return a.size() - i < b.size() - j;
}

bool is_loss(std::string_view key) { return key == "loss" || key.substr(0, 5) == "loss/"; }

}  // namespace

void MetricsFormat::lay_out(const Values& values) {
  keys_.clear();
  columns_.clear();
  for (const auto& [key, moments] : values.all()) keys_.push_back(key);
  std::vector<std::size_t> order(keys_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    if (is_loss(keys_[a]) != is_loss(keys_[b])) return is_loss(keys_[a]);
    return natural_less(keys_[a], keys_[b]);
  });
  for (const std::size_t source : order) {
    Column column{source, ",", ","};
    append_json_string(column.key, keys_[source]);
    append_json_string(column.key_se, keys_[source] + ".se");
    column.key += ':';
    column.key_se += ':';
    columns_.push_back(std::move(column));
  }
}

bool MetricsFormat::append(std::string& out, const StepRecord& record) {
  const auto& all = record.values.all();
  const bool same =
      all.size() == keys_.size() &&
      std::equal(all.begin(), all.end(), keys_.begin(),
                 [](const auto& value, const auto& key) { return value.first == key; });
  if (!same) lay_out(record.values);
  moments_.clear();
  for (const auto& [key, moments] : all) moments_.push_back(&moments);

  out += "{\"step\":";
  append_json_number(out, record.step);
  out += ",\"epoch\":";
  append_json_number(out, record.epoch);
  out += ",\"wall\":";
  append_json_number(out, std::round(record.wall * 1000.0) / 1000.0);
  out += ",\"split\":";
  append_json_string(out, record.split);
  for (const Column& column : columns_) {
    const Moments& moments = *moments_[column.source];
    out += column.key;
    append_json_number(out, moments.mean);
    if (moments.count > 1) {
      out += column.key_se;
      append_json_number(out, moments.se);
    }
  }
  out += "}\n";
  return !same;
}

void append_checks(std::string& out, const StepRecord& record) {
  for (const CheckResult& check : record.checks) {
    out += "{\"step\":";
    append_json_number(out, record.step);
    out += ",\"split\":";
    append_json_string(out, record.split);
    out += ",\"id\":";
    append_json_string(out, check.id);
    out += ",\"kind\":";
    append_json_string(out, to_string(check.kind));
    if (check.verdict == Verdict::fails) {
      out += ",\"statement\":";
      append_json_string(out, check.statement);
    }
    const std::pair<const char*, double> numbers[] = {{",\"lhs\":", check.lhs},
                                                      {",\"rhs\":", check.rhs},
                                                      {",\"residual\":", check.residual},
                                                      {",\"tolerance\":", check.tolerance},
                                                      {",\"z\":", check.z}};
    for (const auto& [key, value] : numbers) {
      out += key;
      append_json_number(out, value);
    }
    out += ",\"verdict\":";
    append_json_string(out, to_string(check.verdict));
    out += "}\n";
  }
}

void JsonlSink::start(const RunInfo& info) {
  const std::filesystem::path directory = info.directory;
  terms_.start(info);
  metrics_.open(directory / "metrics.jsonl");
  checks_.open(directory / "checks.jsonl");
  truncate_ = info.first_step == 0;
  flushed_ = std::chrono::steady_clock::now();
}

// Not in start(): a run may be resumed from a checkpoint at step 0, and restore() comes later.
void JsonlSink::begin() {
  if (!truncate_) return;
  truncate_ = false;
  metrics_.truncate(0);
  checks_.truncate(0);
}

void JsonlSink::step(StepRecord& record) {
  begin();
  if (format_.append(metrics_.buffer(), record)) terms_.add(record.values);
  append_checks(checks_.buffer(), record);
  const auto now = std::chrono::steady_clock::now();
  if (now - flushed_ >= std::chrono::seconds(1) || metrics_.buffer().size() > kLargeBuffer ||
      checks_.buffer().size() > kLargeBuffer) {
    metrics_.flush();
    checks_.flush();
    flushed_ = now;
  }
}

void JsonlSink::finish(const RunSummary&) {
  if (!metrics_.is_open()) return;
  begin();
  metrics_.close();
  checks_.close();
}

std::string JsonlSink::save() {
  begin();
  metrics_.sync();
  checks_.sync();
  return "metrics " + std::to_string(metrics_.size()) + " checks " + std::to_string(checks_.size());
}

void JsonlSink::restore(const std::string& state) {
  std::istringstream in(state);
  std::string metrics_word, checks_word;
  std::int64_t metrics = 0, checks = 0;
  if (!(in >> metrics_word >> metrics >> checks_word >> checks) || metrics_word != "metrics" ||
      checks_word != "checks") {
    throw Error("The checkpoint does not say how long metrics.jsonl and checks.jsonl were: \"" +
                state + "\".");
  }
  truncate_ = false;
  metrics_.truncate(metrics);
  checks_.truncate(checks);
}

}  // namespace elbow
