#include "instrumentation/equation_line.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <cstdio>
#include <vector>

#include "instrumentation/text.h"

namespace elbow {
namespace {

constexpr double kLn2 = 0.693147180559945309;
constexpr const char* kJoin = " · ";

using Weights = std::vector<std::pair<std::string, double>>;

struct Part {
  std::string phase, loss_key;
  Weights weights;  // without zeros
};

std::string number(double value, int decimals, int width) {
  std::array<char, 64> text;
  std::snprintf(text.data(), text.size(), "%*.*f", width, decimals, value);
  return text.data();
}

std::string last_part(const std::string& key) { return key.substr(key.rfind('/') + 1); }

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

// The last part of the key, with the capitals of the symbol where that begins with the same word.
std::string label(const std::string& key, const TermTable& terms) {
  const std::string word = last_part(key);
  const TermEntry* entry = terms.find(key);
  if (entry == nullptr || entry->term.symbol.size() < word.size()) return word;
  const std::string start = entry->term.symbol.substr(0, word.size());
  const bool same = std::equal(word.begin(), word.end(), start.begin(),
                               [](char a, char b) { return lower(a) == lower(b); });
  return same ? start : word;
}

std::vector<Part> parts_of(const Values& values) {
  std::vector<Part> parts;
  for (const auto& [phase, weights] : values.phases()) {
    const std::string own = "loss/" + phase;
    const std::string key = values.contains(own) ? own : "loss";
    if (!values.contains(key)) continue;
    Part part{phase, key, {}};
    for (const auto& pair : weights) {
      if (pair.second != 0.0 && values.contains(pair.first)) part.weights.push_back(pair);
    }
    parts.push_back(std::move(part));
  }
  if (!parts.empty()) return parts;
  for (const auto& [key, moments] : values.all()) {
    const bool phase_loss = key.rfind("loss/", 0) == 0 && key.find('/', 5) == std::string::npos;
    if (key == "loss" || phase_loss) parts.push_back({key == "loss" ? "" : key.substr(5), key, {}});
  }
  return parts;
}

// The term whose parts the weighted terms are: "elbo" for "elbo/reconstruction" and "elbo/kl".
std::string whole_of(const Part& part, const Values& values) {
  for (const auto& [key, weight] : part.weights) {
    const std::string root = key.substr(0, key.find('/'));
    if (root != key && root != "loss" && values.contains(root)) return root;
  }
  return {};
}

// "D" for loss/discriminator where no other phase has that initial.
std::string phase_label(const Part& part, const std::vector<Part>& parts) {
  const auto initial = [](const Part& p) { return p.phase.empty() ? '\0' : lower(p.phase[0]); };
  const auto same = std::count_if(parts.begin(), parts.end(), [&](const Part& other) {
    return initial(other) == initial(part);
  });
  if (same > 1 || part.phase.empty()) return part.phase;
  return std::string(1, static_cast<char>(std::toupper(static_cast<unsigned char>(part.phase[0]))));
}

int decimals_for(const Part& part, const Values& values) {
  double size = std::abs(values[part.loss_key]);
  for (const auto& [key, weight] : part.weights) {
    size = std::max(size, std::abs(weight * values[key]));
  }
  return size >= 20.0 ? 1 : 3;
}

std::string sum_of(const Part& part, const Values& values, const TermTable& terms, int decimals) {
  std::string text;
  for (const auto& [key, weight] : part.weights) {
    const double mean = values[key];
    const bool negative = weight * mean < 0.0;
    if (text.empty()) {
      text = negative ? " = -" : " = ";
    } else {
      text += negative ? " - " : " + ";
    }
    if (std::abs(weight) != 1.0) text += significant(std::abs(weight), 4) + " × ";
    text += number(std::abs(mean), decimals, decimals == 1 ? 4 : 5) + " " + label(key, terms);
  }
  return text;
}

std::string describe(const Part& part, const std::vector<Part>& parts, const Values& values,
                     const TermTable& terms) {
  const double loss = values[part.loss_key];
  const int decimals = decimals_for(part, values);
  const std::string whole = whole_of(part, values);
  std::string name = part.loss_key == "loss" ? "loss" : phase_label(part, parts);
  bool is_whole = false;
  if (!whole.empty()) {
    is_whole = std::abs(loss + values[whole]) <= 1e-5 * std::max(1.0, std::abs(loss));
    if (is_whole) name = "-" + label(whole, terms);
  }
  std::string text = name + " " + number(loss, decimals, 5);
  const bool trivial = part.weights.size() == 1 && part.weights[0].second == 1.0;
  if (!part.weights.empty() && !trivial) text += sum_of(part, values, terms, decimals);
  const TermEntry* entry = terms.find(part.loss_key);
  if (entry != nullptr && entry->term.equilibrium) {
    text += " [" + closed_form(*entry->term.equilibrium) + "]";
  }
  if (!whole.empty() && !is_whole) {
    text += kJoin + ("-" + label(whole, terms)) + " " + number(-values[whole], decimals, 5);
  }
  return text;
}

}  // namespace

std::string closed_form(double value) {
  const double multiple = value / kLn2;
  for (const double k : {0.5, 1.0, 1.5, 2.0, 3.0, 4.0}) {
    if (std::abs(std::abs(multiple) - k) > 1e-4) continue;
    const std::string sign = value < 0 ? "-" : "";
    return sign + (k == 1.0 ? "" : significant(k, 2) + " ") + "ln 2 = " + number(value, 3, 0);
  }
  return significant(value, 4);
}

std::string equation_line(const StepRecord& record, const TermTable& terms) {
  const Values& values = record.values;
  const std::vector<Part> parts = parts_of(values);
  std::string line;
  for (const Part& part : parts) {
    if (!line.empty()) line += kJoin;
    line += describe(part, parts, values, terms);
  }
  if (line.empty()) return line;
  // Real before fake, as everywhere else; the map has them in the order of the alphabet.
  std::string probabilities;
  for (auto it = values.all().lower_bound("probability/"); it != values.all().end(); ++it) {
    if (it->first.rfind("probability/", 0) != 0) break;
    const TermEntry* entry = terms.find(it->first);
    const bool has_symbol = entry != nullptr && !entry->term.symbol.empty();
    const std::string name = has_symbol ? entry->term.symbol : last_part(it->first);
    const std::string one = name + " " + number(it->second.mean, 2, 0);
    probabilities = probabilities.empty() ? one : one + " " + probabilities;
  }
  if (!probabilities.empty()) line += kJoin + probabilities;
  return line;
}

std::string equation_line(const StepRecord& record, const RunInfo& info) {
  return equation_line(record, TermTable(info));
}

}  // namespace elbow
