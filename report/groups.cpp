#include "report/groups.h"

#include <algorithm>
#include <map>
#include <set>

namespace elbow::report {
namespace {

/// Keys that do not enter the training. The default of `run.name` is made from the others.
bool aside(const std::string& key) {
  if (key == "run.name" || key == "run.seed") return true;
  for (const char* prefix : {"log.", "pictures.", "probes.", "checkpoint.", "sinks.", "report."}) {
    if (key.starts_with(prefix)) return true;
  }
  return false;
}

std::string signature(const Run& run) {
  std::string text = run.environment.data_sha256 + "\n";
  for (const auto& [key, value] : run.config) {
    if (!aside(key)) text += key + "=" + to_toml(value) + "\n";
  }
  return text;
}

}  // namespace

std::vector<Group> group_by_seed(const std::vector<Run>& runs, std::vector<std::string>& notes) {
  std::vector<Group> groups;
  std::map<std::string, std::size_t> index;
  for (const Run& run : runs) {
    const auto [place, fresh] = index.emplace(signature(run), groups.size());
    if (fresh) groups.emplace_back();
    Group& group = groups[place->second];
    const std::string seed = run.setting("run.seed");
    if (std::count(group.seeds.begin(), group.seeds.end(), seed) > 0) {
      notes.push_back(run.path.string() + " repeats config and seed of " +
                      group.first().path.string() + " and is left out: it is no independent run.");
      continue;
    }
    group.runs.push_back(&run);
    group.seeds.push_back(seed);
  }
  std::map<std::string, int> names;
  for (const Group& group : groups) ++names[group.first().name()];
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const Run& first = groups[i].first();
    groups[i].label = names[first.name()] > 1 ? first.path.string() : first.name();
    groups[i].letter = i < 26 ? std::string(1, static_cast<char>('A' + static_cast<int>(i)))
                              : "R" + std::to_string(i + 1);
  }
  return groups;
}

std::vector<SettingDifference> setting_differences(const std::vector<Group>& groups) {
  std::set<std::string> keys;
  for (const Group& group : groups) {
    for (const auto& [key, value] : group.first().config) keys.insert(key);
  }
  std::vector<SettingDifference> found;
  for (const std::string& key : keys) {
    if (key == "run.name" || key == "run.seed") continue;
    SettingDifference row{key, {}};
    for (const Group& group : groups) row.values.push_back(group.first().setting(key));
    const bool same = std::all_of(row.values.begin(), row.values.end(),
                                  [&](const auto& value) { return value == row.values[0]; });
    if (!same) found.push_back(std::move(row));
  }
  return found;
}

}  // namespace elbow::report
