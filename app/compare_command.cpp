// elbow compare RUN RUN ...
#include "app/compare_command.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "app/commands.h"
#include "app/compare_table.h"
#include "app/standard_output.h"
#include "core/error.h"
#include "report/compare_page.h"
#include "training/files.h"

namespace elbow::app {
namespace {

struct CompareFlags {
  std::vector<std::string> runs, at;
  std::string format = "table", html;
  report::CompareOptions options;
};

int output_width() {
  winsize size = {};
  if (isatty(STDOUT_FILENO) != 0 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 &&
      size.ws_col > 0) {
    return size.ws_col;
  }
  return 140;  // into a file: nothing cuts the lines
}

report::At at_from(const std::string& name) {
  for (const report::At at : {report::At::steps, report::At::samples, report::At::time}) {
    if (name == to_string(at)) return at;
  }
  return report::At::end;
}

int compare_command(CompareFlags flags) {
  if (!flags.at.empty()) {
    flags.options.at.clear();
    for (const auto& name : flags.at) flags.options.at.push_back(at_from(name));
  }
  return compare_and_print({flags.runs.begin(), flags.runs.end()}, flags.options, flags.format,
                           flags.html);
}

}  // namespace

int compare_and_print(const std::vector<std::filesystem::path>& paths,
                      const report::CompareOptions& options, const std::string& format,
                      const std::string& html) {
  if (!html.empty()) require_output(html);
  std::vector<report::Run> runs;
  for (const auto& path : paths) runs.push_back(report::read_run(path));
  const report::Comparison comparison = report::compare_runs(runs, options);
  if (!html.empty()) {
    write_output(html, report::compare_page(comparison));
    say("page       " + html);
  }
  std::cout << (format == "csv"    ? report::comparison_csv(comparison)
                : format == "json" ? report::comparison_json(comparison)
                                   : comparison_table(comparison, output_width()))
            << std::flush;
  return 0;
}

void add_compare(CLI::App& app, Action& action) {
  auto flags = std::make_shared<CompareFlags>();
  auto* command = app.add_subcommand("compare", "Hold runs against each other, term by term");
  command->add_option("RUNS", flags->runs, "run directories; seeds of one config form a group")
      ->required();
  command->add_option("--format", flags->format, "table|csv|json")
      ->check(CLI::IsMember({"table", "csv", "json"}));
  command->add_option("--html", flags->html, "also write one self-contained page");
  command
      ->add_option("--at", flags->at,
                   "end|steps|samples|time (several with commas; default: all four)")
      ->delimiter(',')
      ->check(CLI::IsMember({"end", "steps", "samples", "time"}));
  command
      ->add_option("--terms", flags->options.terms.patterns,
                   "which terms, separated by commas; * stands for anything: 'kl/dim/*'")
      ->delimiter(',');
  command->add_flag("--all", flags->options.terms.all, "every term that all runs have");
  command
      ->add_option("--split", flags->options.terms.split,
                   "train|valid|test (default: the last of these that all runs have)")
      ->check(CLI::IsMember({"train", "valid", "test"}));
  command->add_option("--baseline", flags->options.baseline,
                      "the run that others are subtracted from (default: the first)");
  command->footer(
      "\nThe test split is measured once, at the end; at equal steps, samples and time the "
      "validation split stands\nin for it. Numbers of the training split are means over the last "
      "tenth of the steps.\n\nExamples:\n"
      "  elbow compare runs/vae-elbo runs/vae-beta\n"
      "  elbow compare runs/beta-* --baseline runs/beta-1 --at end --html betas.html\n"
      "  elbow compare runs/vae-elbo runs/vae-beta --terms 'kl/dim/*,elbo' --format csv");
  command->callback([flags, &action] { action = [flags] { return compare_command(*flags); }; });
}

}  // namespace elbow::app
