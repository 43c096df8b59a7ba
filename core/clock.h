// Seconds on a clock that never jumps.
#pragma once

#include <chrono>

namespace elbow {

inline double steady_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace elbow
