#include "core/config/layers.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>
#include <system_error>

namespace elbow {
namespace {

namespace fs = std::filesystem;

std::optional<std::string> read_text(const fs::path& path, std::string& why) {
  std::error_code code;
  if (!fs::exists(path, code)) {
    why = "no such file";
    return {};
  }
  if (fs::is_directory(path, code)) {
    why = "it is a directory";
    return {};
  }
  std::ifstream stream(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  if (!stream) {
    why = "it cannot be read";
    return {};
  }
  return text;
}

std::string identity_of(const fs::path& path) {
  std::error_code code;
  const fs::path real = fs::weakly_canonical(path, code);
  return (code ? path.lexically_normal() : real).string();
}

// Parses `text`, appends it, and follows `extends`. `chain`: the files on the way here.
void add(const std::string& text, const fs::path& path, std::vector<fs::path> chain, Layers& layers,
         Diagnostics& diagnostics) {
  const std::string name = path.string();
  diagnostics.rank(name);
  chain.push_back(path);
  Source source{name, static_cast<int>(chain.size()), 0};
  try {
    layers.push_back({source, parse_toml(text)});
  } catch (const SyntaxError& error) {
    diagnostics.error(source.at(error.at), error.message);
    return;
  }
  const Node* extends = layers.back().root.find("extends");
  if (extends == nullptr) return;
  const Origin here = source.at(extends->at);
  const auto* target = std::get_if<std::string>(&extends->scalar.data);
  if (target == nullptr || target->empty()) {
    diagnostics.error(here, "extends must be the path of a config, not " + what_it_is(*extends));
    return;
  }
  const fs::path base = (path.parent_path() / *target).lexically_normal();
  for (const fs::path& visited : chain) {
    if (identity_of(visited) != identity_of(base)) continue;
    std::string cycle;
    for (const fs::path& file : chain) cycle += file.string() + " -> ";
    diagnostics.error(here, "extends goes round in a circle: " + cycle + base.string());
    return;
  }
  std::string why;
  const auto base_text = read_text(base, why);
  if (!base_text) {
    diagnostics.error(here, "cannot extend '" + base.string() + "': " + why);
    return;
  }
  add(*base_text, base, std::move(chain), layers, diagnostics);
}

}  // namespace

Origin Source::at(Position position) const {
  if (file == kCommandLine) return {file, override_index, position.column};
  return {file, position.line, position.column};
}

void add_file(const fs::path& file, Layers& layers, Diagnostics& diagnostics) {
  std::string why;
  const auto text = read_text(file, why);
  if (text) {
    add(*text, file, {}, layers, diagnostics);
  } else {
    diagnostics.error({file.string(), 0, 0}, "cannot read the config: " + why);
  }
}

void add_text(const std::string& text, const std::string& name, Layers& layers,
              Diagnostics& diagnostics) {
  add(text, name, {}, layers, diagnostics);
}

}  // namespace elbow
