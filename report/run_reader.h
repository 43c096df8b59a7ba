// A run directory as plain data: what `elbow train` and `elbow eval` wrote, read back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/value.h"
#include "report/predictions.h"

namespace elbow::report {

/// The records of one split, column by column. Standard errors are columns of their own, "KEY.se".
struct SplitMetrics {
  std::vector<std::int64_t> steps;  ///< optimiser steps done at each record
  std::vector<double> epochs;       ///< passes over the training split
  std::vector<double> wall;         ///< seconds of training
  std::vector<std::string> keys;    ///< in the order of their first appearance
  /// One number per record; NaN where the record lacks the key.
  std::map<std::string, std::vector<double>, std::less<>> columns;
  /// Where a NaN was logged as such.
  std::map<std::string, std::set<std::size_t>, std::less<>> nans;

  std::size_t rows() const { return steps.size(); }
  bool has(std::string_view key) const { return columns.find(key) != columns.end(); }
  /// nullptr for a key that this split never logged.
  const std::vector<double>* find(std::string_view key) const;
  /// Whether record `row` has the key, also with a value that is not finite.
  bool logged(std::string_view key, std::size_t row) const;
  /// The number in record `row`; NaN where it lacks the key.
  double at(std::string_view key, std::size_t row) const;
};

/// What terms.json says about a key.
struct TermInfo {
  std::string symbol, latex, unit, sign, reduction, estimator, meaning, confused_with, reference,
      source;
  double minimum = -std::numeric_limits<double>::infinity();
  double maximum = std::numeric_limits<double>::infinity();
  std::optional<double> equilibrium = {};
};

/// Keys are looked up exactly first, then in the family "prefix/*" with the longest prefix.
struct TermInfos {
  std::vector<std::pair<std::string, TermInfo>> entries;  ///< in the order of the file
  const TermInfo* find(std::string_view key) const;       ///< nullptr: nothing describes it
};

/// One line of checks.jsonl.
struct CheckedOnce {
  std::int64_t step = 0;
  std::string split, verdict;
  double lhs = 0.0, rhs = 0.0, residual = 0.0, tolerance = 0.0, z = 0.0;
};

/// All evaluations of one identity.
struct CheckSummary {
  std::string id, kind;
  std::string statement;  ///< "" where it never failed: checks.jsonl has it with failures only
  std::int64_t evaluations = 0, holds = 0, fails = 0, inconclusive = 0;
  double largest_z = 0.0;    ///< of |z|, finite ones
  double worst_share = 0.0;  ///< largest |residual| / tolerance (bounds: residual / tolerance)
  CheckedOnce worst;         ///< where that was; without a tolerance the last evaluation
  std::optional<CheckedOnce> first_failure = {};
  CheckedOnce last;
};

struct RunMoment {
  double mean = 0.0;
  std::optional<double> se = {};
  std::int64_t count = 1;
};

/// result.json: the last record of each split and what the run cost.
struct RunResult {
  std::string outcome, message;
  std::int64_t step = 0;
  double epoch = 0.0;
  std::map<std::string, std::map<std::string, RunMoment>> splits;
  std::map<std::string, std::int64_t> checks;
  std::map<std::string, double> timings;
};

struct RunStatus {
  std::string status, message;
  std::int64_t step = 0, total_steps = 0;
  double heartbeat = 0.0;  ///< seconds since 1970
};

struct RunEnvironment {
  std::string version, revision, data_name, data_sha256, cpu;
  bool data_generated = false;  ///< by the program, from a seed: data.* of the config says all
  std::int64_t threads = 0, seed = 0;
  std::vector<std::string> command_line;
};

/// One row of eval.jsonl, the newest of its quantity and settings, measured on the run's own data.
struct EvalRow {
  std::string metric, settings, quantity, estimator, bias, note, meaning;
  double value = 0.0;
  std::optional<double> se = {};
};

struct Run {
  std::filesystem::path path;                   ///< as it was given
  std::map<std::string, SplitMetrics> metrics;  ///< "train", "valid", "test"
  std::map<std::string, Value> config;          ///< resolved, by dotted key: "penalty.0.gamma"
  TermInfos terms;
  std::vector<CheckSummary> checks;  ///< in the order of their first evaluation
  std::optional<RunResult> result;   ///< absent while it trains
  std::optional<RunStatus> status;
  RunEnvironment environment;
  std::vector<EvalRow> evaluation;
  std::vector<Prediction> predictions;  ///< with the newest results

  const SplitMetrics* split(std::string_view name) const;  ///< nullptr: no record of it
  /// The config value as TOML; "" where the run does not use the key.
  std::string setting(const std::string& key) const;
  /// A text value without its quotes; "" where there is none.
  std::string text(const std::string& key) const;
  double number(const std::string& key, double otherwise) const;
  /// The name of its directory.
  std::string name() const;
};

/// Reads a run, finished or not: files that a run does not have yet are empty in the result. The
/// last line of a .jsonl file is passed over where its writing was cut short. Throws Error(usage)
/// where `path` holds no run, Error(data) naming file and line where a file is damaged.
Run read_run(const std::filesystem::path& path);

/// status.json alone; nothing where there is none.
std::optional<RunStatus> read_status(const std::filesystem::path& path);

/// environment.json alone; empty where there is none.
RunEnvironment read_environment(const std::filesystem::path& path);

/// metrics.jsonl alone, from its text; `name` stands in messages.
std::map<std::string, SplitMetrics> parse_metrics(std::string_view text, const std::string& name);

/// A TOML config as dotted keys. A table that is a schedule stays one value.
std::map<std::string, Value> flat_config(std::string_view text, const std::string& name);

}  // namespace elbow::report
