// Counter-based random numbers: the n-th number is a pure function of (key, counter), so that a
// generator's state is two integers and any element can be drawn alone, in any order, on any
// thread.
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <numbers>

#include "math/simd.h"

namespace elbow {

/// One block of Threefry4x32-20: four random words from a 128-bit counter `x` (replaced by them)
/// and a 128-bit key. Additions, rotations and xor of 32 bits only, so that compilers vectorise it.
/// Source: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3" (Random123).
ELBOW_INLINE void threefry4x32(std::uint32_t& x0, std::uint32_t& x1, std::uint32_t& x2,
                               std::uint32_t& x3, const std::array<std::uint32_t, 4>& key) {
  constexpr int kRotation[8][2] = {{10, 26}, {11, 21}, {13, 27}, {23, 5},
                                   {6, 20},  {17, 11}, {25, 10}, {18, 20}};
  const std::uint32_t k[5] = {key[0], key[1], key[2], key[3],
                              0x1BD11BDAu ^ key[0] ^ key[1] ^ key[2] ^ key[3]};
  x0 += k[0];
  x1 += k[1];
  x2 += k[2];
  x3 += k[3];
#pragma GCC unroll 20
  for (int round = 0; round < 20; ++round) {
    const bool even = round % 2 == 0;
    std::uint32_t& a = even ? x1 : x3;
    std::uint32_t& b = even ? x3 : x1;
    x0 += a;
    a = std::rotl(a, kRotation[round % 8][0]) ^ x0;
    x2 += b;
    b = std::rotl(b, kRotation[round % 8][1]) ^ x2;
    if (round % 4 == 3) {
      const int r = round / 4 + 1;
      x0 += k[r % 5];
      x1 += k[(r + 1) % 5];
      x2 += k[(r + 2) % 5];
      x3 += k[(r + 3) % 5] + static_cast<std::uint32_t>(r);
    }
  }
}

/// What a key is used for; different uses of one seed are unrelated.
enum class RandomUse : std::uint32_t { stream = 1, dynamic_bits = 2, static_bits = 3 };

inline std::array<std::uint32_t, 4> threefry_key(std::uint64_t key, RandomUse use) {
  return {static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32),
          static_cast<std::uint32_t>(use), 0};
}

/// The numbers of one (key, stream) in sequence.
class CounterStream {
 public:
  CounterStream(std::uint64_t key, std::uint64_t stream)
      : key_(threefry_key(key, RandomUse::stream)), stream_(stream) {}

  std::uint32_t bits() {
    if (used_ == 4) {
      block_ = {static_cast<std::uint32_t>(next_), static_cast<std::uint32_t>(next_ >> 32),
                static_cast<std::uint32_t>(stream_), static_cast<std::uint32_t>(stream_ >> 32)};
      threefry4x32(block_[0], block_[1], block_[2], block_[3], key_);
      ++next_;
      used_ = 0;
    }
    return block_[used_++];
  }
  /// Uniform on (0, 1), 53 bits, never an end point.
  double uniform() {
    const std::uint64_t high = bits() >> 6, low = bits() >> 6;
    return (static_cast<double>((high << 26) | low) + 0.5) * 0x1p-52;
  }
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  /// Standard normal (Box and Muller; the second one of the pair is not kept).
  double normal() {
    const double radius = std::sqrt(-2.0 * std::log(uniform()));
    return radius * std::cos(2.0 * std::numbers::pi * uniform());
  }
  /// Uniform on {0, ..., n - 1}, exactly (Lemire 2019: multiply and reject).
  std::uint32_t below(std::uint32_t n) {
    std::uint64_t product = std::uint64_t{bits()} * n;
    if (static_cast<std::uint32_t>(product) < n) {
      const std::uint32_t threshold = (0u - n) % n;
      while (static_cast<std::uint32_t>(product) < threshold) product = std::uint64_t{bits()} * n;
    }
    return static_cast<std::uint32_t>(product >> 32);
  }

 private:
  std::array<std::uint32_t, 4> key_;
  std::uint64_t stream_, next_ = 0;
  std::array<std::uint32_t, 4> block_{};
  unsigned used_ = 4;
};

}  // namespace elbow
