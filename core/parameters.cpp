#include "core/parameters.h"

#include "core/error.h"

namespace elbow {
namespace {

[[noreturn]] void wrong_type(const std::string& key, const Value& value, const char* expected) {
  throw Error("Parameter '" + key + "' = " + to_toml(value) + " is not " + expected + ".");
}

}  // namespace

const Value& Parameters::at(const std::string& key) const {
  const auto found = values_.find(key);
  if (found == values_.end()) throw Error("There is no parameter '" + key + "'.");
  read_->insert(key);
  return found->second;
}

double Parameters::number(const std::string& key) const {
  const Value& value = at(key);
  if (const auto* real = std::get_if<double>(&value.data)) return *real;
  if (const auto* whole = std::get_if<std::int64_t>(&value.data)) {
    return static_cast<double>(*whole);
  }
  wrong_type(key, value, "a number");
}

std::int64_t Parameters::integer(const std::string& key) const {
  const Value& value = at(key);
  if (const auto* whole = std::get_if<std::int64_t>(&value.data)) return *whole;
  wrong_type(key, value, "an integer");
}

bool Parameters::flag(const std::string& key) const {
  const Value& value = at(key);
  if (const auto* flag = std::get_if<bool>(&value.data)) return *flag;
  wrong_type(key, value, "true or false");
}

std::string Parameters::text(const std::string& key) const {
  const Value& value = at(key);
  if (const auto* text = std::get_if<std::string>(&value.data)) return *text;
  wrong_type(key, value, "a text");
}

std::vector<std::int64_t> Parameters::integers(const std::string& key) const {
  const Value& value = at(key);
  const auto* list = std::get_if<ValueList>(&value.data);
  if (list == nullptr) wrong_type(key, value, "a list of integers");
  std::vector<std::int64_t> out;
  for (const Value& item : *list) {
    const auto* whole = std::get_if<std::int64_t>(&item.data);
    if (whole == nullptr) wrong_type(key, value, "a list of integers");
    out.push_back(*whole);
  }
  return out;
}

std::vector<double> Parameters::numbers(const std::string& key) const {
  const Value& value = at(key);
  const auto* list = std::get_if<ValueList>(&value.data);
  if (list == nullptr) wrong_type(key, value, "a list of numbers");
  std::vector<double> out;
  for (const Value& item : *list) {
    if (const auto* real = std::get_if<double>(&item.data)) {
      out.push_back(*real);
    } else if (const auto* whole = std::get_if<std::int64_t>(&item.data)) {
      out.push_back(static_cast<double>(*whole));
    } else {
      wrong_type(key, value, "a list of numbers");
    }
  }
  return out;
}

Schedule Parameters::schedule(const std::string& key) const { return Schedule::from(at(key)); }

}  // namespace elbow
