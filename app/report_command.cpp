// elbow report RUN: one self-contained HTML page.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <string>

#include "app/commands.h"
#include "app/standard_output.h"
#include "core/config/schema.h"
#include "core/error.h"
#include "objectives/registry.h"
#include "report/page.h"
#include "training/files.h"

namespace elbow::app {
namespace {

struct ReportFlags {
  std::string run, output;
};

int report_command(const ReportFlags& flags) {
  const std::filesystem::path run = flags.run;
  const std::filesystem::path output =
      flags.output.empty() ? run / "report.html" : std::filesystem::path(flags.output);
  require_output(output);
  const std::string page = report::run_page(run, make_schema(component_specs()));
  write_output(output, page);
  print_exactly(output.string());
  return static_cast<int>(ExitCode::ok);
}

}  // namespace

void add_report(CLI::App& app, Action& action) {
  auto flags = std::make_shared<ReportFlags>();
  auto* command = app.add_subcommand("report", "Write a run as one self-contained HTML page");
  command->add_option("RUN", flags->run, "run directory, finished or not")->required();
  command->add_option("--output,-o", flags->output, "where to (default: RUN/report.html)");
  command->footer(
      "\nThe page needs no network and no other file. Training rewrites it by itself every\n"
      "report.every seconds; this command writes it anew, with what elbow eval has found since.\n"
      "The last line on standard output is the page.\n\nExamples:\n"
      "  elbow report runs/vae-elbo\n"
      "  elbow report runs/vae-elbo --output /tmp/vae.html");
  command->callback([flags, &action] { action = [flags] { return report_command(*flags); }; });
}

}  // namespace elbow::app
