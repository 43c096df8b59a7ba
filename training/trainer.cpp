#include "training/trainer.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <exception>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/error.h"
#include "training/block_timer.h"
#include "training/checkpoint.h"
#include "training/divergence.h"
#include "training/early_stopping.h"
#include "training/record_queue.h"
#include "training/result.h"
#include "training/resumption.h"
#include "training/signals.h"
#include "training/stepper.h"

namespace elbow {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// One call of train().
class Run {
 public:
  Run(Session& session, RunDirectory& directory, const std::vector<Observer*>& observers,
      const TrainOptions& options)
      : session_(session),
        config_(session.config()),
        directory_(directory),
        observers_(observers),
        options_(options),
        stepper_(session),
        total_steps_(session.total_steps()),
        plan_(config_, total_steps_),
        early_(config_, session.specs()),
        checkpoints_(directory.checkpoints(), config_.integer("checkpoint.keep")) {}

  RunSummary all() {
    // Whatever refuses to go on does so before anything of an earlier run is touched.
    const nlohmann::json saved = restore();
    require_trainable(session_);
    directory_.begin();
    if (options_.begin) options_.begin();
    RunSummary summary;
    try {
      start(saved);
      summary = loop_or_divergence();
      if (summary.outcome == Outcome::diverged) flush_if_possible();
    } catch (const std::exception& e) {
      flush_if_possible();
      end({.outcome = Outcome::failed, .step = 0, .wall = 0, .message = e.what()});
      throw;
    }
    return end(std::move(summary));
  }

 private:
  RunSummary loop_or_divergence() {
    try {
      RunSummary summary = loop();
      records_.flush();
      return summary;
    } catch (const Divergence& e) {
      return {.outcome = Outcome::diverged, .step = 0, .wall = 0, .message = e.what()};
    }
  }

  /// After an error, which is the one to report.
  void flush_if_possible() {
    try {
      records_.flush();
    } catch (const std::exception&) {
    }
  }

  double wall() const { return earlier_wall_ + seconds_since(start_); }

  RunDirectory::Status status(const std::string& word, const std::string& message = {}) const {
    return {
        .status = word, .step = stepper_.steps(), .total_steps = total_steps_, .message = message};
  }

  void say(const std::string& line) const {
    if (options_.say) options_.say(line);
  }

  /// The state of the newest checkpoint, brought back into the session; null for a run from the
  /// beginning. Writes nothing.
  nlohmann::json restore() {
    if (!options_.resume) return nullptr;
    std::vector<std::string> warnings;
    const auto found = checkpoints_.load_newest(warnings);
    for (const std::string& warning : warnings) say(warning);
    if (!found) {
      require_no_records();
      say("No checkpoint yet: starting from the beginning.");
      return nullptr;
    }
    const Provenance trained = provenance(*found);
    require_same_settings(config_, trained, directory_.path().string());
    require_same_data(session_.data(), trained, directory_.path().string(), "start a new run.");
    require_steps_left(found->step);
    stepper_.restore(*found);
    nlohmann::json saved = nlohmann::json::parse(found->json);
    last_saved_ = stepper_.steps();
    earlier_wall_ = saved.at("wall");
    early_.restore({.any = saved.at("early_stopping").at("any"),
                    .best = saved.at("early_stopping").at("best"),
                    .without_improvement = saved.at("early_stopping").at("without_improvement")});
    for (const auto& [split, text] : saved.at("values").items()) {
      last_values_[split] = values_from_json(text.get<std::string>());
    }
    say("Resuming at step " + std::to_string(found->step) + ".");
    return saved;
  }

  /// A run whose checkpoints are gone cannot go on, and beginning anew would cut its records.
  void require_no_records() const {
    std::error_code none;
    const auto size = std::filesystem::file_size(directory_.path() / "metrics.jsonl", none);
    if (none || size == 0) return;
    throw Error("error: the run in " + directory_.path().string() +
                    " has records but no checkpoint to continue from. Train into another "
                    "--run-dir, or give --overwrite in place of --resume to replace it.",
                ExitCode::usage);
  }

  void require_steps_left(std::int64_t step) const {
    if (step <= total_steps_) return;
    throw Error("error: the run in " + directory_.path().string() + " has trained to step " +
                    std::to_string(step) + ", and this asks for " + std::to_string(total_steps_) +
                    " steps in all. Give run.steps=" + std::to_string(step) +
                    " or more, or start a new run.",
                ExitCode::usage);
  }

  void start(const nlohmann::json& saved) {
    RunInfo info{.directory = directory_.path().string(),
                 .name = config_.text("run.name"),
                 .family = config_.family(),
                 .objective = config_.text("objective.name"),
                 .total_steps = total_steps_,
                 .first_step = stepper_.steps(),
                 .specs = session_.specs(),
                 .terms = loop_terms(),
                 .averaged = session_.ema() != nullptr};
    info.terms.insert(info.terms.end(), options_.observer_terms.begin(),
                      options_.observer_terms.end());
    start_ = Clock::now();
    recent_ = {start_, stepper_.batches()};
    directory_.write_status(status("running"));
    for (Observer* observer : observers_) {
      ++started_;
      observer->start(info);
    }
    if (saved.is_null()) return;
    for (Observer* observer : observers_) {
      const auto text = saved.at("observers").find(observer->name());
      if (text != saved.at("observers").end()) observer->restore(text->get<std::string>());
    }
  }

  RunSummary loop() {
    const SignalScope signals;
    while (stepper_.steps() < total_steps_ && !early_.should_stop()) {
      const std::int64_t next = stepper_.steps() + 1;
      const std::int64_t batches_before = stepper_.batches();
      const bool due = plan_.due(next);
      stepper_.step(due);
      timer_.step(stepper_.batches());
      if (due) record("train", stepper_.values());
      if (validation_due(batches_before)) {
        record("valid", evaluate_split(session_, session_.data().valid, stepper_.steps(),
                                       config_.integer("evaluation.batch_size")));
        early_.observe(last_values_.at("valid"));
      }
      const std::int64_t every = config_.integer("checkpoint.every");
      if (every > 0 && next % every == 0) save();
      directory_.heartbeat(status("running"));
      if (SignalScope::received() != 0 && next < total_steps_ && !early_.should_stop()) {
        save(/*beside=*/false);
        return stopped_by(SignalScope::received());
      }
    }
    save(/*beside=*/false);
    if (config_.flag("evaluation.test") && session_.data().test.count > 0) {
      record("test", evaluate_split(session_, session_.data().test, stepper_.steps(),
                                    config_.integer("evaluation.batch_size")));
    }
    RunSummary summary;
    if (early_.should_stop()) {
      summary.outcome = Outcome::early_stopped;
      summary.message = early_.message();
    }
    return summary;
  }

  static RunSummary stopped_by(int signal) {
    const bool keyboard = signal == SIGINT;
    return {.outcome = keyboard ? Outcome::interrupted : Outcome::stopped,
            .step = 0,
            .wall = 0,
            .message = std::string(keyboard            ? "Ctrl-C"
                                   : signal == SIGTERM ? "SIGTERM"
                                                       : "SIGUSR1") +
                       "; the checkpoint is saved, --resume continues."};
  }

  bool validation_due(std::int64_t batches_before) const {
    const std::int64_t every = config_.integer("evaluation.every");
    if (every == 0 || session_.data().valid.count == 0) return false;
    const std::int64_t period = every * stepper_.batches_per_epoch();
    return stepper_.batches() / period > batches_before / period ||
           stepper_.steps() == total_steps_;
  }

  void record(const std::string& split, Values values) {
    // Before an identity is judged on it.
    const std::string step = std::to_string(stepper_.steps());
    require_finite(values,
                   split == "train" ? "Step " + step : "The " + split + " pass at step " + step,
                   session_.networks(), config_);
    StepRecord record;
    record.step = stepper_.steps();
    record.epoch = stepper_.epoch();
    record.wall = wall();
    record.split = split;
    record.samples_per_second = recent_rate();
    record.values = std::move(values);
    records_.add(std::move(record));
  }

  double recent_rate() {
    const auto now = Clock::now();
    const double seconds = std::chrono::duration<double>(now - recent_.first).count();
    const std::int64_t batches = stepper_.batches() - recent_.second;
    // Not from one record to the next: a few steps, and what stood between them, say little.
    if (batches > 0 && (seconds > 0.25 || rate_ == 0.0)) {
      rate_ = samples(static_cast<double>(batches) / seconds);
      recent_ = {now, stepper_.batches()};
    }
    return rate_;
  }

  double samples(double batches) const {
    return batches * static_cast<double>(config_.integer("optimizer.batch_size"));
  }

  /// `beside`: on a thread of its own while training goes on; otherwise it is written on return.
  void save(bool beside = true) {
    if (!beside) writer_.wait();
    if (last_saved_ == stepper_.steps()) return;
    require_finite_weights("After step " + std::to_string(stepper_.steps()), session_.networks(),
                           config_);
    nlohmann::json json = {{"wall", wall()},
                           {"data", session_.data().sha256},
                           {"settings", trajectory_settings(config_)},
                           {"early_stopping",
                            {{"any", early_.state().any},
                             {"best", early_.state().best},
                             {"without_improvement", early_.state().without_improvement}}},
                           {"observers", nlohmann::json::object()},
                           {"values", nlohmann::json::object()}};
    records_.flush();
    for (Observer* observer : observers_) json["observers"][observer->name()] = observer->save();
    for (const auto& [split, values] : last_values_) json["values"][split] = values_to_json(values);
    Checkpoint checkpoint;
    stepper_.save(checkpoint);
    checkpoint.json = json.dump();
    if (beside) {
      writer_.save(checkpoint);
    } else {
      checkpoints_.save(checkpoint);
    }
    last_saved_ = stepper_.steps();
  }

  RunSummary end(RunSummary summary) {
    summary.step = stepper_.steps();
    summary.wall = wall();
    for (std::size_t i = 0; i < started_; ++i) observers_[i]->finish(summary);
    started_ = 0;
    RunResult result{.summary = summary,
                     .epoch = stepper_.epoch(),
                     .splits = last_values_,
                     .checks = {},
                     .failed_checks = {},
                     .samples_per_second_median = samples(timer_.batches_per_second()),
                     .step_ms_median = 1e3 * timer_.seconds_per_step(),
                     .probe_share = {}};
    if (options_.probe_share) result.probe_share = options_.probe_share(seconds_since(start_));
    if (options_.check_counts) result.checks = options_.check_counts();
    if (options_.failed_checks) result.failed_checks = options_.failed_checks();
    directory_.write("result.json", result_json(result));
    directory_.write_status(status(status_of(summary.outcome), summary.message));
    return summary;
  }

  Session& session_;
  const Config& config_;
  RunDirectory& directory_;
  const std::vector<Observer*>& observers_;
  const TrainOptions& options_;
  Stepper stepper_;
  std::int64_t total_steps_;
  RecordPlan plan_;
  EarlyStopping early_;
  Checkpoints checkpoints_;
  CheckpointWriter writer_{checkpoints_};
  RecordQueue records_{observers_, [this](StepRecord&& record) {
                         last_values_[record.split] = std::move(record.values);
                       }};
  BlockTimer timer_;
  std::map<std::string, Values> last_values_;
  Clock::time_point start_ = Clock::now();
  std::pair<Clock::time_point, std::int64_t> recent_;
  double earlier_wall_ = 0.0, rate_ = 0.0;
  std::int64_t last_saved_ = -1;
  std::size_t started_ = 0;
};

}  // namespace

void require_trainable(Session& session) {
  const EarlyStopping early(session.config(), session.specs());
  const Split& valid = session.data().valid;
  if (!early.enabled() || valid.count == 0 || (valid.pixels.empty() && valid.points.empty()))
    return;
  // One small batch has the terms that all have.
  Split few = valid;
  few.count = std::min<std::int64_t>(valid.count, 2);
  early.require_in(evaluate_split(session, few, 0, few.count));
}

RecordPlan::RecordPlan(const Config& config, std::int64_t total_steps) : total_steps_(total_steps) {
  for (const char* key : {"log.every", "probes.every", "pictures.every"}) {
    const std::int64_t every = config.integer(key);
    if (every > 0) intervals_.push_back(every);
  }
}

bool RecordPlan::due(std::int64_t step) const {
  if (step == 1 || step == total_steps_) return true;
  for (const std::int64_t every : intervals_) {
    if (step % every == 0) return true;
  }
  return false;
}

RunSummary train(Session& session, RunDirectory& directory, const std::vector<Observer*>& observers,
                 const TrainOptions& options) {
  return Run(session, directory, observers, options).all();
}

}  // namespace elbow
