// TensorBoard event files of a run: everything metrics.jsonl says, where people already look.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "core/record.h"
#include "core/value.h"
#include "instrumentation/event_file.h"
#include "instrumentation/term_table.h"

namespace elbow {

struct HyperParameter {
  std::string name;  ///< "optimizer.lr"
  Value value;
  std::string description = {};  ///< Markdown
};

struct TensorboardOptions {
  std::string config;  ///< the resolved config, TOML
  std::vector<HyperParameter> parameters = {};
  std::vector<std::string> splits =
      {};                          ///< beside "train": "valid", "test" where they are measured
  std::int64_t weights_every = 0;  ///< steps between histograms of `weights`; 0: none
  /// (name, numbers) of the live model's tensors; may be empty.
  std::function<std::vector<std::pair<std::string, std::vector<double>>>()> weights = {};
  std::function<double()> clock = {};  ///< Unix time in seconds; default: the system's
};

/// Writes into one new event file a session:
///   scalars     every key of a record as float32 under its own name, "valid/<key>" and
///               "test/<key>" for the other splits, each with its description; for the losses and
///               their weighted terms also "band/<tag>/low" and "/high", mean ∓ one standard error
///   histograms  families that are numbered ("kl/dim/*", as "kl/dim"), instead of their scalars;
///               `weights` as "weights/<name>"
///   images      what `picture` is told of, as "samples", "reconstructions", ...
///   text        "config" and "equation"
///   hparams     the config's values, and the losses as metrics; the outcome at the end
///   layout      for the custom-scalars page: each loss over its terms, and the bands
/// A resumed run begins with a session start, so that what the earlier file holds of later steps is
/// void and no curve runs back.
class TensorboardSink : public Observer {
 public:
  explicit TensorboardSink(TensorboardOptions options);
  std::string name() const override { return "tensorboard_sink"; }
  void start(const RunInfo& info) override;
  void step(StepRecord& record) override;
  bool prompt(const StepRecord& record) const override;
  void finish(const RunSummary& summary) override;
  std::string save() override;

  /// A PNG file that was drawn. May be called before start().
  void picture(const std::filesystem::path& file, std::int64_t step, const std::string& caption);
  /// Empty before start().
  const std::filesystem::path& path() const { return file_.path(); }

 private:
  double now() const { return options_.clock(); }
  /// Null after the first call for `tag`.
  const SeriesInfo* first(const std::string& tag, SeriesInfo info);
  std::string description(const std::string& key, const StepRecord& record) const;
  void introduce(const StepRecord& record);
  void write_values(const StepRecord& record);
  void write_weights(std::int64_t step);
  void flush_now_and_then();

  TensorboardOptions options_;
  RunInfo info_;
  TermTable terms_;
  EventFile file_;
  std::unordered_set<std::string> seen_;    // tags that have had their info
  std::unordered_set<std::string> banded_;  // keys with a band
  SeriesInfo pending_;
  bool introduced_ = false;
  std::int64_t next_weights_ = 0;
  struct Picture {
    std::filesystem::path file;
    std::int64_t step;
    std::string caption;
  };
  std::vector<Picture> early_;
  std::chrono::steady_clock::time_point flushed_;
};

}  // namespace elbow
