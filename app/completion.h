// Shell completion, made from the command line itself and the config's schema.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/config/schema.h"

namespace CLI {
class App;
}

namespace elbow::app {

/// What may stand at a place of the command line.
struct Candidates {
  /// words | files | directories | configs | runs | keys | nothing
  std::string kind = "nothing";
  std::vector<std::string> words = {};
};

struct CompletionOption {
  std::vector<std::string> names;  ///< "--run-dir"
  std::string description;
  bool takes_value = false;
  Candidates value = {};
};

struct CompletionCommand {
  std::string path;  ///< "" for the program, "train", "config show"
  std::string description;
  std::vector<std::string> commands;  ///< the names of those below it
  std::vector<CompletionOption> options;
  std::vector<Candidates> positionals;
  bool last_repeats = false;  ///< the last positional takes any number of words
};

/// Named lists that positionals draw from, by the name of the positional: {"NAME", {...}}.
using NamedWords = std::map<std::string, std::vector<std::string>>;

struct Completion {
  std::vector<CompletionCommand> commands;  ///< the program first, then depth first
  std::vector<std::string> keys;            ///< "run.seed", "penalty.0.gamma"
  std::vector<std::pair<std::string, std::vector<std::string>>> values;  ///< of keys that list them
};

/// Reads the commands, flags and positionals of `app`. The description of an option or positional
/// that begins with "a|b|c" or is a list "a, b, c" gives its words; a name that ends in "dir"
/// stands for directories, CONFIG, RUN, RUNS, TARGET and overrides for what they say.
Completion completion_of(const CLI::App& app, const Schema& schema, const NamedWords& words);

std::string bash_completion(const Completion& completion);
std::string zsh_completion(const Completion& completion);
std::string fish_completion(const Completion& completion);

}  // namespace elbow::app
