// What the page of a run shows, as JSON.
#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "core/error.h"
#include "core/identity_page.h"
#include "report/involved.h"
#include "report/json_lines.h"
#include "report/page.h"
#include "report/picture_files.h"
#include "report/series_json.h"

namespace elbow::report {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kSeriesLimit = 1'300'000;
constexpr std::size_t kPicturesLimit = 2'800'000;
constexpr std::size_t kMostPoints = 600, kFewestPoints = 30;

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json number(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  return value;
}

Json finite(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

/// The specs of the components that the run uses, objective first.
std::vector<const Spec*> specs_of(const Run& run, const Schema& schema) {
  std::vector<std::pair<std::string, std::string>> chosen;  // kind, name
  for (const char* kind : {"objective", "likelihood", "prior"}) {
    chosen.emplace_back(kind, run.text(std::string(kind) + ".name"));
  }
  for (int i = 0;; ++i) {
    const std::string name = run.text("penalty." + std::to_string(i) + ".name");
    if (name.empty()) break;
    chosen.emplace_back("penalty", name);
  }
  chosen.emplace_back("dynamics", run.text("dynamics.name"));
  std::vector<const Spec*> found;
  for (const auto& [kind, name] : chosen) {
    for (const Spec& spec : schema.components) {
      if (to_string(spec.kind) == kind && spec.name == name) found.push_back(&spec);
    }
  }
  return found;
}

Json describe(const Spec& spec, const Run& run, int penalty) {
  Json parts = Json::array();
  for (const EquationPart& part : spec.parts) {
    parts.push_back({{"latex", part.latex}, {"term", part.term}});
  }
  std::string section(to_string(spec.kind));
  if (spec.kind == SpecKind::penalty) section += "." + std::to_string(penalty);
  Json parameters = Json::array();
  for (const ParameterSpec& parameter : spec.parameters) {
    parameters.push_back({{"name", parameter.name},
                          {"symbol", parameter.symbol},
                          {"value", run.setting(section + "." + parameter.name)},
                          {"description", parameter.description}});
  }
  return {{"kind", std::string(to_string(spec.kind))},
          {"name", spec.name},
          {"family", spec.family},
          {"summary", spec.summary},
          {"equation", spec.equation},
          {"unicode", spec.unicode},
          {"parts", parts},
          {"reference", spec.reference},
          {"convention", spec.convention},
          {"parameters", parameters}};
}

Json describe(const CheckedOnce& once) {
  return {{"step", once.step},
          {"split", once.split},
          {"lhs", number(once.lhs)},
          {"rhs", number(once.rhs)},
          {"residual", number(once.residual)},
          {"tolerance", number(once.tolerance)},
          {"z", number(once.z)}};
}

/// The last number of every key, in any split; training last, because it has the most keys.
Values last_values(const Run& run) {
  Values values;
  for (const char* split : {"test", "valid", "train"}) {
    const SplitMetrics* metrics = run.split(split);
    if (metrics == nullptr) continue;
    for (const auto& [key, column] : metrics->columns) {
      for (std::size_t row = column.size(); row-- > 0;) {
        if (!metrics->logged(key, row)) continue;
        values.set(key, column[row]);
        break;
      }
    }
  }
  return values;
}

/// "KL ≥ 0" of a check of the id "range:TERM".
std::string range_statement(const Run& run, const std::string& id) {
  const std::string key = id.substr(id.find(':') + 1);
  const TermInfo* term = run.terms.find(key);
  if (term == nullptr) return "";
  const auto text = [](double value) {
    std::array<char, 32> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value,
                                   std::chars_format::general, 6);
    return std::string(digits.data(), end.ptr);
  };
  const std::string symbol = term->symbol.empty() ? key : term->symbol;
  const bool low = std::isfinite(term->minimum) || term->sign == "+";
  const bool high = std::isfinite(term->maximum) || term->sign == "-";
  std::string statement = symbol;
  if (low) statement = text(std::isfinite(term->minimum) ? term->minimum : 0.0) + " ≤ " + statement;
  if (high) statement += " ≤ " + text(std::isfinite(term->maximum) ? term->maximum : 0.0);
  return statement;
}

Json identities(const Run& run, const std::vector<const Spec*>& specs) {
  const Values values = last_values(run);
  std::vector<std::string> keys;
  for (const Spec* spec : specs) {
    for (const EquationPart& part : spec->parts) keys.push_back(part.term);
  }
  std::map<std::string, const IdentitySpec*> known;
  for (const Spec* spec : specs) {
    for (const IdentitySpec& identity : spec->identities) known.emplace(identity.id, &identity);
  }
  Json all = Json::array();
  for (const CheckSummary& check : run.checks) {
    const auto found = known.find(check.id);
    const bool range = check.id.starts_with("range:");
    std::string statement = check.statement;
    Json about = Json::array();
    if (found != known.end()) {
      statement = found->second->statement;
      for (const std::string& key : involved(*found->second, values, keys)) about.push_back(key);
    } else if (range) {
      statement = range_statement(run, check.id);
      const std::string key = check.id.substr(6);
      if (std::find(keys.begin(), keys.end(), key) != keys.end()) about.push_back(key);
    }
    Json entry = {{"id", check.id},
                  {"kind", check.kind},
                  {"statement", statement},
                  {"page", identity_page(check.id)},
                  {"terms", about},
                  {"evaluations", check.evaluations},
                  {"holds", check.holds},
                  {"fails", check.fails},
                  {"inconclusive", check.inconclusive},
                  {"largest_z", number(check.largest_z)},
                  {"worst_share", number(check.worst_share)},
                  {"worst", describe(check.worst)},
                  {"last", describe(check.last)}};
    if (check.first_failure) entry["first_failure"] = describe(*check.first_failure);
    all.push_back(std::move(entry));
  }
  return all;
}

/// What terms.json says about the logged keys; families by their pattern.
Json terms(const Run& run) {
  std::set<const TermInfo*> used;
  for (const auto& [split, metrics] : run.metrics) {
    for (const std::string& key : metrics.keys) used.insert(run.terms.find(key));
  }
  Json all = Json::object();
  for (const auto& [name, term] : run.terms.entries) {
    if (used.count(&term) == 0 || name == "*.se") continue;
    all[name] = {{"symbol", term.symbol},
                 {"latex", term.latex},
                 {"unit", term.unit},
                 {"sign", term.sign},
                 {"reduction", term.reduction},
                 {"estimator", term.estimator},
                 {"range", {finite(term.minimum), finite(term.maximum)}},
                 {"equilibrium", term.equilibrium ? Json(*term.equilibrium) : Json(nullptr)},
                 {"meaning", term.meaning},
                 {"confused_with", term.confused_with},
                 {"reference", term.reference},
                 {"source", term.source}};
  }
  return all;
}

Json config(const Run& run, const Schema& schema, const Json& origins) {
  struct Known {
    std::string otherwise, description;
  };
  std::map<std::string, Known> known;
  const auto add = [&](const std::string& path, const ParameterSpec& parameter) {
    const bool none = parameter.default_value.is_null();
    known.emplace(path, Known{none ? "" : to_toml(parameter.default_value), parameter.description});
  };
  for (const KeySpec& key : schema.keys) add(key.path(), key.parameter);
  int penalty = 0;
  for (const Spec* spec : specs_of(run, schema)) {
    std::string section(to_string(spec->kind));
    if (spec->kind == SpecKind::penalty) section += "." + std::to_string(penalty++);
    for (const ParameterSpec& parameter : spec->parameters) {
      add(section + "." + parameter.name, parameter);
    }
  }
  Json all = Json::array();
  for (const auto& [path, value] : run.config) {
    const auto found = known.find(path);
    const auto origin = origins.find(path);
    all.push_back(
        {{"key", path},
         {"value", to_toml(value)},
         {"default", found == known.end() ? "" : found->second.otherwise},
         {"description", found == known.end() ? "" : found->second.description},
         {"origin",
          origin != origins.end() && origin->is_string() ? origin->get<std::string>() : ""}});
  }
  return all;
}

std::string quoted(const std::string& word) {
  const bool plain = !word.empty() && std::all_of(word.begin(), word.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view("_-./=+:,@%").find(static_cast<char>(c)) != std::string_view::npos;
  });
  if (plain) return word;
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

/// What repeats the run, with the options of its own command line that change what is computed.
std::string repeat_command(const Run& run) {
  const std::string path = std::filesystem::absolute(run.path).lexically_normal().string();
  const std::string directory = path.ends_with('/') ? path.substr(0, path.size() - 1) : path;
  std::string command = "elbow train " + quoted(directory + "/config.toml") + " --run-dir " +
                        quoted(directory + "-again");
  if (run.environment.threads > 0) {
    command += " --threads " + std::to_string(run.environment.threads);
  }
  const auto& words = run.environment.command_line;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i].starts_with("--data-dir=")) command += " " + quoted(words[i]);
    if (words[i] == "--data-dir" && i + 1 < words.size()) {
      command += " --data-dir " + quoted(words[i + 1]);
    }
  }
  return command;
}

/// The newest number of every key in each split, unthinned, with its standard error.
Json last_records(const Run& run) {
  Json all = Json::object();
  for (const auto& [split, metrics] : run.metrics) {
    Json& values = all[split] = Json::object();
    for (const std::string& key : metrics.keys) {
      if (key.ends_with(".se")) continue;
      const auto& column = *metrics.find(key);
      std::size_t row = column.size();
      while (row > 0 && !metrics.logged(key, row - 1)) --row;
      if (row == 0) continue;
      const double se = metrics.at(key + ".se", row - 1);
      values[key] = {number(column[row - 1]), finite(se), metrics.steps[row - 1]};
    }
  }
  return all;
}

Json pictures(const RunPictures& found) {
  const auto one = [](const PictureFile& picture) -> Json {
    return {{"name", picture.name},
            {"step", picture.step},
            {"caption", picture.caption},
            {"src", picture.uri}};
  };
  Json samples = Json::array(), others = Json::array();
  for (const PictureFile& picture : found.samples) samples.push_back(one(picture));
  for (const PictureFile& picture : found.others) others.push_back(one(picture));
  return {{"samples", samples}, {"samples_there", found.samples_there}, {"others", others}};
}

Json evaluation(const Run& run) {
  Json rows = Json::array();
  for (const EvalRow& row : run.evaluation) {
    rows.push_back({{"metric", row.metric},
                    {"quantity", row.quantity},
                    {"estimator", row.estimator},
                    {"settings", row.settings},
                    {"value", number(row.value)},
                    {"se", row.se ? finite(*row.se) : Json(nullptr)},
                    {"bias", row.bias},
                    {"note", row.note},
                    {"meaning", row.meaning}});
  }
  return rows;
}

Json predictions(const Run& run) {
  Json all = Json::array();
  for (const Prediction& prediction : run.predictions) {
    const auto& result = prediction.result;
    all.push_back({{"term", prediction.term},
                   {"guess", number(prediction.guess)},
                   {"split", result ? result->split : prediction.split},
                   {"value", result ? number(result->value) : Json(nullptr)},
                   {"se", result && result->se ? finite(*result->se) : Json(nullptr)},
                   {"step", result ? Json(result->step) : Json(nullptr)}});
  }
  return all;
}

Json about(const Run& run) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  Json json = {{"name", run.text("run.name").empty() ? run.name() : run.text("run.name")},
               {"directory", run.name()},
               {"objective", run.text("objective.name")},
               {"written", std::chrono::duration_cast<std::chrono::seconds>(now).count()},
               {"command", repeat_command(run)},
               {"version", run.environment.version},
               {"revision", run.environment.revision},
               {"cpu", run.environment.cpu},
               {"threads", run.environment.threads},
               {"data", run.environment.data_name},
               {"data_sha256", run.environment.data_sha256}};
  if (run.status) {
    json["status"] = run.status->status;
    json["message"] = run.status->message;
    json["step"] = run.status->step;
    json["total_steps"] = run.status->total_steps;
    json["heartbeat"] = number(run.status->heartbeat);
  }
  // While it runs, a result.json can only be that of an earlier session.
  if (run.result && (!run.status || run.status->status != "running")) {
    json["outcome"] = run.result->outcome;
    json["message"] = run.result->message;
    json["step"] = run.result->step;
    json["epoch"] = number(run.result->epoch);
    for (const auto& [name, value] : run.result->timings) json["timings"][name] = number(value);
  }
  return json;
}

Json environment_member(const Run& run, const char* name) {
  const auto text = read_if_there(run.path / "environment.json");
  if (!text) return Json::object();
  const Json all = Json::parse(*text, nullptr, false);
  if (!all.is_object() || !all.contains(name) || !all[name].is_object()) return Json::object();
  return all[name];
}

}  // namespace

std::string page_data(const Run& run, const Schema& schema, std::size_t limit) {
  const std::vector<const Spec*> specs = specs_of(run, schema);
  Json json = {{"run", about(run)}};
  json["run"]["family"] = specs.empty() ? "" : specs.front()->family;
  int penalty = 0;
  json["specs"] = Json::array();
  for (const Spec* spec : specs) {
    const bool is_penalty = spec->kind == SpecKind::penalty;
    json["specs"].push_back(describe(*spec, run, is_penalty ? penalty++ : 0));
  }
  json["terms"] = terms(run);
  json["identities"] = identities(run, specs);
  json["last"] = last_records(run);
  json["config"] = config(run, schema, environment_member(run, "config_origins"));
  json["overrides"] = read_if_there(run.path / "overrides.txt").value_or("");
  json["evaluation"] = evaluation(run);
  json["predictions"] = predictions(run);
  json["data"] = environment_member(run, "data");

  std::size_t points = kMostPoints;
  std::string curves = series_json(run, points);
  while (curves.size() > std::min(kSeriesLimit, limit / 3) && points > kFewestPoints) {
    points /= 2;
    curves = series_json(run, points);
  }
  std::string text = dump(json);
  // Room for what escaping adds.
  const std::size_t used = text.size() + text.size() / 16 + curves.size() + 1024;
  const std::size_t left = used < limit ? limit - used : 0;
  const std::string images =
      dump(pictures(run_pictures(run.path / "samples", std::min(kPicturesLimit, left))));
  text.pop_back();
  return text + ",\"series\":" + curves + ",\"pictures\":" + images + "}";
}

}  // namespace elbow::report
