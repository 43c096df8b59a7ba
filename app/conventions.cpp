#include "app/conventions.h"

#include <sstream>

#include "core/text.h"

namespace elbow::app {
namespace {

/// "| V25 | elbo ≤ L_K |" and "| <a id=\"V25\"></a>V25 | elbo ≤ L_K |"; nothing for other lines.
std::optional<ConventionRow> row_of(const std::string& line) {
  const auto bar = line.find(" | ");
  if (!line.starts_with("| ") || bar == std::string::npos || bar <= 2 || line.size() < bar + 6)
    return std::nullopt;
  std::string id = line.substr(2, bar - 2);
  if (const auto anchor = id.rfind("</a>"); anchor != std::string::npos) id.erase(0, anchor + 4);
  std::string statement = line.substr(bar + 3, line.rfind(" |") - bar - 3);
  for (auto at = statement.find("\\|"); at != std::string::npos; at = statement.find("\\|"))
    statement.erase(at, 1);
  return ConventionRow{std::move(id), std::move(statement)};
}

/// "V25", "GT2", "D": what the other tables of the page begin with is no check.
bool is_check(const std::string& id) {
  const auto letters = id.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ");
  if (id == "D") return true;
  return letters != std::string::npos && letters > 0 &&
         id.find_first_not_of("0123456789", letters) == std::string::npos;
}

}  // namespace

std::optional<ConventionRow> convention_row(const std::string& path) {
  for (const std::string& part : split(path, '/')) {
    const std::string stem = part.substr(0, part.find('.'));
    if (!is_check(stem)) continue;
    std::istringstream page(kConventions);
    for (std::string line; std::getline(page, line);) {
      const auto row = row_of(line);
      if (row && row->id == stem) return row;
    }
  }
  return std::nullopt;
}

}  // namespace elbow::app
