#include "app/sweep_plan.h"

#include <algorithm>
#include <map>
#include <sstream>

#include "app/resolved_config.h"
#include "app/sweep_runs.h"
#include "core/error.h"
#include "objectives/registry.h"
#include "report/run_reader.h"
#include "training/checkpoint.h"
#include "training/resumption.h"

namespace elbow::app {
namespace {

namespace fs = std::filesystem;

/// Messages of several lines, each line once.
class Problems {
 public:
  void add(const std::string& message) {
    std::istringstream lines(message);
    for (std::string line; std::getline(lines, line);) {
      if (std::find(said_.begin(), said_.end(), line) == said_.end()) said_.push_back(line);
    }
  }
  void throw_if_any() const {
    if (said_.empty()) return;
    std::string message;
    for (const auto& line : said_) message += (message.empty() ? "" : "\n") + line;
    throw Error(message, ExitCode::usage);
  }

 private:
  std::vector<std::string> said_;
};

std::string differing_keys(const Config& a, const Config& b) {
  std::string keys;
  const auto add = [&](const std::string& key) { keys += (keys.empty() ? "" : ", ") + key; };
  for (const auto& [key, value] : a.values()) {
    if (!b.contains(key) || b.values().at(key) != value) add(key);
  }
  for (const auto& [key, value] : b.values()) {
    if (!a.contains(key)) add(key);
  }
  return keys;
}

/// Nothing where the run is not through.
std::optional<int> exit_code_of(const fs::path& directory) {
  const auto status = report::read_status(directory / "status.json");
  if (status && status->status == "diverged") return static_cast<int>(ExitCode::diverged);
  if (!status || status->status != "finished") return std::nullopt;
  const auto result = report::read_run(directory).result;
  const bool failed = result && result->checks.contains("decisive_fails") &&
                      result->checks.at("decisive_fails") > 0;
  return static_cast<int>(failed ? ExitCode::check_failed : ExitCode::ok);
}

}  // namespace

std::vector<PlannedRun> plan_sweep(const SweepPlanRequest& request) {
  const Schema schema = make_schema(component_specs());
  const fs::path root =
      request.dir.empty() ? fs::path("runs") / ("sweep-" + fs::path(request.config).stem().string())
                          : fs::path(request.dir);
  std::optional<fs::path> data_dir;
  if (!request.data_dir.empty()) data_dir = request.data_dir;
  std::vector<PlannedRun> runs;
  Problems problems;
  std::map<std::string, std::string> names;  // by config
  for (const SweepPoint& point : sweep_points(request.values)) {
    PlannedRun run{point, root / point.name};
    run.begun = fs::exists(run.directory / "config.toml");
    run.resumable = run.begun && !Checkpoints(run.directory / "checkpoints", 1).steps().empty();
    try {
      const Config config = resolved_config(schema, request.config, point.overrides, data_dir);
      // Values that are written differently and read alike: 1 and 1.0.
      const auto [same, fresh] = names.emplace(to_toml(config), point.name);
      if (!fresh) {
        problems.add("error: the runs " + same->second + " and " + point.name +
                     " are one and the same: their configs are equal.");
      }
      if (run.begun) {
        const std::string different =
            differing_keys(config, load_config(schema, run.directory / "config.toml"));
        if (!different.empty()) {
          problems.add("error: " + run.directory.string() + " holds a run with another config (" +
                       different + "). Give another directory with --dir, or remove that run.");
        }
        run.ended = exit_code_of(run.directory);
      }
    } catch (const Error& error) {
      if (error.code() != ExitCode::usage) throw;
      problems.add(error.what());
    }
    runs.push_back(std::move(run));
  }
  problems.throw_if_any();
  return runs;
}

void require_data_of_begun(const SweepPlanRequest& request, const std::vector<PlannedRun>& runs) {
  const Schema schema = make_schema(component_specs());
  std::optional<fs::path> data_dir;
  if (!request.data_dir.empty()) data_dir = request.data_dir;
  std::map<std::string, Dataset> loaded;  // by what asks for it
  for (const PlannedRun& run : runs) {
    if (!run.begun) continue;
    const std::string trained =
        report::read_environment(run.directory / "environment.json").data_sha256;
    if (trained.empty()) continue;
    const Config config = resolved_config(schema, request.config, run.point.overrides, data_dir);
    std::string asked;
    for (const auto& [key, value] : config.values()) {
      if (key.starts_with("data.")) asked += key + "=" + to_toml(value) + "\n";
    }
    auto found = loaded.find(asked);
    if (found == loaded.end()) {
      found = loaded.emplace(asked, load_dataset(dataset_request(config, data_dir))).first;
    }
    require_same_data(found->second, {.settings = {}, .data = trained}, run.directory.string(),
                      "give another directory with --dir.");
  }
}

std::vector<std::string> train_line(const SweepPlanRequest& request, const PlannedRun& run,
                                    int threads) {
  std::vector<std::string> words = {own_program(), "train", request.config};
  words.insert(words.end(), run.point.overrides.begin(), run.point.overrides.end());
  words.insert(words.end(), {"--run-dir", run.directory.string()});
  if (!request.data_dir.empty()) words.insert(words.end(), {"--data-dir", request.data_dir});
  if (threads > 0) words.insert(words.end(), {"--threads", std::to_string(threads)});
  if (run.begun) words.push_back(run.resumable ? "--resume" : "--overwrite");
  return words;
}

std::string shell_line(const std::vector<std::string>& words) {
  const char* plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./=,:+@%";
  std::string line;
  for (const std::string& word : words) {
    if (!line.empty()) line += ' ';
    if (!word.empty() && word.find_first_not_of(plain) == std::string::npos) {
      line += word;
      continue;
    }
    line += '\'';
    for (const char c : word) line += c == '\'' ? std::string("'\\''") : std::string(1, c);
    line += '\'';
  }
  return line;
}

}  // namespace elbow::app
