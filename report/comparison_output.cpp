// A comparison for scripts: CSV and JSON.
#include <cmath>
#include <nlohmann/json.hpp>

#include "report/comparison.h"
#include "report/csv.h"

namespace elbow::report {
namespace {

using Json = nlohmann::ordered_json;

Json number(double value) {
  if (std::isfinite(value)) return value;
  return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

Json number(const std::optional<double>& value) { return value ? number(*value) : Json(nullptr); }

Json interval(const std::optional<Interval>& value) {
  return value ? Json::array({number(value->low), number(value->high)}) : Json(nullptr);
}

const char* source_text(ErrorSource source) {
  switch (source) {
    case ErrorSource::data:
      return "data";
    case ErrorSource::series:
      return "series";
    case ErrorSource::seeds:
      return "seeds";
    case ErrorSource::none:
      break;
  }
  return "none";
}

Json to_object(const Measured& m) {
  return {{"value", number(m.value)},
          {"se", number(m.se)},
          {"interval", interval(m.interval())},
          {"seeds", m.seeds},
          {"se_of", source_text(m.source)}};
}

Json to_object(const Difference& d) {
  return {{"value", number(d.value)},
          {"se", number(d.se)},
          {"interval", interval(d.interval())},
          {"test", std::string(to_string(d.test))},
          {"dof", std::isfinite(d.dof) ? Json(d.dof) : Json(nullptr)},
          {"p", number(d.p)},
          {"p_holm", number(d.p_holm)},
          {"significant", d.significant()}};
}

}  // namespace

std::string comparison_csv(const Comparison& comparison) {
  std::string out =
      "at,split,term,unit,group,directory,value,se,se_of,seeds,difference,difference_se,difference_"
      "low,difference_high,test,p,"
      "p_holm,significant,not_comparable\n";
  for (const Section& section : comparison.sections) {
    for (const Row& row : section.rows) {
      std::string why;
      for (const auto& definition : row.definitions) why += (why.empty() ? "" : "; ") + definition;
      for (std::size_t g = 0; g < comparison.groups.size(); ++g) {
        if (!row.values[g]) continue;
        const Measured& m = *row.values[g];
        const auto& d = row.differences[g];
        const auto range = d ? d->interval() : std::nullopt;
        out +=
            std::string(to_string(section.at)) + "," + row.split + "," + csv_field(row.term) + "," +
            csv_field(row.unit) + "," + comparison.groups[g].letter + "," +
            csv_field(comparison.groups[g].first().path.string()) + "," + csv_number(m.value) +
            "," + csv_number(m.se) + "," + source_text(m.source) + "," + std::to_string(m.seeds) +
            "," + (d ? csv_number(d->value) : "") + "," + (d ? csv_number(d->se) : "") + "," +
            (range ? csv_number(range->low) : "") + "," + (range ? csv_number(range->high) : "") +
            "," + (d ? std::string(to_string(d->test)) : "") + "," + (d ? csv_number(d->p) : "") +
            "," + (d ? csv_number(d->p_holm) : "") + "," +
            (d && d->p ? (d->significant() ? "true" : "false") : "") + "," + csv_field(why) + "\n";
      }
    }
  }
  return out;
}

std::string comparison_json(const Comparison& comparison) {
  Json groups = Json::array();
  for (const Group& group : comparison.groups) {
    Json runs = Json::array();
    for (const Run* run : group.runs) runs.push_back(run->path.string());
    groups.push_back(
        {{"group", group.letter}, {"label", group.label}, {"runs", runs}, {"seeds", group.seeds}});
  }
  Json settings = Json::object();
  for (const SettingDifference& row : comparison.settings) settings[row.key] = row.values;
  Json sections = Json::array();
  for (const Section& section : comparison.sections) {
    Json rows = Json::array();
    for (const Row& row : section.rows) {
      Json values = Json::array(), differences = Json::array();
      for (std::size_t g = 0; g < comparison.groups.size(); ++g) {
        values.push_back(row.values[g] ? to_object(*row.values[g]) : Json(nullptr));
        differences.push_back(row.differences[g] ? to_object(*row.differences[g]) : Json(nullptr));
      }
      rows.push_back({{"term", row.term},
                      {"split", row.split},
                      {"unit", row.unit},
                      {"theory", row.theory},
                      {"values", values},
                      {"differences", differences},
                      {"not_comparable", row.definitions}});
    }
    sections.push_back({{"at", std::string(to_string(section.at))},
                        {"title", section.title},
                        {"places", section.places},
                        {"same_as", section.same_as},
                        {"rows", rows}});
  }
  const Json all = {
      {"groups", groups},          {"baseline", comparison.groups[comparison.baseline].letter},
      {"settings", settings},      {"sections", sections},
      {"tests", comparison.tests}, {"significant", comparison.significant},
      {"notes", comparison.notes}};
  return all.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace elbow::report
