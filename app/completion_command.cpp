// elbow completion bash|zsh|fish: the script that completes commands, flags, keys, names and runs.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "app/all_terms.h"
#include "app/commands.h"
#include "app/completion.h"
#include "app/names.h"
#include "core/config/lookup.h"
#include "core/error.h"
#include "core/text.h"
#include "objectives/registry.h"
#include "problems/problem.h"

namespace elbow::app {
namespace {

int completion_command(const CLI::App& app, const std::string& shell) {
  const Schema schema = make_schema(component_specs());
  NamedWords words;
  words["NAME"] = explainable_names();
  words["SECTION"] = sections(schema);
  for (const auto& [term, spec] : all_terms()) {
    if (term.name.find('*') == std::string::npos) words["predict"].push_back(term.name);
  }
  for (const Problem& problem : all_problems()) words["PATTERN"].push_back(problem.name);
  const Completion completion = completion_of(app, schema, words);
  if (shell == "bash") {
    std::cout << bash_completion(completion);
  } else if (shell == "zsh") {
    std::cout << zsh_completion(completion);
  } else if (shell == "fish") {
    std::cout << fish_completion(completion);
  } else {
    const std::string hint = did_you_mean(shell, {"bash", "zsh", "fish"});
    throw Error("error: there is no completion for '" + shell + "'" + (hint.empty() ? "." : hint) +
                    " Shells: bash, zsh, fish.",
                ExitCode::usage);
  }
  return 0;
}

}  // namespace

void add_completion(CLI::App& app, Action& action) {
  auto shell = std::make_shared<std::string>();
  auto* command = app.add_subcommand(
      "completion", "Write the script that completes commands, keys, names and runs in a shell");
  command->add_option("SHELL", *shell, "bash|zsh|fish")->required();
  command->footer(
      "\nExamples:\n"
      "  source <(elbow completion bash)                 # this shell; or in ~/.bashrc\n"
      "  elbow completion zsh > ~/.zfunc/_elbow          # with fpath+=~/.zfunc before compinit\n"
      "  elbow completion fish > ~/.config/fish/completions/elbow.fish");
  command->callback(
      [=, &app, &action] { action = [=, &app] { return completion_command(app, *shell); }; });
}

}  // namespace elbow::app
