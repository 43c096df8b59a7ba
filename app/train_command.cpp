// elbow train CONFIG [key=value ...]: composes config, session, instruments and the loop.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <iostream>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <set>

#include "app/commands.h"
#include "app/directories.h"
#include "app/live_model.h"
#include "app/live_page.h"
#include "app/live_probes.h"
#include "app/predictions.h"
#include "app/resolved_config.h"
#include "app/standard_output.h"
#include "app/tensorboard_options.h"
#include "app/text.h"
#include "core/config/config.h"
#include "core/error.h"
#include "core/identity_page.h"
#include "instrumentation/identity_monitor.h"
#include "instrumentation/jsonl_sink.h"
#include "instrumentation/log_sink.h"
#include "instrumentation/pictures.h"
#include "instrumentation/probe.h"
#include "instrumentation/term_table.h"
#include "instrumentation/terminal.h"
#include "math/threads.h"
#include "objectives/loss_translator.h"
#include "objectives/registry.h"
#include "report/json_lines.h"
#include "report/run_reader.h"
#include "training/divergence.h"
#include "training/environment.h"
#include "training/files.h"
#include "training/loss_weights.h"
#include "training/penalty_samples.h"
#include "training/result.h"
#include "training/term_gradients.h"
#include "training/trainer.h"

namespace elbow::app {
namespace {

constexpr double kSecondsToJudge = 10.0;

struct TrainFlags {
  std::string file, run_dir, data_dir, progress = "auto", device = "cpu";
  std::vector<std::string> overrides, predictions;
  bool resume = false, overwrite = false;
  int threads = 0;
};

std::optional<std::filesystem::path> optional_path(const std::string& text) {
  if (text.empty()) return std::nullopt;
  return std::filesystem::path(text);
}

// The step of the newest record, for what probes evaluate at a schedule's current value.
struct StepWatch : Observer {
  std::string name() const override { return "step_watch"; }
  void step(StepRecord& record) override { now = record.step; }
  std::int64_t now = 0;
};

// Looks at what probes added to a record, before the identities are judged on it.
struct FiniteProbes : Observer {
  explicit FiniteProbes(const Session& of) : session(of) {}
  std::string name() const override { return "finite_probes"; }
  void step(StepRecord& record) override {
    require_finite(record.values, "The probes of step " + std::to_string(record.step),
                   session.networks(), session.config());
  }
  const Session& session;
};

// Says which keys of the records nothing describes, each once.
class UndeclaredTerms : public Observer {
 public:
  explicit UndeclaredTerms(std::function<void(const std::string&)> warn) : warn_(std::move(warn)) {}
  std::string name() const override { return "undeclared_terms"; }
  void start(const RunInfo& info) override { table_ = TermTable(info); }
  void step(StepRecord& record) override {
    if (!seen_.insert(record.split).second) return;
    for (const std::string& key : table_.undeclared(record.values)) {
      if (!said_.insert(key).second) continue;
      warn_("The term '" + key + "' stands in no spec: terms.json says nothing about it.");
    }
  }

 private:
  std::function<void(const std::string&)> warn_;
  TermTable table_;
  std::set<std::string> seen_, said_;
};

// What the loss of a VAE is in terms of the ELBO, computed from the loss at steps of the run; ""
// for losses that are no multiple of it.
std::string loss_sentence(Session& session) {
  const Likelihood* likelihood = session.likelihood();
  if (likelihood == nullptr) return {};
  const Tensor x = held_out(session, 8);
  const std::int64_t end = std::max<std::int64_t>(session.total_steps() - 1, 0);
  const auto first = loss_weights(session, x, 0), last = loss_weights(session, x, end);
  if (!first || !last) return {};
  bool constant = true;
  constexpr std::int64_t kLooks = 64;
  for (std::int64_t k = 1; k <= kLooks && constant; ++k) {
    const auto there = loss_weights(session, x, end * k / kLooks);
    constant = there && effective_beta(*there) == effective_beta(*first);
  }
  const Tensor variance = likelihood->variance();
  const DecoderVariance kind = !variance.defined()                 ? DecoderVariance::none
                               : session.has_network("likelihood") ? DecoderVariance::fitted
                                                                   : DecoderVariance::fixed;
  return translate_elbo(*last, *first, constant, kind,
                        kind == DecoderVariance::fixed ? variance.item<double>() : 0.0);
}

PictureOptions picture_options(Session& session) {
  const Config& config = session.config();
  PictureOptions options;
  options.every = config.integer("pictures.every");
  options.count = config.integer("pictures.count");
  options.seed = session.generators().seed("pictures");
  options.held_out = held_out(session, session.data().height > 0 ? 64 : 2000);
  options.config = to_toml(config);
  if (session.data().log_density) {
    options.log_density = [&session](const Tensor& points) {
      const Tensor flat = points.to(at::kDouble).contiguous();
      const double* p = flat.data_ptr<double>();
      const auto values = session.data().log_density({p, p + flat.numel()});
      Tensor out = at::Tensor(flat.new_empty({points.size(0)}));
      std::copy(values.begin(), values.end(), out.data_ptr<double>());
      return out;
    };
  }
  return options;
}

std::vector<FailedCheck> failed_checks(const std::vector<CheckCount>& counts) {
  std::vector<FailedCheck> failed;
  for (const CheckCount& count : counts) {
    if (!count.first_failure) continue;
    const FirstFailure& first = *count.first_failure;
    failed.push_back({.id = count.id,
                      .kind = std::string(to_string(count.kind)),
                      .statement = first.result.statement,
                      .page = identity_page(count.id),
                      .fails = count.fails,
                      .evaluations = count.evaluations,
                      .first_step = first.step,
                      .first_split = first.split,
                      .lhs = first.result.lhs,
                      .rhs = first.result.rhs});
  }
  return failed;
}

std::string percent(double share) {
  char text[16];
  std::snprintf(text, sizeof text, "%.1f %%", 100.0 * share);
  return text;
}

// Shares of the training time that the probes took.
struct ProbeCost {
  double seconds = 0.0;  // of training
  double steps = 0.0;    // every so many steps: these have a budget
  double epochs = 0.0;   // every so many epochs
};

// What the probes cost. A run of seconds is all start-up and says nothing about a budget.
void say_probe_time(const ProbeCost& cost, const Config& config,
                    const std::function<void(const std::string&)>& say,
                    const std::function<void(const std::string&)>& warn) {
  const std::int64_t every = config.integer("probes.every");
  if (every == 0 && cost.epochs == 0.0) return;
  const double budget = config.number("probes.budget");
  std::string text = "probes     " + percent(cost.steps) + " of the training time";
  if (cost.epochs > 0.0) text += ", " + percent(cost.epochs) + " at the ends of epochs";
  if (cost.steps <= budget || cost.seconds < kSecondsToJudge || config.flag("probes.keep_budget")) {
    say(text);
    return;
  }
  warn("Probes took " + percent(cost.steps) +
       " of the training time, more than probes.budget. Raise probes.every to " +
       std::to_string(
           static_cast<std::int64_t>(std::ceil(static_cast<double>(every) * cost.steps / budget))) +
       ", or let probes.keep_budget leave some out.");
}

TermTable terms_to_guess(const Session& session, const std::vector<TermSpec>& observer_terms) {
  RunInfo info;
  info.specs = session.specs();
  info.terms = loop_terms();
  info.terms.insert(info.terms.end(), observer_terms.begin(), observer_terms.end());
  return TermTable(info);
}

void require_somebody_to_ask(const std::vector<Question>& questions) {
  const auto open = std::find_if(questions.begin(), questions.end(),
                                 [](const Question& question) { return !question.guess; });
  if (open != questions.end() && (isatty(STDIN_FILENO) == 0 || isatty(STDERR_FILENO) == 0)) {
    throw Error(
        "error: --predict asks on a terminal, and this is none. Give the number: --predict " +
            open->term + "=20",
        ExitCode::usage);
  }
}

int train_command(const TrainFlags& flags, const std::vector<std::string>& command_line) {
  if (flags.device != "cpu") {
    throw Error("error: --device " + flags.device + ": this build trains on 'cpu'.",
                ExitCode::usage);
  }
  const Schema schema = make_schema(component_specs());
  Config config =
      resolved_config(schema, flags.file, flags.overrides, optional_path(flags.data_dir));
  const Progress progress = parse_progress(flags.progress);
  const ThreadReport threads = configure_threads(flags.threads);

  Terminal terminal(terminal_options(progress));
  LogSink log;
  const auto warn = [&](const std::string& text) {
    terminal.warning(text);
    log.warning(text);
  };
  for (const auto& warning : threads.warnings) warn(warning);
  if (!threads.load.empty()) warn(threads.load);

  Dataset data = load_dataset(dataset_request(config, optional_path(flags.data_dir)));
  Session session(std::move(config), std::move(data));
  std::vector<std::string> networks;
  for (const auto& [name, network] : session.networks().all()) networks.push_back(name);
  const std::vector<TermSpec> observer_terms = probe_terms(networks);
  const TermTable known_terms = terms_to_guess(session, observer_terms);
  const std::vector<Question> questions = parse_questions(flags.predictions, known_terms);
  if (!flags.resume) require_somebody_to_ask(questions);
  RunDirectory directory({optional_path(flags.run_dir), "runs", session.config().text("run.name"),
                          flags.resume, flags.overwrite});
  const std::string path = directory.path().string();
  // A directory that is refused comes before the questions.
  std::vector<report::Prediction> predictions;
  if (directory.resumed()) {
    predictions = report::read_predictions(directory.path() / "predictions.json");
    require_guessed_before(questions, predictions, warn);
  } else {
    predictions = answered(questions, known_terms, std::cin, std::cerr);
  }
  std::string earlier;
  if (directory.resumed() && std::filesystem::exists(directory.path() / "environment.json")) {
    earlier = read_bytes(directory.path() / "environment.json");
    for (const auto& change : environment_changes(earlier, threads)) warn(change);
  }

  terminal.note("data       " + session.data().description);
  terminal.note("run        " + path);
  terminal.note("threads    " + std::to_string(threads.threads) + ", matrix products through " +
                (threads.onednn_matmul ? "oneDNN" : threads.blas));
  if (const std::string sentence = loss_sentence(session); !sentence.empty()) {
    terminal.note("loss       " + sentence);
    log.note(sentence);
  }
  for (const auto& warning : session.warnings()) warn(warning);

  const ModelView view = model_view(session);
  StepWatch watch;
  ProbeOptions probe_options;
  probe_options.every = session.config().integer("probes.every");
  if (session.config().flag("probes.keep_budget"))
    probe_options.budget = session.config().number("probes.budget");
  probe_options.held_out = held_out(session, session.config().integer("probes.count"));
  probe_options.gradient_norms = [&] {
    auto values = term_gradient_norms(session, probe_options.held_out, watch.now);
    for (auto& value : penalties_of_samples(session, probe_options.held_out, watch.now)) {
      values.push_back(std::move(value));
    }
    return values;
  };
  probe_options.more = step_probes(session, probe_options.held_out);
  probe_options.epochs = session.config().integer("probes.epochs");
  if (probe_options.epochs > 0) {
    probe_options.each_epoch =
        epoch_probes(session, held_out(session, session.config().integer("probes.epoch_count")));
  }
  Probe probe(view, probe_options);
  FiniteProbes finite(session);
  IdentityMonitor monitor([&](const StepRecord& record, const CheckResult& check) {
    terminal.check_failed(record, check);
    log.check_failed(record, check);
  });
  UndeclaredTerms undeclared(warn);
  JsonlSink jsonl;
  std::optional<TensorboardSink> tensorboard;
  PictureOptions of_pictures = picture_options(session);
  if (session.config().flag("sinks.tensorboard")) {
    tensorboard.emplace(tensorboard_options(session));
    of_pictures.drawn = [&](const std::filesystem::path& file, std::int64_t step,
                            const std::string& caption) {
      tensorboard->picture(file, step, caption);
    };
  }
  Pictures pictures(view, std::move(of_pictures));
  LivePage page(schema, directory.path(), session.config().number("report.every"), warn);

  TrainOptions options;
  options.resume = directory.resumed();
  bool begun = false;
  options.begin = [&] {
    begun = true;
    directory.write("config.toml", to_toml(session.config()));
    if (!directory.resumed()) {
      directory.write("overrides.txt",
                      flags.overrides.empty() ? "" : join(flags.overrides, "\n") + "\n");
    }
    if (!predictions.empty()) {
      directory.write("predictions.json", report::predictions_json(predictions));
    }
    directory.write("environment.json",
                    environment_json(session, threads, ELBOW_VERSION, command_line, earlier));
  };
  options.observer_terms = observer_terms;
  options.check_counts = [&] {
    std::map<std::string, std::int64_t> counts{
        {"identities", 0}, {"evaluations", 0}, {"holds", 0}, {"fails", 0}, {"decisive_fails", 0}};
    for (const auto& entry : monitor.counts()) {
      ++counts["identities"];
      counts["evaluations"] += entry.evaluations;
      counts["holds"] += entry.holds;
      counts["fails"] += entry.fails;
      if (entry.decisive()) counts["decisive_fails"] += entry.fails;
    }
    return counts;
  };
  options.failed_checks = [&] { return failed_checks(monitor.counts()); };
  options.say = [&](const std::string& text) {
    terminal.note(text);
    log.note(text);
  };
  ProbeCost cost;
  options.probe_share = [&](double seconds) {
    cost = {
        .seconds = seconds, .steps = probe.share(seconds), .epochs = probe.epoch_share(seconds)};
    return cost.steps;
  };
  std::vector<Observer*> observers = {&watch, &probe, &finite,   &undeclared, &monitor,
                                      &jsonl, &log,   &terminal, &pictures};
  if (tensorboard) observers.push_back(&*tensorboard);  // after the pictures: it hears of the last
  observers.push_back(&page);  // the last, so that the files that it reads have what others wrote
  RunSummary summary;
  try {
    summary = train(session, directory, observers, options);
  } catch (const std::exception&) {
    if (begun) page.write();
    throw;
  }
  // From the records on disk, so that those from before it was resumed count too.
  if (!predictions.empty()) {
    const std::string file = (directory.path() / "metrics.jsonl").string();
    report::fill_results(predictions,
                         report::parse_metrics(report::read_if_there(file).value_or(""), file));
    directory.write("predictions.json", report::predictions_json(predictions));
  }
  if (page.write()) terminal.note("report     " + path + "/report.html");

  say_probe_time(cost, session.config(), options.say, warn);
  const std::string checks = check_summary(monitor.counts());
  terminal.note(checks);
  log.note(checks);
  for (const auto& prediction : predictions) options.say("guess      " + sentence(prediction));
  ExitCode code = exit_code(summary.outcome);
  if (code == ExitCode::ok && monitor.failed()) code = ExitCode::check_failed;
  if (code == ExitCode::interrupted || code == ExitCode::stopped) {
    terminal.note("Continue with: elbow train " + path + "/config.toml --run-dir " + path +
                  " --resume");
  }
  print_exactly(path);
  return static_cast<int>(code);
}

}  // namespace

void add_train(CLI::App& app, Action& action) {
  auto flags = std::make_shared<TrainFlags>();
  auto* command = app.add_subcommand("train", "Train what a config file describes");
  command->add_option("CONFIG", flags->file, "config file, or config.toml of a run")->required();
  command->add_option("overrides", flags->overrides, "key=value ...");
  command->add_option("--run-dir", flags->run_dir, "run directory (default: runs/<run.name>)");
  command->add_option("--data-dir", flags->data_dir, kDataDir);
  command->add_flag("--resume", flags->resume, "continue a run from its last checkpoint");
  command
      ->add_option("--predict", flags->predictions,
                   "TERM=NUMBER: your guess of a term (SPLIT:TERM of a split) at the end, shown\n"
                   "beside the result; TERM alone, or nothing for the losses, asks you. Repeats")
      ->expected(0, 1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command->add_flag("--overwrite", flags->overwrite, "replace an earlier run in the directory");
  command->add_option("--threads", flags->threads, "threads (0: physical cores)")
      ->check(CLI::NonNegativeNumber);
  command->add_option("--device", flags->device, "cpu");
  command->add_option("--progress", flags->progress, "auto|bar|plain|none");
  command->footer(
      "\nThe last line on standard output is the run directory.\n\nExamples:\n"
      "  elbow train configs/vae/elbo.toml\n"
      "  elbow train configs/vae/beta.toml objective.beta=2 run.epochs=5\n"
      "  elbow train configs/vae/beta.toml "
      "'objective.beta={schedule=\"linear\",from=0,to=4,steps=2000}'\n"
      "  elbow train configs/gan/non_saturating.toml --data-dir data --run-dir runs/gan\n"
      "  elbow train configs/vae/elbo.toml --predict elbo/kl=20 --predict elbo=-95\n"
      "  elbow train runs/gan/config.toml --run-dir runs/gan --resume");
  command->callback([flags, &app, &action] {
    action = [flags] {
      std::vector<std::string> line = {"elbow", "train", flags->file};
      line.insert(line.end(), flags->overrides.begin(), flags->overrides.end());
      if (!flags->data_dir.empty()) line.insert(line.end(), {"--data-dir", flags->data_dir});
      return train_command(*flags, line);
    };
  });
}

}  // namespace elbow::app
