#include "app/completion.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>

#include "core/config/describe.h"
#include "core/text.h"

namespace elbow::app {
namespace {

bool is_word(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '-';
  });
}

/// {"a", "b"} for "a|b" and "a|b: more"; for "a, b, c" as a whole; otherwise nothing.
std::vector<std::string> listed(const std::string& description) {
  std::string head = description.substr(0, description.find_first_of(" :("));
  if (head.find('|') != std::string::npos) {
    const std::vector<std::string> words = split(head, '|');
    if (std::all_of(words.begin(), words.end(), is_word)) return words;
  }
  std::vector<std::string> words;
  for (const std::string& piece : split(description, ',')) {
    const auto begin = piece.find_first_not_of(' ');
    words.push_back(begin == std::string::npos ? "" : piece.substr(begin));
  }
  const bool list = words.size() > 2 && std::all_of(words.begin(), words.end(), is_word);
  return list ? words : std::vector<std::string>();
}

Candidates candidates(const std::string& name, const std::string& description,
                      const NamedWords& named) {
  if (const auto words = listed(description); !words.empty()) return {"words", words};
  if (const auto found = named.find(name); found != named.end()) return {"words", found->second};
  if (name == "CONFIG") return {.kind = "configs"};
  if (name == "TARGET" || name == "baseline" || name.starts_with("RUN")) return {.kind = "runs"};
  if (name == "overrides") return {.kind = "keys"};
  if (name == "DIR" || name.ends_with("dir")) return {.kind = "directories"};
  if (name == "html" || name == "output") return {.kind = "files"};
  return {};
}

void add_command(std::vector<CompletionCommand>& all, const CLI::App& app, const std::string& path,
                 const NamedWords& named) {
  CompletionCommand command{.path = path,
                            .description = app.get_description(),
                            .commands = {},
                            .options = {},
                            .positionals = {}};
  for (const CLI::Option* option : app.get_options()) {
    const std::string description = option->get_description();
    if (option->get_positional() && option->get_lnames().empty()) {
      const std::string name = option->get_name(true);
      command.positionals.push_back(candidates(name, description, named));
      command.last_repeats = option->get_items_expected_max() > 1;
      continue;
    }
    CompletionOption entry{.names = {}, .description = description};
    for (const auto& name : option->get_lnames()) entry.names.push_back("--" + name);
    for (const auto& name : option->get_snames()) entry.names.push_back("-" + name);
    entry.takes_value = option->get_type_size() > 0;
    if (entry.takes_value && !option->get_lnames().empty()) {
      entry.value = candidates(option->get_lnames().front(), description, named);
    }
    command.options.push_back(std::move(entry));
  }
  const auto below = app.get_subcommands([](const CLI::App*) { return true; });
  for (const CLI::App* sub : below) command.commands.push_back(sub->get_name());
  all.push_back(std::move(command));
  for (const CLI::App* sub : below) {
    add_command(all, *sub, path.empty() ? sub->get_name() : path + " " + sub->get_name(), named);
  }
}

/// As an override writes it: a table of penalties is numbered.
std::string override_path(const std::string& path) {
  return path.starts_with("penalty.") ? "penalty.0." + path.substr(8) : path;
}

void add_values(Completion& completion, const std::string& path, const ParameterSpec& spec) {
  std::vector<std::string> words = spec.choices;
  if (words.empty() && spec.type == ValueType::boolean) words = {"true", "false"};
  if (words.empty()) return;
  for (auto& [key, known] : completion.values) {
    if (key != path) continue;
    for (const std::string& word : words) {
      if (std::find(known.begin(), known.end(), word) == known.end()) known.push_back(word);
    }
    return;
  }
  completion.values.emplace_back(path, std::move(words));
}

}  // namespace

Completion completion_of(const CLI::App& app, const Schema& schema, const NamedWords& words) {
  Completion completion;
  add_command(completion.commands, app, "", words);
  for (const std::string& path : key_paths(schema)) completion.keys.push_back(override_path(path));
  for (const KeySpec& key : schema.keys) {
    add_values(completion, override_path(key.path()), key.parameter);
  }
  for (const Spec& spec : schema.components) {
    for (const ParameterSpec& parameter : spec.parameters) {
      add_values(completion,
                 override_path(std::string(to_string(spec.kind)) + "." + parameter.name),
                 parameter);
    }
  }
  return completion;
}

}  // namespace elbow::app
