// elbow verify: the problems with known answers, statement by statement.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <memory>

#include "app/commands.h"
#include "app/directories.h"
#include "app/standard_output.h"
#include "app/text.h"
#include "core/error.h"
#include "core/text.h"
#include "instrumentation/text.h"
#include "math/threads.h"
#include "problems/problem.h"
#include "training/signals.h"

namespace elbow::app {
namespace {

struct VerifyFlags {
  std::string pattern, format = "table", data_dir;
  bool list = false, full = false, all = false;
  int threads = 0;
  std::uint64_t seed = 1;
};

/// What a pattern selects: problems by name, or checks by id in whatever problem they are.
struct Selection {
  std::vector<const Problem*> problems;
  std::string id;  // part of an id that a check must have; "" for all
};

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

Selection select(const VerifyFlags& flags) {
  Selection selection;
  const std::string problem = flags.pattern.substr(0, flags.pattern.find('/'));
  bool exact = false;
  for (const Problem& p : all_problems()) exact = exact || p.name == problem;
  for (const Problem& p : all_problems()) {
    const bool named = exact ? p.name == problem : !problem.empty() && contains(p.name, problem);
    if (named || (flags.pattern.empty() && (flags.full || !p.only_full)))
      selection.problems.push_back(&p);
  }
  if (!selection.problems.empty()) {
    if (flags.pattern.size() > problem.size())
      selection.id = flags.pattern.substr(problem.size() + 1);
    return selection;
  }
  std::vector<std::string> names;
  for (const Problem& p : all_problems()) names.push_back(p.name);
  if (const std::string hint = did_you_mean(flags.pattern, names); !hint.empty()) {
    throw Error(
        "error: no problem is called '" + flags.pattern + "'" + hint + " See elbow verify --list.",
        ExitCode::usage);
  }
  if (!flags.pattern.empty()) {
    // Ids are numbered in capitals (V26, G65) or paths; another word can be none.
    const bool may_be_id = std::any_of(flags.pattern.begin(), flags.pattern.end(),
                                       [](char c) { return c == '/' || (c >= 'A' && c <= 'Z'); });
    if (!may_be_id) {
      throw Error("error: no problem is called '" + flags.pattern +
                      "', and it has not the form of a check's id (V26, G65/hinge). See elbow "
                      "verify --list.",
                  ExitCode::usage);
    }
    say("No problem is called '" + flags.pattern +
        "': running all for the checks with it in their id.");
  }
  selection.id = flags.pattern;
  for (const Problem& p : all_problems())
    if (flags.full || !p.only_full) selection.problems.push_back(&p);
  return selection;
}

/// Counts of one run.
struct Score {
  std::int64_t checks = 0, holds = 0, fails = 0, inconclusive = 0, sampled = 0;

  void add(const CheckResult& check) {
    ++checks;
    if (check.se > 0.0 && check.kind != IdentityKind::optimum) ++sampled;
    if (check.verdict == Verdict::holds) ++holds;
    if (check.verdict == Verdict::fails) ++fails;
    if (check.verdict == Verdict::inconclusive) ++inconclusive;
  }
};

std::string padded(const std::string& text, int columns) {
  const int missing = columns - display_width(text);
  return missing > 0 ? text + std::string(static_cast<std::size_t>(missing), ' ') : text;
}

std::string right(const std::string& text, int columns) {
  const int missing = columns - display_width(text);
  return missing > 0 ? std::string(static_cast<std::size_t>(missing), ' ') + text : text;
}

void print_heading(const Problem& problem) {
  std::cout << '\n' << problem.name << ": " << problem.summary << '\n';
  std::cout << "  " << padded("verdict", 13) << padded("kind", 12) << right("left", 17)
            << right("right", 17) << right("difference", 12) << right("allowed", 11)
            << right("z", 8) << "  id and statement\n";
}

/// How much of what it may differ by a check differs; of a meter, how far it is in standard errors.
double share(const CheckResult& c) {
  if (c.kind == IdentityKind::optimum) return std::abs(c.z);
  if (!(c.tolerance > 0.0)) return 0.0;
  return (c.kind == IdentityKind::bound ? c.residual : std::abs(c.residual)) / c.tolerance;
}

/// The rows of one problem. Statements that hold several times are one row, of the closest call.
class Rows {
 public:
  explicit Rows(bool all) : all_(all) {}

  void add(const CheckResult& check) {
    const auto same = [&](const Row& row) {
      return row.check.verdict == check.verdict && row.check.kind == check.kind &&
             row.check.statement == check.statement;
    };
    const bool alone = all_ || check.verdict == Verdict::fails;
    const auto found = alone ? rows_.end() : std::find_if(rows_.begin(), rows_.end(), same);
    if (found == rows_.end()) {
      rows_.push_back({check, 1});
      return;
    }
    ++found->count;
    if (share(check) > share(found->check)) found->check = check;
  }
  bool empty() const { return rows_.empty(); }
  void print() const;

 private:
  struct Row {
    CheckResult check;
    int count;
  };
  bool all_;
  std::vector<Row> rows_;
};

void print_row(const CheckResult& c, int count) {
  const bool meter = c.kind == IdentityKind::optimum;
  std::cout << "  " << padded(std::string(to_string(c.verdict)), 13)
            << padded(std::string(to_string(c.kind)), 12) << right(significant(c.lhs, 10), 17)
            << right(significant(c.rhs, 10), 17) << right(significant(c.residual, 3), 12)
            << right(meter ? "" : significant(c.tolerance, 3), 11)
            << right(c.se > 0.0 ? significant(c.z, 3) : "", 8) << "  " << c.id << "  "
            << c.statement;
  if (count > 1)
    std::cout << (c.kind == IdentityKind::optimum ? "  [the farthest of "
                                                  : "  [the closest call of ")
              << count << ']';
  std::cout << '\n';
}

void Rows::print() const {
  for (const Row& row : rows_) print_row(row.check, row.count);
}

void print_json(const Problem& problem, const CheckResult& c) {
  std::string line = "{";
  const auto text = [&](const char* key, std::string_view value) {
    append_json_string(line, key);
    line += ':';
    append_json_string(line, value);
    line += ',';
  };
  const auto number = [&](const char* key, double value) {
    append_json_string(line, key);
    line += ':';
    append_json_number(line, value);
    line += ',';
  };
  text("id", c.id);
  text("problem", problem.name);
  text("statement", c.statement);
  text("kind", to_string(c.kind));
  number("lhs", c.lhs);
  number("rhs", c.rhs);
  number("residual", c.residual);
  if (c.se > 0.0) {
    number("se", c.se);
  } else {
    line += "\"se\":null,";
  }
  number("tolerance", c.tolerance);
  if (c.se > 0.0) {
    number("z", c.z);
  } else {
    line += "\"z\":null,";
  }
  text("verdict", to_string(c.verdict));
  line.back() = '}';
  std::cout << line << '\n';
}

/// How many of so many standard normal numbers lie outside +-4.
double expected_outliers(std::int64_t count) {
  return static_cast<double>(count) * std::erfc(4.0 / std::sqrt(2.0));
}

std::string summary(const Score& s, double seconds) {
  std::string line = with_commas(s.checks) + " checks: " + with_commas(s.holds) + " hold, " +
                     with_commas(s.fails) + " fail, " + with_commas(s.inconclusive) +
                     " inconclusive; " + with_commas(s.sampled) + " of them on samples, at most ";
  line += significant(expected_outliers(s.sampled), 2) + " to fail expected by chance; ";
  return line + significant(seconds, 3) + " s";
}

int list_problems() {
  for (const Problem& p : all_problems())
    std::cout << padded(p.name, 20) << ' ' << p.summary << (p.only_full ? " (--full)" : "") << '\n';
  return 0;
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

int verify(const VerifyFlags& flags) {
  if (flags.list) return list_problems();
  end_on_signals();
  configure_threads(flags.threads);
  const Selection selection = select(flags);
  const bool json = flags.format == "json";
  const auto start = std::chrono::steady_clock::now();
  Score score;
  for (const Problem* problem : selection.problems) {
    const auto began = std::chrono::steady_clock::now();
    ProblemContext context;
    context.full = flags.full;
    context.data_directory = flags.data_dir;
    context.seed = flags.seed;
    context.progress = [&](const std::string& what) { say(problem->name + ": " + what); };
    Rows rows(flags.all);
    problem->run(context, [&](const CheckResult& check) {
      if (!contains(check.id, selection.id)) return;
      score.add(check);
      if (json) return print_json(*problem, check);
      rows.add(check);
    });
    if (!rows.empty()) print_heading(*problem);
    rows.print();
    std::cout.flush();
    std::fprintf(stderr, "%s: %.1f s\n", problem->name.c_str(), seconds_since(began));
  }
  if (score.checks == 0) {
    std::vector<std::string> names;
    for (const Problem& p : all_problems()) names.push_back(p.name);
    throw Error("error: no problem and no check is called '" + flags.pattern + "'" +
                    did_you_mean(flags.pattern, names) + ". See elbow verify --list.",
                ExitCode::usage);
  }
  (json ? std::cerr : std::cout << '\n') << summary(score, seconds_since(start)) << std::endl;
  return static_cast<int>(score.fails > 0 ? ExitCode::check_failed : ExitCode::ok);
}

}  // namespace

void add_verify(CLI::App& app, Action& action) {
  auto flags = std::make_shared<VerifyFlags>();
  auto* command = app.add_subcommand(
      "verify", "Hold the program's own code against problems with known answers");
  command->add_option("PATTERN", flags->pattern,
                      "problem (a part of its name will do), problem/id, or a part of check ids");
  command->add_flag("--list", flags->list, "list the problems");
  command->add_flag("--full", flags->full, "also what takes minutes: more cases, real MNIST");
  command->add_flag("--all", flags->all,
                    "a row for every check, also where a statement holds many times");
  command->add_option("--format", flags->format, "table|json")
      ->check(CLI::IsMember({"table", "json"}));
  command->add_option("--data-dir", flags->data_dir, kDataDir);
  command->add_option("--seed", flags->seed, "seed of everything random");
  command->add_option("--threads", flags->threads, "threads (0: physical cores)")
      ->check(CLI::NonNegativeNumber);
  command->footer(
      "\nholds: within tolerance or 4 standard errors. inconclusive: a meter, or no standard\n"
      "error. Exit code 5 if anything fails; stopped, nothing is kept (1, Ctrl-C: 130).\n"
      "JSON: one object a line.\n\nExamples:\n"
      "  elbow verify\n"
      "  elbow verify dirac_gan\n"
      "  elbow verify dirac_gan/G67\n"
      "  elbow verify --full --data-dir data --format json");
  command->callback([flags, &action] { action = [flags] { return verify(*flags); }; });
}

}  // namespace elbow::app
