// "a, b, c".
#pragma once

#include <string>
#include <vector>

namespace elbow::app {

inline std::string join(const std::vector<std::string>& items, const std::string& separator) {
  std::string text;
  for (const auto& item : items) text += (text.empty() ? "" : separator) + item;
  return text;
}

}  // namespace elbow::app
