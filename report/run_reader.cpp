#include "report/run_reader.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/config/document.h"
#include "core/error.h"
#include "core/text.h"
#include "report/json_lines.h"

namespace elbow::report {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// A number, or the text of one that is not finite.
std::optional<double> number_of(const Json& value) {
  if (value.is_number()) return value.get<double>();
  if (value.is_string()) return special_number(value.get_ref<const std::string&>());
  return std::nullopt;
}

std::string text_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

double number_at(const Json& object, const char* key, double otherwise = kNaN) {
  const auto found = object.find(key);
  return found == object.end() ? otherwise : number_of(*found).value_or(otherwise);
}

std::int64_t whole_at(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}

const Json& member(const Json& object, const char* key) {
  static const Json nothing = Json::object();
  const auto found = object.find(key);
  return found != object.end() && found->is_object() ? *found : nothing;
}

/// The object in a file that is replaced atomically, so that it is whole or damaged.
std::optional<Json> object_in(const fs::path& path) {
  const auto text = read_if_there(path);
  if (!text) return std::nullopt;
  Json json = Json::parse(*text, nullptr, false);
  if (!json.is_object()) damaged(path.string(), 0, "it holds no JSON object");
  return json;
}

TermInfos read_terms(const fs::path& path) {
  TermInfos terms;
  const auto json = object_in(path);
  if (!json) return terms;
  for (const auto& [name, entry] : json->items()) {
    if (!entry.is_object()) continue;
    TermInfo info;
    info.symbol = text_of(entry, "symbol");
    info.latex = text_of(entry, "latex");
    info.unit = text_of(entry, "unit");
    info.sign = text_of(entry, "sign");
    info.reduction = text_of(entry, "reduction");
    info.estimator = text_of(entry, "estimator");
    info.meaning = text_of(entry, "meaning");
    info.confused_with = text_of(entry, "confused_with");
    info.reference = text_of(entry, "reference");
    info.source = text_of(entry, "source");
    if (const auto range = entry.find("range");
        range != entry.end() && range->is_array() && range->size() == 2) {
      info.minimum = number_of((*range)[0]).value_or(info.minimum);
      info.maximum = number_of((*range)[1]).value_or(info.maximum);
    }
    const double equilibrium = number_at(entry, "equilibrium");
    if (!std::isnan(equilibrium)) info.equilibrium = equilibrium;
    terms.entries.emplace_back(name, std::move(info));
  }
  return terms;
}

std::vector<CheckSummary> read_checks(const fs::path& path) {
  std::vector<CheckSummary> all;
  std::map<std::string, std::size_t> index;
  const auto text = read_if_there(path);
  if (!text) return all;
  each_line(*text, [&](std::string_view line, std::size_t number) {
    const Json json = Json::parse(line, nullptr, false);
    if (!json.is_object() || text_of(json, "id").empty()) {
      damaged(path.string(), number, "no evaluation of an identity");
    }
    const std::string id = text_of(json, "id");
    const auto [place, fresh] = index.emplace(id, all.size());
    if (fresh) {
      all.emplace_back();
      all.back().id = id;
    }
    CheckSummary& summary = all[place->second];
    CheckedOnce once{whole_at(json, "step"),       text_of(json, "split"),
                     text_of(json, "verdict"),     number_at(json, "lhs"),
                     number_at(json, "rhs"),       number_at(json, "residual"),
                     number_at(json, "tolerance"), number_at(json, "z")};
    summary.kind = text_of(json, "kind");
    ++summary.evaluations;
    if (std::isfinite(once.z)) summary.largest_z = std::max(summary.largest_z, std::fabs(once.z));
    if (once.verdict == "holds") {
      ++summary.holds;
    } else if (once.verdict == "fails") {
      ++summary.fails;
      if (!summary.first_failure) {
        summary.first_failure = once;
        summary.statement = text_of(json, "statement");
      }
    } else {
      ++summary.inconclusive;
    }
    const double excess = summary.kind == "bound" ? once.residual : std::fabs(once.residual);
    const double share = once.tolerance > 0.0 ? excess / once.tolerance : 0.0;
    if (summary.evaluations == 1 || share > summary.worst_share) {
      summary.worst_share = share;
      summary.worst = once;
    }
    summary.last = std::move(once);
  });
  return all;
}

std::optional<RunResult> read_result(const fs::path& path) {
  const auto json = object_in(path);
  if (!json) return std::nullopt;
  RunResult result;
  result.outcome = text_of(*json, "outcome");
  result.message = text_of(*json, "message");
  result.step = whole_at(*json, "step");
  result.epoch = number_at(*json, "epoch");
  for (const auto& [split, terms] : member(*json, "splits").items()) {
    for (const auto& [key, moment] : terms.items()) {
      RunMoment& to = result.splits[split][key];
      to.mean = number_at(moment, "mean");
      if (const double se = number_at(moment, "se"); !std::isnan(se)) to.se = se;
      to.count = std::max<std::int64_t>(1, whole_at(moment, "count"));
    }
  }
  for (const auto& [name, count] : member(*json, "checks").items()) {
    if (count.is_number_integer()) result.checks[name] = count.get<std::int64_t>();
  }
  for (const auto& [name, value] : member(*json, "timings").items()) {
    if (const auto number = number_of(value)) result.timings[name] = *number;
  }
  return result;
}

/// Whether the settings of a row name other data than `sha256`; rows of old versions name none.
bool on_other_data(const EvalRow& row, const std::string& sha256) {
  for (const std::string& word : split(row.settings, ' ')) {
    if (word.starts_with("data=")) return !sha256.empty() && !sha256.starts_with(word.substr(5));
  }
  return false;
}

/// The newest row of each (metric, settings, quantity, estimator), measured on the run's own data.
std::vector<EvalRow> read_evaluation(const fs::path& path, const std::string& own_data) {
  std::vector<EvalRow> rows;
  const auto text = read_if_there(path);
  if (!text) return rows;
  std::map<std::string, std::size_t> index;
  each_line(*text, [&](std::string_view line, std::size_t) {
    const Json json = Json::parse(line, nullptr, false);
    if (!json.is_object() || text_of(json, "quantity").empty()) return;  // `eval` skips them too
    EvalRow row{text_of(json, "metric"),    text_of(json, "settings"), text_of(json, "quantity"),
                text_of(json, "estimator"), text_of(json, "bias"),     text_of(json, "note"),
                text_of(json, "meaning"),   number_at(json, "value"),  {}};
    if (const double se = number_at(json, "se"); !std::isnan(se)) row.se = se;
    if (on_other_data(row, own_data)) return;
    const std::string id =
        row.metric + "\n" + row.settings + "\n" + row.quantity + "\n" + row.estimator;
    const auto [place, fresh] = index.emplace(id, rows.size());
    if (fresh) {
      rows.push_back(std::move(row));
    } else {
      rows[place->second] = std::move(row);
    }
  });
  return rows;
}

void flatten(const Node& node, const std::string& path, std::map<std::string, Value>& out) {
  const bool tables = node.kind == Node::Kind::list && !node.items.empty() &&
                      std::all_of(node.items.begin(), node.items.end(),
                                  [](const Node& item) { return item.kind == Node::Kind::table; });
  const bool schedule = node.kind == Node::Kind::table && node.find("schedule") != nullptr;
  const std::string prefix = path.empty() ? "" : path + ".";
  if (node.kind == Node::Kind::table && !schedule) {
    for (const Node& item : node.items) flatten(item, prefix + item.name, out);
  } else if (tables) {
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      flatten(node.items[i], prefix + std::to_string(i), out);
    }
  } else {
    out[path] = node.value();
  }
}

}  // namespace

const TermInfo* TermInfos::find(std::string_view key) const {
  const auto entry = [this](std::string_view name) -> const TermInfo* {
    for (const auto& [known, info] : entries) {
      if (known == name) return &info;
    }
    return nullptr;
  };
  if (const TermInfo* exact = entry(key)) return exact;
  for (auto slash = key.rfind('/'); slash != std::string_view::npos && slash > 0;
       slash = key.rfind('/', slash - 1)) {
    if (const TermInfo* family = entry(std::string(key.substr(0, slash)) + "/*")) return family;
  }
  return nullptr;
}

const SplitMetrics* Run::split(std::string_view name) const {
  const auto found = metrics.find(std::string(name));
  return found == metrics.end() || found->second.rows() == 0 ? nullptr : &found->second;
}

std::string Run::setting(const std::string& key) const {
  const auto found = config.find(key);
  return found == config.end() ? "" : to_toml(found->second);
}

std::string Run::text(const std::string& key) const {
  const auto found = config.find(key);
  const auto* value =
      found == config.end() ? nullptr : std::get_if<std::string>(&found->second.data);
  return value == nullptr ? "" : *value;
}

double Run::number(const std::string& key, double otherwise) const {
  const auto found = config.find(key);
  if (found == config.end()) return otherwise;
  if (const auto* whole = std::get_if<std::int64_t>(&found->second.data)) {
    return static_cast<double>(*whole);
  }
  const auto* real = std::get_if<double>(&found->second.data);
  return real == nullptr ? otherwise : *real;
}

std::string Run::name() const {
  const fs::path clean = fs::absolute(path).lexically_normal();
  return clean.has_filename() ? clean.filename().string() : clean.parent_path().filename().string();
}

std::map<std::string, Value> flat_config(std::string_view text, const std::string& name) {
  try {
    std::map<std::string, Value> out;
    flatten(parse_toml(text), "", out);
    return out;
  } catch (const SyntaxError& error) {
    damaged(name, static_cast<std::size_t>(std::max(0, error.at.line)), error.message);
  }
}

RunEnvironment read_environment(const fs::path& path) {
  RunEnvironment environment;
  const auto json = object_in(path);
  if (!json) return environment;
  environment.version = text_of(*json, "elbow");
  environment.revision = text_of(*json, "git_revision");
  environment.data_name = text_of(member(*json, "data"), "name");
  environment.data_sha256 = text_of(member(*json, "data"), "sha256");
  const auto generated = member(*json, "data").find("generated");
  environment.data_generated = generated != member(*json, "data").end() && *generated == true;
  environment.cpu = text_of(*json, "cpu");
  environment.threads = whole_at(member(*json, "threads"), "libtorch");
  environment.seed = whole_at(*json, "seed");
  if (const auto line = json->find("command_line"); line != json->end() && line->is_array()) {
    for (const auto& word : *line) {
      if (word.is_string()) environment.command_line.push_back(word.get<std::string>());
    }
  }
  return environment;
}

std::optional<RunStatus> read_status(const fs::path& path) {
  const auto json = object_in(path);
  if (!json) return std::nullopt;
  return RunStatus{text_of(*json, "status"), text_of(*json, "message"), whole_at(*json, "step"),
                   whole_at(*json, "total_steps"), number_at(*json, "heartbeat", 0.0)};
}

Run read_run(const fs::path& path) {
  std::error_code code;
  if (!fs::is_directory(path, code)) {
    throw Error("error: there is no run directory " + path.string() +
                    "; `elbow train` prints the directory of a run as its last line.",
                ExitCode::usage);
  }
  if (!fs::exists(path / "config.toml") && !fs::exists(path / "metrics.jsonl")) {
    throw Error(
        "error: " + path.string() + " holds no run: it has neither config.toml nor metrics.jsonl.",
        ExitCode::usage);
  }
  Run run;
  run.path = path;
  if (const auto text = read_if_there(path / "config.toml")) {
    run.config = flat_config(*text, (path / "config.toml").string());
  }
  if (const auto text = read_if_there(path / "metrics.jsonl")) {
    run.metrics = parse_metrics(*text, (path / "metrics.jsonl").string());
  }
  run.terms = read_terms(path / "terms.json");
  run.checks = read_checks(path / "checks.jsonl");
  run.result = read_result(path / "result.json");
  run.status = read_status(path / "status.json");
  run.environment = read_environment(path / "environment.json");
  run.evaluation = read_evaluation(path / "eval.jsonl", run.environment.data_sha256);
  run.predictions = read_predictions(path / "predictions.json");
  fill_results(run.predictions, run.metrics);
  return run;
}

}  // namespace elbow::report
