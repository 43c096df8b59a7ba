#include "instrumentation/terms_json.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "instrumentation/term_table.h"

namespace elbow {
namespace {

using Json = nlohmann::ordered_json;

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

}  // namespace

std::string terms_json(const RunInfo& info) {
  TermEntry se = field("*.se", "se", "of the key",
                       "Standard error of the mean whose key stands before \".se\".");
  se.term.latex = "s/\\sqrt{n}";
  se.term.estimator = "standard deviation (n - 1) over the samples of the record, by their root";
  se.term.confused_with = "the standard deviation of single samples";
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
  for (const TermEntry& entry : table.entries()) all[entry.term.name] = describe(entry);
  return all.dump(2) + "\n";
}

}  // namespace elbow
