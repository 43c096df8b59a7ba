// The scripts. bash and zsh share what decides; only asking and answering differ.
#include <algorithm>

#include "app/completion.h"
#include "app/text.h"

namespace elbow::app {
namespace {

/// In single quotes of a POSIX shell.
std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

/// In single quotes of fish.
std::string fish_quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

std::string arm(const std::string& pattern, const Candidates& candidates) {
  std::string out = "    " + quoted(pattern) + ") _elbow_kind=" + candidates.kind;
  if (!candidates.words.empty()) out += "; _elbow_words=" + quoted(join(candidates.words, " "));
  return out + " ;;\n";
}

std::vector<std::string> flags(const CompletionCommand& command, bool valued_only) {
  std::vector<std::string> names;
  for (const CompletionOption& option : command.options) {
    if (valued_only && !option.takes_value) continue;
    names.insert(names.end(), option.names.begin(), option.names.end());
  }
  return names;
}

/// Functions that look up the tables.
std::string tables(const Completion& completion) {
  std::string commands, all_flags, valued, values, positionals, key_values;
  for (const CompletionCommand& command : completion.commands) {
    const auto line = [&](const std::vector<std::string>& words) {
      return "    " + quoted(command.path) + ") _elbow_words=" + quoted(join(words, " ")) + " ;;\n";
    };
    commands += line(command.commands);
    all_flags += line(flags(command, false));
    valued += line(flags(command, true));
    for (const CompletionOption& option : command.options) {
      if (!option.takes_value) continue;
      for (const std::string& name : option.names) {
        values += arm(command.path + ":" + name, option.value);
      }
    }
    for (std::size_t i = 0; i < command.positionals.size(); ++i) {
      const bool last = i + 1 == command.positionals.size();
      std::string at = command.path + ":" + std::to_string(i);
      if (last && command.last_repeats) {
        // The last one stands for all that follow.
        const std::string any = quoted(command.path + ":") + "*";
        positionals += arm(at, command.positionals[i]);
        positionals += "    " + any + arm("", command.positionals[i]).substr(6);
      } else {
        positionals += arm(at, command.positionals[i]);
      }
    }
  }
  for (const auto& [key, words] : completion.values) {
    key_values += "    " + quoted(key) + ") _elbow_words=" + quoted(join(words, " ")) + " ;;\n";
  }
  const auto function = [](const std::string& name, const std::string& arms) {
    return name + "() {\n  _elbow_words=\n  case \"$1\" in\n" + arms + "  esac\n}\n";
  };
  return function("_elbow_commands", commands) + function("_elbow_flags", all_flags) +
         function("_elbow_valued", valued) + function("_elbow_value", values) +
         function("_elbow_positional", positionals) + function("_elbow_key_values", key_values) +
         "_elbow_keys=" + quoted(join(completion.keys, " ")) + "\n";
}

// $1: the line up to the cursor; $2: its last word. Sets _elbow_kind and _elbow_words.
constexpr const char* kDecide = R"sh(_elbow_decide() {
  local line=$1 cur=$2 rest word option= expects= path= count=0
  _elbow_kind=words
  _elbow_words=
  rest=${line%"$cur"}
  rest=${rest#"${rest%%[![:space:]]*}"}
  rest=${rest#"${rest%%[[:space:]]*}"}
  while true; do
    rest=${rest#"${rest%%[![:space:]]*}"}
    word=${rest%%[[:space:]]*}
    [ -n "$word" ] || break
    rest=${rest#"$word"}
    if [ -n "$expects" ]; then
      expects=
      continue
    fi
    case "$word" in
      -*)
        _elbow_valued "$path"
        case " $_elbow_words " in *" $word "*) expects=1 option=$word ;; esac
        ;;
      *)
        _elbow_commands "$path"
        case " $_elbow_words " in
          *" $word "*) path=${path:+$path }$word ;;
          *) count=$((count + 1)) ;;
        esac
        ;;
    esac
  done
  _elbow_words=
  if [ -n "$expects" ]; then
    _elbow_kind=nothing
    _elbow_value "$path:$option"
    return
  fi
  case "$cur" in
    -*)
      _elbow_flags "$path"
      return
      ;;
  esac
  _elbow_commands "$path"
  [ -z "$_elbow_words" ] || return
  _elbow_kind=nothing
  _elbow_positional "$path:$count"
}
)sh";

constexpr const char* kBash = R"sh(_elbow() {
  local line=${COMP_LINE:0:COMP_POINT} cur prefix= found= dir
  local _elbow_kind _elbow_words
  cur=${line##*[[:space:]]}
  _elbow_decide "$line" "$cur"
  COMPREPLY=()
  if [ "$_elbow_kind" = keys ]; then
    case "$cur" in
      *=*)
        prefix=${cur%%=*}
        _elbow_key_values "$prefix"
        # Readline takes what stands behind "=" for the word.
        case "$COMP_WORDBREAKS" in
          *=*) COMPREPLY=($(compgen -W "$_elbow_words" -- "${cur#*=}")) ;;
          *) COMPREPLY=($(compgen -P "$prefix=" -W "$_elbow_words" -- "${cur#*=}")) ;;
        esac
        ;;
      *)
        compopt -o nospace 2>/dev/null
        COMPREPLY=($(compgen -S = -W "$_elbow_keys" -- "$cur"))
        ;;
    esac
    return
  fi
  case "$_elbow_kind" in
    words) COMPREPLY=($(compgen -W "$_elbow_words" -- "$cur")) ;;
    nothing) ;;
    *)
      compopt -o filenames 2>/dev/null
      local IFS=$'\n'
      case "$_elbow_kind" in
        files) mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
        directories) mapfile -t COMPREPLY < <(compgen -d -- "$cur") ;;
        configs) mapfile -t COMPREPLY < <(compgen -f -X '!*.toml' -- "$cur"; compgen -d -- "$cur") ;;
        runs)
          for dir in "$cur"*/ runs/*/; do
            # No compgen -W: it would expand what a directory's name holds.
            [ -f "${dir}config.toml" ] && [[ $dir == "$cur"* ]] && found=$found${dir%/}$'\n'
          done
          mapfile -t COMPREPLY < <({ printf '%s' "$found"; compgen -d -- "$cur"
            compgen -f -X '!*.toml' -- "$cur"; } | sort -u)
          ;;
      esac
      ;;
  esac
  return 0
}
complete -F _elbow elbow
)sh";

constexpr const char* kZsh = R"sh(_elbow() {
  local cur=$PREFIX line dir key
  local _elbow_kind _elbow_words
  local -a found
  line="${(j: :)words[1,CURRENT-1]} $cur"
  _elbow_decide "$line" "$cur"
  case "$_elbow_kind" in
    words) compadd -- ${=_elbow_words} ;;
    keys)
      if [[ $cur == *=* ]]; then
        key=${cur%%=*}
        _elbow_key_values "$key"
        found=(${=_elbow_words})
        compadd -- "${(@)found/#/$key=}"
      else
        compadd -S = -- ${=_elbow_keys}
      fi
      ;;
    files) _files ;;
    directories) _files -/ ;;
    configs) _files -g '*.toml' ;;
    runs)
      for dir in runs/*/config.toml(N); do found+=(${dir%/config.toml}); done
      compadd -- $found
      _files
      ;;
  esac
}
if [ "$funcstack[1]" = _elbow ]; then
  _elbow "$@"
elif (( $+functions[compdef] )); then
  compdef _elbow elbow
fi
)sh";

std::string head(const std::string& shell, const std::string& first) {
  return first + "# Completion of elbow for " + shell + ", written by `elbow completion " + shell +
         "`.\n";
}

/// Whether the command line so far has exactly this path.
std::string fish_condition(const CompletionCommand& command) {
  if (command.path.empty()) return "__fish_use_subcommand";
  const auto space = command.path.find(' ');
  std::string test = "__fish_seen_subcommand_from " + command.path.substr(0, space);
  if (space != std::string::npos) {
    test += "; and __fish_seen_subcommand_from " + command.path.substr(space + 1);
  } else if (!command.commands.empty()) {
    test += "; and not __fish_seen_subcommand_from " + join(command.commands, " ");
  }
  return test;
}

std::string fish_values(const Candidates& candidates) {
  if (candidates.kind == "words") return " -f -a " + fish_quoted(join(candidates.words, " "));
  if (candidates.kind == "keys") return " -f -a '(__elbow_keys)'";
  if (candidates.kind == "runs") return " -F -a '(__elbow_runs)'";
  if (candidates.kind == "directories") return " -f -a '(__fish_complete_directories)'";
  if (candidates.kind == "nothing") return " -f";
  return " -F";
}

}  // namespace

std::string bash_completion(const Completion& completion) {
  return head("bash", "") + tables(completion) + kDecide + kBash;
}

std::string zsh_completion(const Completion& completion) {
  return head("zsh", "#compdef elbow\n") + tables(completion) + kDecide + kZsh;
}

std::string fish_completion(const Completion& completion) {
  std::string out = head("fish", "");
  out += "function __elbow_keys\n  set -l word (commandline -ct)\n  switch $word\n";
  for (const auto& [key, words] : completion.values) {
    out += "    case " + fish_quoted(key + "=*") + "\n      printf '%s\\n'";
    for (const std::string& word : words) out += " " + fish_quoted(key + "=" + word);
    out += "\n";
  }
  out += "    case '*'\n      printf '%s=\\n' " + join(completion.keys, " ") + "\n  end\nend\n";
  out +=
      "function __elbow_runs\n  for config in runs/*/config.toml\n    dirname $config\n  end\n"
      "end\n";
  for (const CompletionCommand& command : completion.commands) {
    const std::string when = "complete -c elbow -n " + fish_quoted(fish_condition(command));
    for (const std::string& name : command.commands) {
      const auto below = std::find_if(
          completion.commands.begin(), completion.commands.end(), [&](const auto& other) {
            return other.path == (command.path.empty() ? name : command.path + " " + name);
          });
      out += when + " -f -a " + name + " -d " + fish_quoted(below->description) + "\n";
    }
    for (const CompletionOption& option : command.options) {
      std::string names;
      for (const std::string& name : option.names) {
        names += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
      }
      out += when + names + " -d " + fish_quoted(option.description);
      if (option.takes_value) out += " -r" + fish_values(option.value);
      out += "\n";
    }
    for (const Candidates& positional : command.positionals) {
      // Behind "=" stands a value, not a file.
      const bool files = fish_values(positional).starts_with(" -F");
      out += "complete -c elbow -n " +
             fish_quoted(fish_condition(command) +
                         (files ? "; and not string match -q '*=*' -- (commandline -ct)" : "")) +
             fish_values(positional) + "\n";
    }
  }
  return out;
}

}  // namespace elbow::app
