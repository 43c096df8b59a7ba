// elbow eval RUN: metrics that cost more than a probe, on the model of a run's newest checkpoint.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <memory>

#include "app/commands.h"
#include "app/directories.h"
#include "app/eval_metrics.h"
#include "app/eval_progress.h"
#include "app/restored_run.h"
#include "app/text.h"
#include "core/error.h"
#include "core/text.h"
#include "instrumentation/evaluation_checks.h"
#include "instrumentation/evaluation_file.h"
#include "instrumentation/text.h"
#include "math/threads.h"
#include "training/classifier.h"
#include "training/signals.h"

namespace elbow::app {
namespace {

struct EvalFlags {
  std::string run, data_dir, format = "table", progress = "auto";
  std::vector<std::string> metrics;
  std::int64_t images = 0;
  EvalOptions options;
  bool overwrite = false, other_data = false;
  int threads = 0;
};

std::optional<std::filesystem::path> optional_path(const std::string& text) {
  if (text.empty()) return std::nullopt;
  return std::filesystem::path(text);
}

std::vector<EvalMetric> chosen(const std::vector<EvalMetric>& all,
                               const std::vector<std::string>& names) {
  if (names.empty()) return all;
  std::vector<std::string> known;
  for (const EvalMetric& metric : all) known.push_back(metric.name);
  for (const std::string& name : names) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      throw Error("error: there is no metric '" + name + "'" + did_you_mean(name, known) +
                      ". Metrics: " + join(known, ", ") + ".",
                  ExitCode::usage);
    }
  }
  std::vector<EvalMetric> metrics;
  for (const EvalMetric& metric : all) {
    if (std::count(names.begin(), names.end(), metric.name) > 0) metrics.push_back(metric);
  }
  return metrics;
}

/// Those that can be measured on this run's model and data.
std::vector<EvalMetric> metrics_of(const Session& session) {
  if (session.has_network("encoder") && session.likelihood() != nullptr) return vae_metrics();
  if (session.has_network("generator") && session.has_network("discriminator")) {
    std::vector<EvalMetric> metrics = gan_metrics();
    if (!labelled_images(session.data())) {
      std::erase_if(metrics, [](const EvalMetric& metric) { return metric.needs_labels; });
    }
    return metrics;
  }
  throw Error(
      "error: elbow eval measures models with an encoder and a decoder, or a generator and a "
      "discriminator; this run trained '" +
          session.config().text("objective.name") + "'. Its probes stand in metrics.jsonl.",
      ExitCode::usage);
}

std::string column(const std::string& text, int width, bool right = false) {
  const int pad = std::max(0, width - display_width(text));
  const std::string space(static_cast<std::size_t>(pad), ' ');
  return right ? space + text : text + space;
}

/// Decimals that show two digits of the error; four where there is none.
int decimals(const Estimate& estimate) {
  if (!estimate.se || !(*estimate.se > 0.0) || !std::isfinite(*estimate.se)) {
    return estimate.value == std::floor(estimate.value) ? 0 : 4;
  }
  return std::clamp(1 - static_cast<int>(std::floor(std::log10(*estimate.se))), 0, 9);
}

std::string fixed(double value, int digits) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

void print_header() {
  std::cout << column("quantity", 38) << column("value", 13, true) << column("se", 10, true) << "  "
            << column("bias", 8) << "meaning\n";
}

void print_row(const Measurement& m, const std::string& note_before) {
  const int digits = decimals(m.estimate);
  std::cout << column(m.quantity, 38) << column(fixed(m.estimate.value, digits), 13, true)
            << column(m.estimate.se ? fixed(*m.estimate.se, digits) : "-", 10, true) << "  "
            << column(std::string(to_string(m.estimate.bias)), 9) << m.meaning << '\n';
  if (!m.estimate.note.empty() && m.estimate.note != note_before) {
    std::cout << "    (" << m.estimate.note << ")\n";
  }
}

void print(const std::vector<Measurement>& rows, bool json) {
  std::string note;
  for (const Measurement& row : rows) {
    if (json) {
      std::cout << to_json(row) << '\n';
    } else {
      print_row(row, note);
      note = row.estimate.note;
    }
  }
  std::cout.flush();
}

/// Says which statements the numbers violate, and how many were looked at.
ExitCode report_checks(const std::vector<Measurement>& rows, EvalProgress& progress) {
  const auto checks = evaluation_checks(rows);
  std::int64_t fails = 0;
  for (const CheckResult& check : checks) {
    if (check.verdict != Verdict::fails) continue;
    ++fails;
    std::cerr << "check " << check.id << " fails: " << check.statement << ", but "
              << significant(check.lhs, 6) << " > " << significant(check.rhs, 6) << " (error "
              << significant(check.se, 2) << ")\n";
  }
  if (!checks.empty()) {
    progress.note("checks     " + std::to_string(checks.size()) + " bounds, " +
                  (fails == 0 ? "all hold" : std::to_string(fails) + " fail"));
  }
  return fails == 0 ? ExitCode::ok : ExitCode::check_failed;
}

std::string settings_of(const EvalMetric& metric, const RestoredRun& run,
                        const EvalOptions& options) {
  return "step=" + std::to_string(run.step) + " weights=" + run.fingerprint +
         " data=" + run.session->data().sha256.substr(0, 12) + " " +
         metric.settings(*run.session, options);
}

int eval_command(EvalFlags flags) {
  if (flags.images > 0) flags.options.images = flags.images;
  const bool json = flags.format == "json";
  EvalProgress progress(parse_progress(flags.progress));
  const ThreadReport threads = configure_threads(flags.threads);
  for (const auto& warning : threads.warnings) progress.note(warning);
  if (!threads.load.empty()) progress.note(threads.load);
  const std::filesystem::path path(flags.run);
  RestoredRun run = restore_run(path, optional_path(flags.data_dir), flags.other_data);
  const auto metrics = chosen(metrics_of(*run.session), flags.metrics);
  for (const auto& warning : run.warnings) progress.note(warning);
  progress.note("run        " + path.string() + ", step " + with_commas(run.step));
  progress.note("data       " + run.session->data().description);
  for (const auto& warning : run.session->warnings()) progress.note(warning);

  EvaluationFile file(path / "eval.jsonl", flags.overwrite);
  const SignalScope signals;
  Work work;
  work.progress = [&](const std::string& what, double done) { progress.at(what, done); };
  work.stopped = [] { return SignalScope::received() != 0; };
  if (!json) print_header();
  std::vector<Measurement> all;
  try {
    for (const EvalMetric& metric : metrics) {
      const std::string settings = settings_of(metric, run, flags.options);
      auto rows = file.find(metric.name, settings);
      if (rows) {
        progress.note(metric.name + ": as found before in eval.jsonl (--overwrite measures again)");
      } else {
        progress.start();
        rows = metric.run({*run.session, flags.options, work});
        file.add(metric.name, settings, *rows);
        progress.finish(metric.name);
      }
      print(*rows, json);
      all.insert(all.end(), rows->begin(), rows->end());
    }
  } catch (const Stopped&) {
    progress.note("Stopped. What is finished stands in " + (path / "eval.jsonl").string() +
                  "; the same command continues.");
    return static_cast<int>(SignalScope::received() == SIGINT ? ExitCode::interrupted
                                                              : ExitCode::stopped);
  }
  return static_cast<int>(report_checks(all, progress));
}

std::string metric_lines(const std::vector<EvalMetric>& metrics) {
  std::string text;
  for (const EvalMetric& metric : metrics) {
    text += "  " + column(metric.name, 14) + metric.summary + "\n";
  }
  return text;
}

}  // namespace

void add_eval(CLI::App& app, Action& action) {
  auto flags = std::make_shared<EvalFlags>();
  auto* command =
      app.add_subcommand("eval", "Measure a trained model: likelihood, information, gaps");
  command->add_option("RUN", flags->run, "run directory")->required();
  command->add_option("--metrics", flags->metrics, "which ones, separated by commas (default: all)")
      ->delimiter(',');
  command->add_option("--k", flags->options.k, "numbers of importance samples, separated by commas")
      ->delimiter(',')
      ->check(CLI::Range(1, 1 << 24));
  command
      ->add_option("--images", flags->images,
                   "images for metrics that look at each (default: 1000 for importance, 100 for "
                   "gaps, ais and bdmc), samples of a GAN (2000, at most half the test images)")
      ->check(CLI::PositiveNumber);
  command->add_option("--ais-steps", flags->options.ais_steps, "temperatures (default 100)")
      ->check(CLI::PositiveNumber);
  command->add_option("--chains", flags->options.chains, "annealed chains per image (default 16)")
      ->check(CLI::PositiveNumber);
  command
      ->add_option("--inner-steps", flags->options.inner_steps,
                   "steps that each player of a GAN trains alone for the duality gap (default 500)")
      ->check(CLI::PositiveNumber);
  command->add_option("--seed", flags->options.seed, "of every draw (default 1)");
  command->add_option("--data-dir", flags->data_dir, kDataDir);
  command->add_flag("--other-data", flags->other_data, kOtherData);
  command->add_option("--threads", flags->threads, "threads (0: physical cores)")
      ->check(CLI::NonNegativeNumber);
  command->add_option("--format", flags->format, "table|json")
      ->check(CLI::IsMember({"table", "json"}));
  command->add_option("--progress", flags->progress, "auto|bar|plain|none");
  command->add_flag("--overwrite", flags->overwrite, "forget what eval.jsonl holds");
  command->footer("\nMetrics of a VAE:\n" + metric_lines(vae_metrics()) + "\nMetrics of a GAN:\n" +
                  metric_lines(gan_metrics()) +
                  "\nFinished metrics are kept in RUN/eval.jsonl: after Ctrl-C the same command "
                  "continues.\n\nExamples:\n"
                  "  elbow eval runs/vae-elbo\n"
                  "  elbow eval runs/vae-elbo --metrics importance --k 1,50,5000 --images 500\n"
                  "  elbow eval runs/vae-elbo --metrics ais,bdmc --ais-steps 500 --format json\n"
                  "  elbow eval runs/gan-hinge --metrics duality --inner-steps 2000");
  command->callback([flags, &action] { action = [flags] { return eval_command(*flags); }; });
}

}  // namespace elbow::app
