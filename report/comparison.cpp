#include "report/comparison.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <set>

#include "core/error.h"
#include "core/text.h"
#include "report/definitions.h"
#include "report/evaluation_rows.h"
#include "report/numbers.h"

namespace elbow::report {
namespace {

constexpr double kSilence = 60.0;  ///< seconds without a heartbeat

std::filesystem::path clean_path(const std::filesystem::path& path) {
  const auto clean = std::filesystem::absolute(path).lexically_normal();
  return clean.has_filename() ? clean : clean.parent_path();  // without a slash at its end
}

std::size_t baseline_of(const std::vector<Group>& groups, const std::string& wanted) {
  if (wanted.empty()) return 0;
  std::vector<std::string> names;
  std::set<std::size_t> named;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    for (const Run* run : groups[g].runs) {
      // A path is of one run; names and letters may be of several.
      if (clean_path(run->path) == clean_path(wanted)) return g;
      names.push_back(run->path.string());
      if (wanted == run->name() || wanted == groups[g].letter) named.insert(g);
    }
  }
  if (named.size() == 1) return *named.begin();
  if (named.size() > 1) {
    std::vector<std::string> letters;
    for (const std::size_t g : named) letters.push_back(groups[g].letter);
    throw Error("error: --baseline " + wanted + " may be " + in_words(letters, "or") +
                    ". Give the directory of the run.",
                ExitCode::usage);
  }
  throw Error("error: --baseline " + wanted + " is none of the runs" + did_you_mean(wanted, names) +
                  ". Name one of them.",
              ExitCode::usage);
}

/// Seconds since the last sign of life; 0 where that is not known.
double silence(const RunStatus& status) {
  const double now =
      std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  return status.heartbeat > 0.0 ? now - status.heartbeat : 0.0;
}

std::string minutes(double seconds) {
  const std::string whole = fixed(seconds / 60.0, 0);
  return whole + (whole == "1" ? " minute" : " minutes");
}

/// A run that has not ended as it should, or whose own checks failed.
void note_run(const Group& group, const Run& run, std::vector<std::string>& notes) {
  const std::string name = group.letter + " (" + run.path.string() + ")";
  if (run.status && run.status->status != "finished") {
    const double silent = silence(*run.status);
    const bool killed = run.status->status == "running" && silent > kSilence;
    notes.push_back(
        name + (killed ? " has said nothing for " + minutes(silent) : " is " + run.status->status) +
        " at step " + std::to_string(run.status->step) + " of " +
        std::to_string(run.status->total_steps) + (killed ? "; it was probably killed" : "") +
        ": its end is not that of the whole run.");
  }
  for (const CheckSummary& check : run.checks) {
    if (check.fails == 0 || (check.kind != "exact" && check.kind != "bound")) continue;
    notes.push_back(name + ": check " + check.id + " failed " + std::to_string(check.fails) +
                    " times; its numbers are wrong until that is explained.");
  }
}

void note_all(Comparison& c) {
  const Run& first = c.groups.front().first();
  bool single = false;
  for (const Group& group : c.groups) {
    single = single || group.runs.size() == 1;
    for (const Run* run : group.runs) note_run(group, *run, c.notes);
    const Run& other = group.first();
    if (other.environment.data_sha256 != first.environment.data_sha256 &&
        other.setting("data.name") == first.setting("data.name")) {
      c.notes.push_back(group.letter + " was trained on other bytes of data than " +
                        c.groups.front().letter + " (SHA-256), under the same name.");
    }
  }
  if (single) {
    c.notes.push_back(
        "One seed says nothing about other seeds: where a group has one, its standard error speaks "
        "of the data that the number was measured on. Train more (elbow sweep --seeds 5) before "
        "believing a small difference.");
  }
}

std::string title(At at, double limit) {
  switch (at) {
    case At::end:
      return "at the end";
    case At::steps:
      return "at equal steps: the last record up to step " + fixed(limit, 0);
    case At::samples:
      return "at equal samples: the last record up to " + fixed(limit, 0) + " training samples";
    case At::time:
      break;
  }
  return "at equal time: the record nearest to " + fixed(limit, 1) + " s of training";
}

/// Unit and theory of the term where all groups agree on them.
void describe(Row& row, const std::vector<Group>& groups, std::size_t baseline) {
  const auto of = [&](const Group& group) {
    const TermInfo* info = group.first().terms.find(row.term);
    return info == nullptr ? TermInfo{} : *info;
  };
  const TermInfo first = of(groups[baseline]);
  row.unit = first.unit;
  row.theory = theory_text(first);
  for (const Group& group : groups) {
    const TermInfo other = of(group);
    if (other.unit != first.unit) row.unit.clear();
    if (theory_text(other) != theory_text(first)) row.theory.clear();
  }
}

/// Per group where its values are taken from; split by split where they are not of one place.
std::vector<std::string> places_of(const std::vector<Group>& groups, const std::vector<Row>& rows,
                                   At at, double limit) {
  std::vector<std::string> splits;
  for (const Row& row : rows) {
    if (std::count(splits.begin(), splits.end(), row.split) == 0) splits.push_back(row.split);
  }
  std::vector<std::string> places;
  for (const Group& group : groups) {
    std::set<std::string> all;
    std::string by_split;
    for (const std::string& split : splits) {
      const std::string place = place_text(group, split, at, limit);
      all.insert(place);
      by_split += (by_split.empty() ? "" : "; ") + split + ": " + place;
    }
    places.push_back(all.size() == 1 ? *all.begin() : by_split);
  }
  return places;
}

Section section_at(const Comparison& c, const std::vector<CommonTerm>& terms,
                   const TermChoice& choice, At at) {
  Section section;
  section.at = at;
  const double limit = at == At::end ? 0.0 : common_position(c.groups, at);
  section.title = title(at, limit);
  for (const CommonTerm& common : terms) {
    std::string split = common.split;
    if (at != At::end && split == "test" && choice.split.empty()) {
      split = every_run_has(c.groups, "valid", common.term) ? "valid" : "train";
    }
    Row row{.term = common.term, .split = split};
    for (const Group& group : c.groups) {
      row.values.push_back(group_value(group, split, common.term, at, limit));
    }
    // Averaged weights are not measured on training batches: there is no row to show.
    if (std::none_of(row.values.begin(), row.values.end(),
                     [](const auto& v) { return v.has_value(); }))
      continue;
    describe(row, c.groups, c.baseline);
    section.rows.push_back(std::move(row));
  }
  section.places = places_of(c.groups, section.rows, at, limit);
  return section;
}

/// Per run and split in use, the record that its values are taken from.
using Records = std::map<std::pair<const Run*, std::string>, std::optional<std::size_t>>;
Records records_of(const std::vector<Group>& groups, const std::vector<Row>& rows, At at) {
  Records records;
  const double limit = common_position(groups, at);
  for (const Row& row : rows) {
    for (const Group& group : groups) {
      for (const Run* run : group.runs) {
        const auto [place, fresh] = records.try_emplace({run, row.split});
        const SplitMetrics* metrics = run->split(row.split);
        if (fresh && metrics != nullptr) place->second = row_at(*run, *metrics, at, limit);
      }
    }
  }
  return records;
}

/// The same records as of an earlier section are said once, and tested once.
void drop_repetition(Section& section, const std::vector<Section>& earlier,
                     const std::vector<Group>& groups) {
  if (section.at == At::end) return;
  const Records records = records_of(groups, section.rows, section.at);
  for (const Section& other : earlier) {
    if (other.at == At::end || !other.same_as.empty()) continue;
    if (records_of(groups, other.rows, other.at) != records) continue;
    section.rows.clear();
    section.same_as = "the same records as at equal " + std::string(to_string(other.at));
    return;
  }
}

void adjust(Comparison& c) {
  std::vector<double> p;
  std::vector<Difference*> tested;
  for (Section& section : c.sections) {
    for (Row& row : section.rows) {
      for (auto& difference : row.differences) {
        if (!difference || !difference->p) continue;
        p.push_back(*difference->p);
        tested.push_back(&*difference);
      }
    }
  }
  const std::vector<double> adjusted = holm(p);
  for (std::size_t i = 0; i < tested.size(); ++i) {
    tested[i]->p_holm = adjusted[i];
    c.significant += tested[i]->significant() ? 1 : 0;
  }
  c.tests = static_cast<int>(tested.size());
}

}  // namespace

void subtract_baseline(Row& row, const std::vector<Group>& groups, std::size_t baseline) {
  // What was found before (other settings of `elbow eval`) holds for all.
  const bool same_so_far = row.definitions.empty();
  const auto& base = row.values[baseline];
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const bool same = same_so_far && g != baseline &&
                      definition_differences(row.term, {groups[baseline], groups[g]}).empty();
    row.differences.push_back(same && base && row.values[g]
                                  ? std::optional(difference(*base, *row.values[g]))
                                  : std::nullopt);
  }
  for (auto& reason : definition_differences(row.term, groups)) {
    row.definitions.push_back(std::move(reason));
  }
}

Comparison compare_runs(const std::vector<Run>& runs, const CompareOptions& options) {
  if (runs.size() < 2) {
    throw Error("error: compare wants at least two run directories.", ExitCode::usage);
  }
  for (const Run& run : runs) {
    if (run.metrics.empty()) {
      throw Error("error: " + run.path.string() +
                      " has no records yet: its metrics.jsonl is absent or empty.",
                  ExitCode::data);
    }
  }
  Comparison c;
  c.groups = group_by_seed(runs, c.notes);
  if (c.groups.size() == 1 && c.groups.front().runs.size() == 1) {
    throw Error("error: the runs are one and the same: same config, same seed.", ExitCode::usage);
  }
  c.baseline = baseline_of(c.groups, options.baseline);
  c.settings = setting_differences(c.groups);
  note_all(c);
  const std::vector<CommonTerm> terms = common_terms(c.groups, options.terms);
  for (const At at : options.at) {
    if (terms.empty()) break;  // it may be something that `elbow eval` measured
    Section section = section_at(c, terms, options.terms, at);
    drop_repetition(section, c.sections, c.groups);
    c.sections.push_back(std::move(section));
  }
  // `elbow eval` has no split of records.
  if (std::count(options.at.begin(), options.at.end(), At::end) > 0 &&
      options.terms.split.empty()) {
    Section evaluated = evaluated_section(c.groups, c.baseline, options.terms.patterns, c.notes);
    if (!evaluated.rows.empty()) c.sections.push_back(std::move(evaluated));
  }
  if (c.sections.empty()) nothing_in_common(options.terms);
  for (Section& section : c.sections) {
    for (Row& row : section.rows) subtract_baseline(row, c.groups, c.baseline);
    std::stable_sort(section.rows.begin(), section.rows.end(), [](const Row& a, const Row& b) {
      return a.definitions.empty() > b.definitions.empty();
    });
  }
  adjust(c);
  return c;
}

}  // namespace elbow::report
