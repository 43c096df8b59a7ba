#include "core/config/config.h"

#include "core/error.h"

namespace elbow {
namespace {

const Value& value_at(const std::map<std::string, Value>& values, const std::string& path) {
  const auto found = values.find(path);
  if (found == values.end()) throw Error("This config has no key '" + path + "'.");
  return found->second;
}

// One typed reader for Config and Parameters, so that both give the same errors.
Parameters one(const std::map<std::string, Value>& values, const std::string& path) {
  return Parameters({{path, value_at(values, path)}});
}

}  // namespace

std::string Origin::text() const {
  if (file.empty()) return "default";
  if (file == "command line") return "override " + std::to_string(line);
  if (line == 0) return file;
  return file + ":" + std::to_string(line) + ":" + std::to_string(column);
}

double Config::number(const std::string& path) const { return one(values_, path).number(path); }
std::int64_t Config::integer(const std::string& path) const {
  return one(values_, path).integer(path);
}
bool Config::flag(const std::string& path) const { return one(values_, path).flag(path); }
std::string Config::text(const std::string& path) const { return one(values_, path).text(path); }
std::vector<std::int64_t> Config::integers(const std::string& path) const {
  return one(values_, path).integers(path);
}
std::vector<double> Config::numbers(const std::string& path) const {
  return one(values_, path).numbers(path);
}
Schedule Config::schedule(const std::string& path) const {
  return one(values_, path).schedule(path);
}

Parameters Config::parameters(const std::string& section) const {
  const std::string prefix = section + ".";
  std::map<std::string, Value> values;
  for (auto entry = values_.lower_bound(prefix);
       entry != values_.end() && entry->first.compare(0, prefix.size(), prefix) == 0; ++entry) {
    const std::string key = entry->first.substr(prefix.size());
    if (key != "name" && key.find('.') == std::string::npos) values[key] = entry->second;
  }
  return Parameters(std::move(values));
}

std::vector<std::pair<std::string, Parameters>> Config::penalties() const {
  std::vector<std::pair<std::string, Parameters>> out;
  for (;;) {
    const std::string section = "penalty." + std::to_string(out.size());
    if (!contains(section + ".name")) return out;
    out.emplace_back(text(section + ".name"), parameters(section));
  }
}

const Origin& Config::origin(const std::string& path) const {
  const auto found = origins_.find(path);
  if (found == origins_.end()) throw Error("This config has no key '" + path + "'.");
  return found->second;
}

}  // namespace elbow
