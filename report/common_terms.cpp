#include "report/common_terms.h"

#include <algorithm>
#include <set>

#include "core/error.h"
#include "core/text.h"
#include "report/definitions.h"

namespace elbow::report {
namespace {

/// How good samples are, whatever the loss is.
bool is_of_samples(const std::string& term) {
  return term == "probe/modes" || term == "epoch/energy" || term == "epoch/wasserstein1";
}

bool is_plain(const TermChoice& choice) { return choice.patterns.empty() && !choice.all; }

/// Not a diagnostic that says little about which run is better, and not one of a numbered family.
bool is_main(const std::string& term) {
  if (is_of_samples(term)) return true;
  if (is_numbered(term) || term.ends_with("/min") || term.ends_with("/max")) return false;
  for (const char* prefix : {"pixels/", "log_q/", "log_w", "mu/", "log_var/", "learning_rate/",
                             "gradient_norm/", "gradient_difference/", "penalty_of_", "elbo/kl_mc",
                             "beta", "effective_beta", "probe/", "epoch/", "truth/"}) {
    if (term.starts_with(prefix)) return false;
  }
  return true;
}

bool wanted(const std::string& term, const TermChoice& choice) {
  if (term.ends_with(".se")) return false;
  if (choice.patterns.empty()) return choice.all || is_main(term);
  return std::any_of(choice.patterns.begin(), choice.patterns.end(),
                     [&](const std::string& pattern) { return matches(pattern, term); });
}

}  // namespace

void nothing_in_common(const TermChoice& choice) {
  const std::string where = choice.split.empty() ? "" : " in the split '" + choice.split + "'";
  throw Error(choice.patterns.empty()
                  ? "error: the runs have no term in common" + where + "."
                  : "error: no term that all runs have" + where + " matches " +
                        in_words(choice.patterns, "or") + "; --all shows those that they have.",
              ExitCode::usage);
}

std::vector<CommonTerm> common_terms(const std::vector<Group>& groups, const TermChoice& choice) {
  std::vector<CommonTerm> terms;
  std::set<std::string> seen;
  const std::vector<std::string> splits = choice.split.empty()
                                              ? std::vector<std::string>{"test", "valid", "train"}
                                              : std::vector<std::string>{choice.split};
  for (const std::string& split : splits) {
    if (!every_run_has(groups, split)) continue;
    const bool best = terms.empty();
    for (const std::string& term : groups.front().first().split(split)->keys) {
      // Further splits add what the best one has not: measures of samples are of train records.
      if (!best && is_plain(choice) && !is_of_samples(term)) continue;
      if (!wanted(term, choice) || !every_run_has(groups, split, term)) continue;
      if (seen.insert(term).second) terms.push_back({term, split});
    }
  }
  return terms;
}

bool every_run_has(const std::vector<Group>& groups, const std::string& split,
                   const std::string& term) {
  for (const Group& group : groups) {
    for (const Run* run : group.runs) {
      const SplitMetrics* metrics = run->split(split);
      if (metrics == nullptr || (!term.empty() && !metrics->has(term))) return false;
    }
  }
  return true;
}

bool matches(std::string_view pattern, std::string_view text) {
  // Greedy with one way back, to the last '*': linear times the length of the text.
  std::size_t p = 0, t = 0, star = std::string_view::npos, tried = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      tried = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++tried;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

}  // namespace elbow::report
