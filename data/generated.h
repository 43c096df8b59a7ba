// What all generated data sets share: element i is a pure function of (seed, i).
#pragma once

#include <cstdint>
#include <string>

#include "data/dataset.h"

namespace elbow {

/// Test element i is element kTestIndex + i, so that no training set, however long, meets it.
inline constexpr std::uint64_t kTestIndex = std::uint64_t{1} << 32;

/// The generator's key for a data set and a seed.
std::uint64_t generated_key(const std::string& name, std::int64_t seed);

/// `asked`, or `own` when that is 0. Errors: Error(usage) below 0 and above 10 million.
std::int64_t generated_count(std::int64_t asked, std::int64_t own);

/// SHA-256 of pixels, points (little-endian float32) and labels of train, then of test.
std::string generated_sha256(const Dataset& data);

}  // namespace elbow
