// elbow export RUN: the records of a run as CSV.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <string>

#include "app/commands.h"
#include "core/error.h"
#include "report/csv.h"
#include "report/run_reader.h"
#include "training/files.h"

namespace elbow::app {
namespace {

struct ExportFlags {
  std::string run, format = "csv", output;
  bool narrow = false;
};

int export_command(const ExportFlags& flags) {
  const bool to_file = !flags.output.empty() && flags.output != "-";
  if (to_file) require_output(flags.output);
  const report::Run run = report::read_run(flags.run);
  if (run.metrics.empty()) {
    throw Error(
        "error: " + flags.run + " has no records yet: its metrics.jsonl is absent or empty.",
        ExitCode::data);
  }
  const std::string text = flags.narrow ? report::long_csv(run) : report::wide_csv(run);
  if (to_file) {
    write_output(flags.output, text);
  } else {
    std::cout << text;
  }
  return 0;
}

}  // namespace

void add_export(CLI::App& app, Action& action) {
  auto flags = std::make_shared<ExportFlags>();
  auto* command = app.add_subcommand("export", "Write the records of a run as CSV");
  command->add_option("RUN", flags->run, "run directory")->required();
  command->add_option("--format", flags->format, "csv")->check(CLI::IsMember({"csv"}));
  command->add_flag("--long", flags->narrow,
                    "a line per record and term, with its standard error and unit");
  command->add_option("--output", flags->output, "file (default: standard output)");
  command->footer(
      "\nAn empty cell: the record lacks the term. \"nan\": it was logged as such.\n\nExamples:\n"
      "  elbow export runs/vae-elbo > vae.csv\n"
      "  elbow export runs/vae-elbo --long --output vae.csv");
  command->callback([flags, &action] { action = [flags] { return export_command(*flags); }; });
}

}  // namespace elbow::app
