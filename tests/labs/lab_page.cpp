#include "tests/labs/lab_page.h"

#include <algorithm>
#include <cstdlib>
#include <sstream>
#include <stdexcept>

namespace elbow::testing {
namespace {

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (auto at = text.find(from); at != text.npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

/// A number as a page or the program writes it, with a typographic minus or commas too.
std::optional<double> number(std::string text) {
  text = replaced(replaced(std::move(text), "−", "-"), ",", "");
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0') return std::nullopt;
  return value;
}

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream stream(line);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(' ');
  return first == text.npos ? "" : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

/// As a shell splits it, of which the pages need single quotes only.
std::vector<std::vector<std::string>> shell_words(const std::string& text) {
  std::vector<std::vector<std::string>> commands(1);
  std::string word;
  bool quoted = false, any = false;
  const auto end_word = [&] {
    if (any && word == "&&") {
      commands.emplace_back();
    } else if (any) {
      commands.back().push_back(word);
    }
    word.clear();
    any = false;
  };
  for (const char c : replaced(text, "\\\n", " ")) {
    if (c == '\'') {
      quoted = !quoted;
      any = true;
    } else if (!quoted && (c == ' ' || c == '\n')) {
      end_word();
    } else {
      word += c;
      any = true;
    }
  }
  end_word();
  return commands;
}

Claim claim_of(const std::string& line) {
  const auto row = table_cells(line);
  if (row.size() < 3) throw std::runtime_error("too few cells in " + line);
  Claim claim;
  claim.name = row[0].substr(1, row[0].size() - 2);
  for (std::size_t i = 1; i + 1 < row.size(); ++i) {
    claim.values.push_back(number(row[i]));
    if (!claim.values.back() && row[i] != "–") throw std::runtime_error("no number in " + line);
  }
  for (const std::string& text : words_of(replaced(row.back(), "/", " "))) {
    const auto within = number(text);
    if (!within) throw std::runtime_error("no 'within' in " + line);
    claim.within.push_back(*within);
  }
  if (claim.within.size() == 1) claim.within.resize(claim.values.size(), claim.within[0]);
  if (claim.within.size() != claim.values.size()) throw std::runtime_error("'within' of " + line);
  return claim;
}

}  // namespace

std::vector<std::string> table_cells(const std::string& line) {
  std::vector<std::string> all;
  std::istringstream stream(line.substr(1));
  for (std::string cell; std::getline(stream, cell, '|');) all.push_back(trimmed(cell));
  return all;
}

LabPage parse_lab(const std::string& markdown) {
  LabPage page;
  std::istringstream lines(markdown);
  std::string section, command;
  bool in_command = false;
  for (std::string line; std::getline(lines, line);) {
    if (line == "```sh" && section == "Run" && command.empty()) {
      in_command = true;
    } else if (line.starts_with("```")) {
      in_command = false;
    } else if (in_command) {
      command += line + "\n";
    } else if (line.starts_with("# ")) {
      page.title = line.substr(2);
    } else if (line.starts_with("## ")) {
      page.sections.push_back(section = line.substr(3));
    } else if (section == "What it printed" && line.starts_with("| `")) {
      page.claims.push_back(claim_of(line));
    }
  }
  page.commands = shell_words(command);
  return page;
}

std::optional<double> value_in(const std::string& output, const std::string& name) {
  if (const auto minus = name.find(" − "); minus != name.npos) {
    const auto a = value_in(output, name.substr(0, minus));
    const auto b = value_in(output, name.substr(minus + std::string(" − ").size()));
    return a && b ? std::optional(*a - *b) : std::nullopt;
  }
  const bool right = name.ends_with(" right");
  const bool left = name.ends_with(" left");
  const std::string id = right  ? name.substr(0, name.size() - 6)
                         : left ? name.substr(0, name.size() - 5)
                                : name;
  const std::vector<std::string> wanted = words_of(name);
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);) {
    const auto words = words_of(line);
    if (words.size() < 2) continue;
    if (words[0] == "guess" && words[1] == name + ":") {
      const std::string before = "what happened ";
      const auto at = line.find(before);
      if (at != line.npos) return number(words_of(line.substr(at + before.size())).at(0));
    }
    if (words[0] == "holds" || words[0] == "inconclusive") {
      if (std::find(words.begin(), words.end(), id) != words.end())
        return number(words[right ? 3 : 2]);
    }
    if (words.size() > wanted.size() && std::equal(wanted.begin(), wanted.end(), words.begin())) {
      if (const auto value = number(words[wanted.size()])) return value;
    }
  }
  return std::nullopt;
}

}  // namespace elbow::testing
