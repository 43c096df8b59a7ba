#include "data/generated.h"

#include "core/error.h"
#include "data/sha256.h"

namespace elbow {
namespace {

/// A bijective mix of 64 bits: the finaliser of SplitMix64 (Steele, Lea and Flood 2014).
std::uint64_t mix64(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15u;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

}  // namespace

std::uint64_t generated_key(const std::string& name, std::int64_t seed) {
  std::uint64_t key = static_cast<std::uint64_t>(seed);
  for (const char c : name) key = mix64(key ^ static_cast<std::uint8_t>(c));
  return key;
}

std::int64_t generated_count(std::int64_t asked, std::int64_t own) {
  constexpr std::int64_t kLargest = 10'000'000;
  if (asked < 0 || asked > kLargest) {
    throw Error("data.train_count and data.test_count are 0 (the data set's own size) to " +
                    std::to_string(kLargest) + ", not " + std::to_string(asked) + ".",
                ExitCode::usage);
  }
  return asked == 0 ? own : asked;
}

std::string generated_sha256(const Dataset& data) {
  Sha256 hash;
  for (const Split* split : {&data.train, &data.test}) {
    hash.update(split->pixels);
    hash.update({reinterpret_cast<const std::uint8_t*>(split->points.data()),
                 split->points.size() * sizeof(float)});
    hash.update(split->labels);
  }
  return hash.hex();
}

}  // namespace elbow
