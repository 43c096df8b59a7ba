// Concatenation of spec lists.
#pragma once

#include <vector>

namespace elbow {

/// first followed by the others, in order.
template <typename T, typename... Rest>
std::vector<T> join(std::vector<T> first, const Rest&... rest) {
  (first.insert(first.end(), rest.begin(), rest.end()), ...);
  return first;
}

}  // namespace elbow
