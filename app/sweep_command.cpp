// elbow sweep CONFIG key=a,b,c ...: every combination trained in processes of its own, then
// compared.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <memory>
#include <optional>

#include "app/commands.h"
#include "app/compare_command.h"
#include "app/directories.h"
#include "app/eval_progress.h"
#include "app/standard_output.h"
#include "app/sweep_plan.h"
#include "app/sweep_runs.h"
#include "core/error.h"
#include "math/cores.h"
#include "report/run_reader.h"
#include "training/files.h"

namespace elbow::app {
namespace {

namespace fs = std::filesystem;

struct SweepFlags {
  SweepPlanRequest plan;
  std::string progress = "auto", html, format = "table";
  int jobs = 0, threads = 0, index = 0;
  bool list = false;
};

/// Nothing also where it cannot be read.
std::optional<report::RunStatus> status_in(const fs::path& directory) {
  try {
    return report::read_status(directory / "status.json");
  } catch (const Error&) {
    return std::nullopt;
  }
}

/// Whether a signal that the sweep hands on ended it, saving or before it could.
bool was_stopped(int code) {
  return code == static_cast<int>(ExitCode::stopped) ||
         code == static_cast<int>(ExitCode::interrupted) || code == 128 + SIGTERM ||
         code == 128 + SIGUSR1;
}

/// `code` alone does not tell: 130 is also 128 + SIGINT, of a run before or after its loop.
std::string stopping(const fs::path& directory) {
  const auto status = status_in(directory);
  if (!status) return "stopped before it began";
  return status->status == "interrupted" ? "stopped, checkpoint saved" : "stopped at once";
}

std::string ending(int code, const fs::path& directory) {
  if (was_stopped(code)) return stopping(directory);
  switch (code) {
    case 0:
      return "finished";
    case 4:
      return "diverged";
    case 5:
      return "finished, but a mathematical check failed";
    default:
      return code > 128 ? "killed by signal " + std::to_string(code - 128)
                        : "failed with exit code " + std::to_string(code);
  }
}

std::size_t count_to_do(const std::vector<PlannedRun>& runs) {
  return static_cast<std::size_t>(
      std::count_if(runs.begin(), runs.end(), [](const PlannedRun& run) { return !run.ended; }));
}

int print_list(const SweepFlags& flags, const std::vector<PlannedRun>& runs) {
  const int threads =
      share_cores(usable_cores(), flags.jobs, flags.threads, count_to_do(runs)).threads;
  for (const PlannedRun& run : runs) {
    // A line for each, so that line numbers are those of --index.
    print_exactly(shell_line(
        run.ended ? std::vector<std::string>{"true", "ended before:", run.directory.string()}
                  : train_line(flags.plan, run, threads)));
  }
  return 0;
}

int run_one(const SweepFlags& flags, const std::vector<PlannedRun>& runs) {
  if (flags.index > static_cast<int>(runs.size())) {
    throw Error("error: --index " + std::to_string(flags.index) +
                    ": this sweep has the runs 1 to " + std::to_string(runs.size()) + ".",
                ExitCode::usage);
  }
  const PlannedRun& run = runs[static_cast<std::size_t>(flags.index - 1)];
  if (run.ended) {
    say(run.point.name + ": " + ending(*run.ended, run.directory) + " before");
    print_exactly(fs::absolute(run.directory).lexically_normal().string());
    return *run.ended;
  }
  // A job of an array has cores of its own: train takes all that it may use.
  auto words = train_line(flags.plan, run, flags.threads);
  words.insert(words.end(), {"--progress", flags.progress});
  become(words);
}

std::string last_lines(const fs::path& log) {
  std::string text = fs::exists(log) ? read_bytes(log) : "";
  while (!text.empty() && text.back() == '\n') text.pop_back();
  for (std::size_t at = text.size(), lines = 0; at-- > 0;) {
    if (text[at] == '\n' && ++lines == 5) return text.substr(at + 1);
  }
  return text;
}

double share_done(const fs::path& directory) {
  const auto status = status_in(directory);
  if (!status || status->total_steps <= 0) return 0.0;
  return static_cast<double>(status->step) / static_cast<double>(status->total_steps);
}

/// Trains what is not through; sets the exit code of each run. Returns the signal that stopped it.
int train_all(const SweepFlags& flags, std::vector<PlannedRun>& runs, EvalProgress& progress) {
  std::vector<SweepJob> jobs;
  std::vector<PlannedRun*> trained;
  const std::size_t to_do = count_to_do(runs);
  const CoreShare cores = share_cores(usable_cores(), flags.jobs, flags.threads, to_do);
  progress.note("sweep      " + std::to_string(runs.size()) + " runs, " + std::to_string(to_do) +
                " to do, " + std::to_string(cores.jobs) + " at a time with " +
                std::to_string(cores.threads) + (cores.threads == 1 ? " thread" : " threads") +
                " each");
  for (PlannedRun& run : runs) {
    if (run.ended) {
      progress.note(run.point.name + ": " + ending(*run.ended, run.directory) + " before");
      continue;
    }
    const fs::path logs = run.directory.parent_path() / ".logs";
    fs::create_directories(logs);
    auto command = train_line(flags.plan, run, cores.threads);
    command.insert(command.end(), {"--progress", "none"});
    jobs.push_back({command, logs / (run.point.name + ".txt")});
    trained.push_back(&run);
  }
  std::size_t done = 0;
  const auto tick = [&](const std::vector<std::size_t>& running) {
    std::string text = std::to_string(done) + " of " + std::to_string(jobs.size()) + " done";
    double share = static_cast<double>(done);
    for (const std::size_t job : running) {
      const double part = share_done(trained[job]->directory);
      char percent[16];
      std::snprintf(percent, sizeof percent, " %.0f %%", 100.0 * part);
      share += part;
      text += " · " + trained[job]->point.name + percent;
    }
    if (!jobs.empty()) progress.at(text, share / static_cast<double>(jobs.size()));
  };
  const auto ended = [&](std::size_t job, int code) {
    ++done;
    trained[job]->ended = code;
    progress.note(trained[job]->point.name + ": " + ending(code, trained[job]->directory));
    if (code != 0 && !was_stopped(code)) say(last_lines(jobs[job].log));
  };
  progress.start();
  return run_jobs(jobs, cores.jobs, tick, ended);
}

/// That of the first run that did not end well; killed ones count as failed.
int exit_code_of(const std::vector<PlannedRun>& runs) {
  for (const PlannedRun& run : runs) {
    const int code = run.ended.value_or(0);
    if (code != 0) {
      return code > 128 && code != static_cast<int>(ExitCode::interrupted)
                 ? static_cast<int>(ExitCode::failure)
                 : code;
    }
  }
  return 0;
}

/// Before hours of training, not after them: can the page be written?
void require_place(const std::string& html, const fs::path& root) {
  if (html.empty()) return;
  fs::create_directories(root);  // the page may lie beside the runs
  require_output(html);
}

/// Returns the exit code of the comparison.
int compare(const SweepFlags& flags, const std::vector<fs::path>& runs) {
  report::CompareOptions options;
  options.at = {report::At::end};
  try {
    return compare_and_print(runs, options, flags.format, flags.html);
  } catch (const Error& error) {
    say(error.what());
    say("The runs are through, but not compared:");
    for (const auto& run : runs) say(run.string());
    return static_cast<int>(error.code());
  }
}

int run_all(const SweepFlags& flags, std::vector<PlannedRun> runs) {
  require_place(flags.html, runs.front().directory.parent_path());
  EvalProgress progress(parse_progress(flags.progress));
  if (const int signal = train_all(flags, runs, progress); signal != 0) {
    say("Stopped. The same command continues it.");
    return static_cast<int>(signal == SIGINT ? ExitCode::interrupted : ExitCode::stopped);
  }
  std::vector<fs::path> whole;
  for (const PlannedRun& run : runs) {
    if (run.ended == 0 || run.ended == static_cast<int>(ExitCode::check_failed)) {
      whole.push_back(run.directory);
    }
  }
  int compared = 0;
  if (whole.size() > 1) {
    compared = compare(flags, whole);
  } else {
    for (const auto& run : whole) print_exactly(run.string());
  }
  const int trained = exit_code_of(runs);
  return trained != 0 ? trained : compared;
}

int sweep_command(const SweepFlags& flags) {
  parse_progress(flags.progress);
  std::vector<PlannedRun> runs = plan_sweep(flags.plan);
  if (flags.list) return print_list(flags, runs);
  require_data_of_begun(flags.plan, runs);
  if (flags.index > 0) return run_one(flags, runs);
  return run_all(flags, std::move(runs));
}

}  // namespace

void add_sweep(CLI::App& app, Action& action) {
  auto flags = std::make_shared<SweepFlags>();
  auto* command =
      app.add_subcommand("sweep", "Train every combination of some values, and compare");
  command->add_option("CONFIG", flags->plan.config, "config file")->required();
  command->add_option("overrides", flags->plan.values.axes, "key=value,value,... ...");
  command->add_flag("--zip", flags->plan.values.zip,
                    "the first values together, then the second ones, ... not every combination");
  command->add_option("--seeds", flags->plan.values.seeds, "train each with run.seed=1,2,...,N")
      ->check(CLI::Range(1, 1000));
  command->add_option("--dir", flags->plan.dir, "where the runs go (default: runs/sweep-<config>)");
  command->add_option("--data-dir", flags->plan.data_dir, kDataDir);
  command->add_option("--jobs", flags->jobs, "runs at a time (default: one per core)")
      ->check(CLI::Range(1, 1024));
  command->add_option("--threads", flags->threads, "threads of each (default: cores / jobs)")
      ->check(CLI::Range(1, 1024));
  auto* list = command->add_flag("--list", flags->list, "print a command per run and train none");
  command->add_option("--index", flags->index, "train only this run, counted from 1")
      ->check(CLI::PositiveNumber)
      ->excludes(list);
  command->add_option("--progress", flags->progress, "auto|bar|plain|none");
  command->add_option("--format", flags->format, "table|csv|json: of the comparison")
      ->check(CLI::IsMember({"table", "csv", "json"}));
  command->add_option("--html", flags->html, "also write the comparison as one page");
  command->footer(
      "\nRuns that are through are not trained again, others are resumed. Standard output has the "
      "comparison of\nwhat is through, as elbow compare --at end. The exit code is that of the "
      "first run that did not end well.\n\nExamples:\n"
      "  elbow sweep configs/vae/beta.toml objective.beta=0.5,1,2,4\n"
      "  elbow sweep configs/vae/beta.toml objective.beta=1,4 model.hidden=[400],[400,200] "
      "--seeds 5\n"
      "  elbow sweep configs/vae/beta.toml objective.beta=1,4 optimizer.lr=1e-3,5e-4 --zip "
      "--html betas.html\n"
      "  elbow sweep configs/vae/beta.toml objective.beta=1,4 --list | parallel -j 2\n"
      "  elbow sweep configs/vae/beta.toml objective.beta=1,4 --index $SLURM_ARRAY_TASK_ID");
  command->callback([flags, &action] { action = [flags] { return sweep_command(*flags); }; });
}

}  // namespace elbow::app
