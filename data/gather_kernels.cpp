#include "data/gather_kernels.h"

#include <algorithm>
#include <array>

#include "math/simd.h"
#include "math/threefry.h"

namespace elbow {
namespace {

constexpr std::int64_t kLanes = 16, kChunk = 256;

}  // namespace

ELBOW_CLONES void gather_grey(const GatherRows& g) {
  const float scale = g.scale, shift = g.shift;
  for (std::int64_t r = 0; r < g.count; ++r) {
    const std::uint8_t* __restrict in = g.pixels + g.rows[r] * g.dim;
    float* __restrict out = g.out + r * g.dim;
    for (std::int64_t i = 0; i < g.dim; ++i) {
      out[i] = scale * (static_cast<float>(in[i]) / 255.0f) + shift;
    }
  }
}

ELBOW_CLONES void gather_threshold(const GatherRows& g) {
  const float on = g.scale + g.shift, off = g.shift;
  for (std::int64_t r = 0; r < g.count; ++r) {
    const std::uint8_t* __restrict in = g.pixels + g.rows[r] * g.dim;
    float* __restrict out = g.out + r * g.dim;
    for (std::int64_t i = 0; i < g.dim; ++i) out[i] = in[i] >= 128 ? on : off;
  }
}

ELBOW_CLONES void gather_bernoulli(const GatherRows& g, const BinarizeKey& key) {
  const float on = g.scale + g.shift, off = g.shift;
  const std::int64_t blocks = (g.dim + 3) / 4;
  const auto counter_low = static_cast<std::uint32_t>(key.counter);
  const auto counter_high = static_cast<std::uint32_t>(key.counter >> 32);
  const std::array<std::uint32_t, 4> key_words =
      threefry_key(key.key, key.by_index ? RandomUse::static_bits : RandomUse::dynamic_bits);
  alignas(64) std::uint32_t words[4][kChunk];
  for (std::int64_t r = 0; r < g.count; ++r) {
    const std::uint8_t* in = g.pixels + g.rows[r] * g.dim;
    float* out = g.out + r * g.dim;
    const auto row = static_cast<std::uint32_t>(key.by_index ? g.rows[r] : key.first_row + r);
    for (std::int64_t first = 0; first < blocks; first += kChunk) {
      const std::int64_t length = std::min(kChunk, blocks - first);
      // Whole vectors only: the few surplus blocks cost less than a scalar remainder.
      for (std::int64_t b0 = 0; b0 < length; b0 += kLanes) {
#pragma omp simd
        for (std::int64_t lane = 0; lane < kLanes; ++lane) {
          auto x0 = static_cast<std::uint32_t>(first + b0 + lane);
          std::uint32_t x1 = row, x2 = counter_low, x3 = counter_high;
          threefry4x32(x0, x1, x2, x3, key_words);
          words[0][b0 + lane] = x0;
          words[1][b0 + lane] = x1;
          words[2][b0 + lane] = x2;
          words[3][b0 + lane] = x3;
        }
      }
      for (std::int64_t w = 0; w < 4; ++w) {
        const std::int64_t begin = w * blocks + first;
        if (begin >= g.dim) break;
        const std::int64_t n = std::min(length, g.dim - begin);
        const std::uint8_t* __restrict grey = in + begin;
        float* __restrict bit = out + begin;
        for (std::int64_t i = 0; i < n; ++i) {
          // round(2^24 k / 255) = 65793 k + [k >= 128]
          const std::int32_t k = grey[i];
          const std::int32_t threshold = 65793 * k + (k >> 7);
          bit[i] = static_cast<std::int32_t>(words[w][i] >> 8) < threshold ? on : off;
        }
      }
    }
  }
}

}  // namespace elbow
