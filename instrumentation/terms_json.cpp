#include "instrumentation/terms_json.h"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>
#include <vector>

#include "core/error.h"

namespace elbow {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kStandardError[] =
    "standard deviation (n - 1) over the samples of the record, by their root";
constexpr char kNotStandardError[] = "the standard deviation of single samples";

Json limit(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json describe(const TermEntry& entry) {
  const TermSpec& term = entry.term;
  const Range range = range_of(term);
  return {{"symbol", term.symbol},
          {"latex", term.latex},
          {"unit", term.unit},
          {"sign", term.sign},
          {"reduction", term.reduction},
          {"estimator", term.estimator},
          {"range", Json::array({limit(range.minimum), limit(range.maximum)})},
          {"equilibrium", term.equilibrium ? Json(*term.equilibrium) : Json(nullptr)},
          {"meaning", term.meaning},
          {"confused_with", term.confused_with},
          {"reference", term.reference},
          {"source", entry.source}};
}

TermEntry field(const char* name, const char* symbol, const char* unit, const char* meaning) {
  TermSpec term;
  term.name = name;
  term.symbol = symbol;
  term.latex = *symbol == '\0' ? "" : symbol;
  term.unit = unit;
  term.sign = *unit == '\0' ? "" : "+";
  term.meaning = meaning;
  return {term, "instrumentation/jsonl_sink.cpp"};
}

TermEntry standard_error(const TermEntry& of, const std::string& key) {
  TermEntry se = field("", "", "", "");
  se.term.symbol = "se(" + of.term.symbol + ")";
  se.term.latex = "\\mathrm{se}(" + of.term.latex + ")";
  se.term.unit = of.term.unit;
  se.term.sign = "+";
  se.term.reduction = of.term.reduction;
  se.term.estimator = kStandardError;
  se.term.meaning = "Standard error of the mean " + key + ".";
  se.term.confused_with = kNotStandardError;
  return se;
}

}  // namespace

std::string terms_json(const RunInfo& info, const LoggedKeys& logged) {
  TermEntry se = field("*.se", "se", "of the key",
                       "Standard error of the mean whose key stands before \".se\".");
  se.term.latex = "s/\\sqrt{n}";
  se.term.estimator = kStandardError;
  se.term.confused_with = kNotStandardError;
  Json all = Json::object();
  for (const TermEntry& entry :
       {field("step", "t", "steps", "Optimiser steps done."),
        field("epoch", "", "passes", "Passes over the training split so far."),
        field("wall", "", "s", "Seconds of training so far, over all sessions of the run."),
        field("split", "", "", "The data that the record is about: train, valid or test.")}) {
    all[entry.term.name] = describe(entry);
  }
  all[se.term.name] = describe(se);
  const TermTable table(info);
  std::map<const TermEntry*, std::vector<std::pair<std::string, bool>>> members;
  for (const auto& [key, has_se] : logged)
    if (const TermEntry* entry = table.find(key)) members[entry].emplace_back(key, has_se);
  for (const TermEntry& entry : table.entries()) {
    all[entry.term.name] = describe(entry);
    for (const auto& [key, has_se] : members[&entry]) {
      all[key] = describe(entry);
      if (has_se) all[key + ".se"] = describe(standard_error(entry, key));
    }
  }
  return all.dump(2) + "\n";
}

void TermsFile::start(const RunInfo& info) {
  info_ = info;
  table_ = TermTable(info);
  logged_.clear();
  if (info.first_step > 0) {
    std::ifstream file(std::filesystem::path(info.directory) / "terms.json");
    Json old = Json::parse(file, nullptr, false);
    if (!old.is_object()) old = Json::object();
    for (const auto& [key, entry] : old.items())
      if (table_.find(key) != nullptr && !key.ends_with(".se") && !key.ends_with("/*"))
        logged_[key] = old.contains(key + ".se");
  }
  write();
}

void TermsFile::add(const Values& values) {
  bool changed = false;
  for (const auto& [key, moments] : values.all()) {
    const bool has_se = moments.count > 1;
    const auto [found, added] = logged_.emplace(key, has_se);
    changed = changed || added || (has_se && !found->second);
    found->second = found->second || has_se;
  }
  if (changed) write();
}

void TermsFile::write() const {
  const std::filesystem::path path = std::filesystem::path(info_.directory) / "terms.json";
  std::filesystem::path temporary = path;
  temporary += ".tmp";
  std::ofstream file(temporary, std::ios::binary | std::ios::trunc);
  file << terms_json(info_, logged_);
  file.close();
  std::error_code failed;
  if (file) std::filesystem::rename(temporary, path, failed);
  if (!file || failed) throw Error("Cannot write " + path.string() + ".");
}

}  // namespace elbow
