// Reads a config file, applies overrides, validates against the schema, reports everything at once.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/config/schema.h"
#include "core/parameters.h"

namespace elbow {

/// Where a value came from. file "" with line 0: the schema's default; "command line": an override
/// (column = position of the argument's text).
struct Origin {
  std::string file;
  int line = 0;
  int column = 0;
  std::string text() const;  ///< "configs/vae/beta.toml:12:1", "default", "override 2"
};

/// A complete, validated config: each key that this run uses has a value. Keys are dotted paths
/// ("optimizer.lr", "optimizer.discriminator.lr"); list tables are "penalty.0.gamma".
class Config {
 public:
  std::string family() const { return family_; }
  bool contains(const std::string& path) const { return values_.count(path) != 0; }
  double number(const std::string& path) const;
  std::int64_t integer(const std::string& path) const;
  bool flag(const std::string& path) const;
  std::string text(const std::string& path) const;
  std::vector<std::int64_t> integers(const std::string& path) const;
  std::vector<double> numbers(const std::string& path) const;
  Schedule schedule(const std::string& path) const;

  /// The table of one component without its `name`: parameters("objective").
  Parameters parameters(const std::string& section) const;
  /// One per [[penalty]], with its name.
  std::vector<std::pair<std::string, Parameters>> penalties() const;

  const std::map<std::string, Value>& values() const { return values_; }
  const Origin& origin(const std::string& path) const;
  /// Key order of the schema, for printing.
  const std::vector<std::string>& order() const { return order_; }

 private:
  friend class ConfigLoader;
  std::string family_;
  std::map<std::string, Value> values_;
  std::map<std::string, Origin> origins_;
  std::vector<std::string> order_;
};

/// Loads `file` (with `extends`, relative to the file that says it) and the overrides "key=value".
/// Throws one Error(usage) whose message holds every problem, one a line:
/// "file:line:column: error: unknown key 'bta' in [objective]; did you mean 'beta'?".
/// A key that the chosen components do not use is an error where the config itself or an override
/// sets it, and is dropped where only a file it extends does.
Config load_config(const Schema& schema, const std::filesystem::path& file,
                   const std::vector<std::string>& overrides = {});

/// As load_config, from text (tests, resumed runs); `name` stands in messages.
Config parse_config(const Schema& schema, const std::string& text, const std::string& name,
                    const std::vector<std::string>& overrides = {});

/// The resolved config as TOML that load_config reads back to the same values. With `origins` each
/// line ends in a comment that says where the value came from.
std::string to_toml(const Config& config, bool origins = false);

}  // namespace elbow
