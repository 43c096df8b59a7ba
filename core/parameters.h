// The resolved parameters of one component (one TOML table), as its factory reads them.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/schedule.h"
#include "core/value.h"

namespace elbow {

/// Values are complete and validated: every key of the spec is present, with the spec's type.
/// Remembers which keys were read, so that a test can prove that none is ignored.
class Parameters {
 public:
  Parameters() : read_(std::make_shared<std::set<std::string>>()) {}
  explicit Parameters(std::map<std::string, Value> values)
      : values_(std::move(values)), read_(std::make_shared<std::set<std::string>>()) {}

  double number(const std::string& key) const;  ///< real or integer
  std::int64_t integer(const std::string& key) const;
  bool flag(const std::string& key) const;
  std::string text(const std::string& key) const;
  std::vector<std::int64_t> integers(const std::string& key) const;
  std::vector<double> numbers(const std::string& key) const;
  Schedule schedule(const std::string& key) const;
  bool contains(const std::string& key) const { return values_.count(key) != 0; }

  const std::map<std::string, Value>& values() const { return values_; }
  const std::set<std::string>& read() const { return *read_; }

 private:
  const Value& at(const std::string& key) const;  // throws Error naming the key
  std::map<std::string, Value> values_;
  std::shared_ptr<std::set<std::string>> read_;
};

}  // namespace elbow
