// RapidCheck with a fixed seed, where it is installed (ELBOW_RAPIDCHECK). RC_PARAMS overrides it.
#pragma once

#ifdef ELBOW_RAPIDCHECK
#include <rapidcheck/gtest.h>

#include <cstdlib>

namespace elbow::testing {
// Before main, and so before RapidCheck reads its settings.
inline const int kFixedSeed = setenv("RC_PARAMS", "seed=20240229", 0);
}  // namespace elbow::testing
#endif
