#include "instrumentation/evaluation_file.h"

#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

#include "instrumentation/append_file.h"
#include "instrumentation/text.h"

namespace elbow {
namespace {

double number(const nlohmann::json& value) {
  if (value.is_number()) return value.get<double>();
  const auto text = value.get<std::string>();
  const double infinity = std::numeric_limits<double>::infinity();
  if (text == "inf") return infinity;
  return text == "-inf" ? -infinity : std::numeric_limits<double>::quiet_NaN();
}

Bias bias_from(const std::string& text) {
  for (const Bias bias : {Bias::none, Bias::lower, Bias::upper}) {
    if (text == to_string(bias)) return bias;
  }
  return Bias::unknown;
}

Measurement from_json(const nlohmann::json& line) {
  Measurement m{line.at("quantity").get<std::string>(), line.at("estimator").get<std::string>()};
  m.estimate.value = number(line.at("value"));
  if (!line.at("se").is_null()) m.estimate.se = number(line.at("se"));
  m.estimate.bias = bias_from(line.at("bias").get<std::string>());
  m.estimate.exact = line.at("exact").get<bool>();
  m.estimate.note = line.at("note").get<std::string>();
  m.meaning = line.at("meaning").get<std::string>();
  return m;
}

void append_field(std::string& out, const char* name, const std::string& text) {
  out += std::string(out.back() == '{' ? "\"" : ",\"") + name + "\":";
  append_json_string(out, text);
}

std::string fields(const Measurement& m) {
  std::string out = "{";
  append_field(out, "quantity", m.quantity);
  append_field(out, "estimator", m.estimator);
  out += ",\"value\":";
  append_json_number(out, m.estimate.value);
  out += ",\"se\":";
  if (m.estimate.se) {
    append_json_number(out, *m.estimate.se);
  } else {
    out += "null";
  }
  append_field(out, "bias", std::string(to_string(m.estimate.bias)));
  out += m.estimate.exact ? ",\"exact\":true" : ",\"exact\":false";
  append_field(out, "note", m.estimate.note);
  append_field(out, "meaning", m.meaning);
  return out;
}

}  // namespace

std::string to_json(const Measurement& measurement) { return fields(measurement) + "}"; }

EvaluationFile::EvaluationFile(std::filesystem::path path, bool overwrite)
    : path_(std::move(path)) {
  if (overwrite) std::filesystem::remove(path_);
  read();
}

void EvaluationFile::read() {
  std::ifstream file(path_);
  for (std::string text; std::getline(file, text);) {
    try {
      const auto line = nlohmann::json::parse(text);
      lines_.push_back({line.at("metric").get<std::string>(),
                        line.at("settings").get<std::string>(), line.at("row").get<std::size_t>(),
                        line.at("rows").get<std::size_t>(), from_json(line)});
    } catch (const nlohmann::json::exception&) {
      // The end of a write that was cut short.
    }
  }
}

std::optional<std::vector<Measurement>> EvaluationFile::find(const std::string& metric,
                                                             const std::string& settings) const {
  std::vector<Measurement> rows;
  std::size_t expected = 0;
  for (const Line& line : lines_) {
    if (line.metric != metric || line.settings != settings) continue;
    if (line.row == 0) rows.clear();  // from the start: it was cut short, or measured again
    expected = line.rows;
    rows.push_back(line.measurement);
  }
  if (rows.empty() || rows.size() != expected) return std::nullopt;
  return rows;
}

void EvaluationFile::add(const std::string& metric, const std::string& settings,
                         const std::vector<Measurement>& rows) {
  AppendFile file;
  file.open(path_);
  // A line that was cut short stays one line.
  if (file.size() > 0) {
    std::ifstream old(path_, std::ios::binary);
    old.seekg(-1, std::ios::end);
    if (old.get() != '\n') file.buffer() += '\n';
  }
  for (std::size_t r = 0; r < rows.size(); ++r) {
    std::string line = fields(rows[r]);
    append_field(line, "metric", metric);
    append_field(line, "settings", settings);
    file.buffer() +=
        line + ",\"row\":" + std::to_string(r) + ",\"rows\":" + std::to_string(rows.size()) + "}\n";
    lines_.push_back({metric, settings, r, rows.size(), rows[r]});
  }
  file.sync();
  file.close();
}

}  // namespace elbow
