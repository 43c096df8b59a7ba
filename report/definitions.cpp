#include "report/definitions.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <set>
#include <utility>

#include "core/text.h"

namespace elbow::report {
namespace {

/// Adds "what: a in A, b in B" where it is not the same everywhere. Within a group too: other
/// versions of the program may define a term otherwise.
void add_if_different(std::vector<std::string>& found, const std::string& what,
                      const std::vector<Group>& groups,
                      const std::function<std::string(const Run&)>& value) {
  std::vector<std::pair<std::string, std::string>> said;  // value, group
  std::set<std::string> values;
  for (const Group& group : groups) {
    for (const Run* run : group.runs) {
      std::pair one{value(*run), group.letter};
      values.insert(one.first);
      if (std::find(said.begin(), said.end(), one) == said.end()) said.push_back(std::move(one));
    }
  }
  if (values.size() < 2) return;
  std::string text = what + ": ";
  for (std::size_t i = 0; i < said.size(); ++i) {
    text += (i > 0 ? ", " : "") + (said[i].first.empty() ? "-" : said[i].first) + " in " +
            said[i].second;
  }
  found.push_back(text);
}

/// What is a function of the codes and the prior alone.
bool without_likelihood(const std::string& term) {
  for (const char* prefix : {"elbo/kl", "kl/", "active_units", "log_q", "mu/", "log_var/"}) {
    if (term.starts_with(prefix)) return true;
  }
  return term.find("aggregate/") != std::string::npos;
}

std::string short_number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

/// The settings that say what a loss is: "beta(beta = 4.0, gradient = "pathwise")".
std::string minimised(const Run& run) {
  std::string text = run.text("objective.name"), inside;
  for (const auto& [key, value] : run.config) {
    if (key == "objective.name") continue;
    if (!key.starts_with("objective.") && !key.starts_with("penalty.")) continue;
    const std::string name = key.starts_with("objective.") ? key.substr(10) : key;
    inside += (inside.empty() ? "" : ", ") + name + " = " + to_toml(value);
  }
  return inside.empty() ? text : text + "(" + inside + ")";
}

}  // namespace

std::vector<std::string> definition_differences(const std::string& term,
                                                const std::vector<Group>& groups) {
  std::vector<std::string> found;
  const auto described = [&](const char* what, std::string TermInfo::*field) {
    add_if_different(found, what, groups, [&](const Run& run) {
      const TermInfo* info = run.terms.find(term);
      return info == nullptr ? std::string("(not described)") : info->*field;
    });
  };
  described("symbol", &TermInfo::symbol);
  if (found.empty()) described("equation", &TermInfo::latex);
  described("unit", &TermInfo::unit);
  described("sign", &TermInfo::sign);
  described("reduction", &TermInfo::reduction);
  described("estimator", &TermInfo::estimator);
  for (const char* key : {"data.name", "data.binarize", "data.range"}) {
    add_if_different(found, key, groups, [&](const Run& run) { return run.setting(key); });
  }
  // Numbers of other data are other numbers. What the program generates is said by its settings.
  add_if_different(found, "bytes of the data (SHA-256)", groups, [](const Run& run) {
    return run.environment.data_generated ? std::string()
                                          : run.environment.data_sha256.substr(0, 12);
  });
  if (!without_likelihood(term)) {
    add_if_different(found, "likelihood.name", groups,
                     [](const Run& run) { return run.setting("likelihood.name"); });
  }
  // The parts of a loss are terms of their own, which terms.json describes.
  if (term == "loss" || term == "loss/discriminator" || term == "loss/generator") {
    add_if_different(found, "what is minimised", groups, minimised);
  }
  if (is_numbered(term) && groups.size() > 1) {
    found.push_back("dimensions by number: trainings order them by chance");
  }
  return found;
}

bool is_numbered(const std::string& term) {
  const auto parts = split(term, '/');
  return std::any_of(parts.begin(), parts.end(), [](const std::string& part) {
    return !part.empty() && part.find_first_not_of("0123456789") == std::string::npos;
  });
}

std::string theory_text(const TermInfo& info) {
  std::string text;
  const bool low = std::isfinite(info.minimum), high = std::isfinite(info.maximum);
  if (low || high) {
    text = (low ? "[" + short_number(info.minimum) : "(-∞") + ", " +
           (high ? short_number(info.maximum) + "]" : "∞)");
  }
  if (info.equilibrium) {
    text += (text.empty() ? "" : ", ") + short_number(*info.equilibrium) + " at equilibrium";
  }
  return text;
}

}  // namespace elbow::report
