// elbow step CONFIG|RUN: one training step with every symbol of the equation as its number.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>

#include "app/commands.h"
#include "app/directories.h"
#include "app/restored_run.h"
#include "app/standard_output.h"
#include "app/step_view.h"
#include "core/config/config.h"
#include "core/error.h"
#include "math/threads.h"
#include "objectives/registry.h"
#include "training/files.h"
#include "training/trainer.h"

namespace elbow::app {
namespace {

namespace fs = std::filesystem;

struct StepFlags {
  std::string target, data_dir, format = "text", html;
  std::vector<std::string> overrides;
  std::optional<std::int64_t> sample;
  bool parameters = false, other_data = false;
  int threads = 0;
};

/// A model and where its next step starts from.
struct Start {
  std::unique_ptr<Session> session;
  std::unique_ptr<Stepper> stepper;
  std::string from;
};

Start start_of_run(const StepFlags& flags, const std::optional<fs::path>& data_dir) {
  if (!flags.overrides.empty()) {
    throw Error("error: " + flags.target +
                    " is a run, and its config stands; key=value goes with a config file. To try "
                    "other values from the start: elbow step " +
                    flags.target + "/config.toml " + flags.overrides.front() + ".",
                ExitCode::usage);
  }
  RestoredRun run = restore_run(flags.target, data_dir, flags.other_data);
  for (const std::string& warning : run.warnings) say(warning);
  return {std::move(run.session), std::move(run.stepper),
          "the checkpoint of step " + std::to_string(run.step)};
}

Start start_of_config(const StepFlags& flags, const std::optional<fs::path>& data_dir) {
  Config config = load_config(make_schema(component_specs()), flags.target, flags.overrides);
  Dataset data = load_dataset(dataset_request(config, data_dir));
  auto session = std::make_unique<Session>(std::move(config), std::move(data));
  auto stepper = std::make_unique<Stepper>(*session);
  return {std::move(session), std::move(stepper), "the initial weights"};
}

/// The symbols of a component's equation with their values at this step.
void add_symbols(std::vector<std::pair<std::string, std::string>>& symbols, const Spec& spec,
                 const Parameters& parameters, std::int64_t step) {
  for (const ParameterSpec& parameter : spec.parameters) {
    if (parameter.symbol.empty() || !parameters.contains(parameter.name)) continue;
    const Value value = parameter.schedulable ? Value(parameters.schedule(parameter.name).at(step))
                                              : parameters.values().at(parameter.name);
    symbols.emplace_back(parameter.symbol, to_toml(value));
  }
}

StepView view_of(Session& session, const StepFlags& flags, const std::string& from,
                 StepAccount account) {
  const Config& config = session.config();
  StepView view;
  view.source = flags.target;
  view.from = from;
  view.data = session.data().description;
  view.family = config.family();
  view.objective = config.text("objective.name");
  view.optimizer = config.text("optimizer.name");
  view.batch_size = config.integer("optimizer.batch_size");
  view.sample = flags.sample;
  view.by_parameter = flags.parameters;
  RunInfo info;
  info.specs = session.specs();
  info.terms = loop_terms();
  view.terms = TermTable(info);
  const auto penalties = config.penalties();
  for (const Spec& spec : session.specs()) {
    if (!spec.unicode.empty()) view.equations.emplace_back(spec.name, spec.unicode);
    const std::string section(to_string(spec.kind));
    if (spec.kind != SpecKind::penalty) {
      add_symbols(view.symbols, spec, config.parameters(section), account.step - 1);
      continue;
    }
    for (const auto& [name, parameters] : penalties) {
      if (name == spec.name) add_symbols(view.symbols, spec, parameters, account.step - 1);
    }
  }
  view.account = std::move(account);
  return view;
}

int step_command(const StepFlags& flags) {
  if (!flags.html.empty()) require_output(flags.html);
  std::optional<fs::path> data_dir;
  if (!flags.data_dir.empty()) data_dir = flags.data_dir;
  configure_threads(flags.threads);
  const bool run = fs::is_directory(flags.target);
  Start start = run ? start_of_run(flags, data_dir) : start_of_config(flags, data_dir);
  StepAccount account = account_for_step(*start.session, *start.stepper, flags.sample);
  const StepView view = view_of(*start.session, flags, start.from, std::move(account));
  if (!flags.html.empty()) write_output(flags.html, step_html(view));
  std::cout << (flags.format == "json" ? step_json(view) : step_text(view)) << std::flush;
  if (view.account.holds()) return 0;
  say("error: the terms do not add up to the loss; see the failing check above.");
  return static_cast<int>(ExitCode::check_failed);
}

}  // namespace

void add_step(CLI::App& app, Action& action) {
  auto flags = std::make_shared<StepFlags>();
  auto* command = app.add_subcommand(
      "step", "Take one training step apart: terms, their gradients, the update");
  command->add_option("TARGET", flags->target, "config file, or a run's directory")->required();
  command->add_option("overrides", flags->overrides, "key=value ... (with a config file)");
  command->add_option("--sample", flags->sample, "also this sample of the batch, from 0");
  command->add_flag("--parameters", flags->parameters, "a row per tensor instead of per network");
  command->add_option("--html", flags->html, "write the same as a page to this file");
  command->add_option("--format", flags->format, "text|json")
      ->check(CLI::IsMember({"text", "json"}));
  command->add_option("--data-dir", flags->data_dir, kDataDir);
  command->add_flag("--other-data", flags->other_data, kOtherData);
  command->add_option("--threads", flags->threads, "threads (0: physical cores)")
      ->check(CLI::NonNegativeNumber);
  command->footer(
      "\nFrom a config: the first step, the same as `elbow train` takes. From a run: the step "
      "after\n"
      "its newest checkpoint; nothing in the run changes. Exit code 5 when the terms do not add "
      "up\n"
      "to the loss, or their gradients to its gradient.\n\nExamples:\n"
      "  elbow step configs/vae/elbo.toml\n"
      "  elbow step configs/gan/non_saturating.toml --parameters\n"
      "  elbow step runs/vae-elbo --sample 3 --html step.html");
  command->callback([flags, &action] { action = [flags] { return step_command(*flags); }; });
}

}  // namespace elbow::app
