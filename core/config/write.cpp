// The resolved config as TOML.
#include <algorithm>

#include "core/config/config.h"

namespace elbow {
namespace {

std::string comment(const std::string& text) {
  std::string out = text;
  std::replace_if(
      out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, '?');
  return "  # " + out;
}

std::string header(const std::string& section) {
  return section.rfind("penalty.", 0) == 0 ? "[[penalty]]" : "[" + section + "]";
}

}  // namespace

std::string to_toml(const Config& config, bool origins) {
  std::string out;
  std::string section;
  for (const std::string& path : config.order()) {
    const std::size_t dot = path.rfind('.');
    if (path.substr(0, dot) != section) {
      section = path.substr(0, dot);
      out += (out.empty() ? "" : "\n") + header(section) + "\n";
    }
    out += path.substr(dot + 1) + " = " + to_toml(config.values().at(path));
    if (origins) out += comment(config.origin(path).text());
    out += "\n";
  }
  return out;
}

}  // namespace elbow
