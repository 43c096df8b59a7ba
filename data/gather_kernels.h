// The hot loops of a minibatch: rows of uint8 pixels become rows of float32 in one pass.
#pragma once

#include <cstdint>

namespace elbow {

/// Rows of a split: out row r is made from pixels[rows[r] * dim ...]. Out value = scale * v + shift
/// with v in [0, 1] as each function says: (1, 0) gives [0, 1], (2, -1) gives [-1, 1].
struct GatherRows {
  const std::uint8_t* pixels;
  const std::int64_t* rows;
  std::int64_t count, dim;
  float scale, shift;
  float* out;  ///< [count, dim]
};

/// v = k / 255, correctly rounded.
void gather_grey(const GatherRows& g);

/// v = [k >= 128].
void gather_threshold(const GatherRows& g);

/// v = [u < T(k)] with u a fresh 24-bit uniform integer and T(k) = round(2^24 k / 255), so that
/// P(v = 1) is k / 255 within 2^-25, never for k = 0 and always for k = 255.
/// u of pixel p = w * ceil(dim / 4) + b is the upper 24 bits of word w of the Threefry4x32-20 block
/// with counter (b, r, low, high of `counter`), r = first_row + row of the batch; or, when
/// `by_index`, r = index of the image in the split (an image's bits do not depend on its batch).
struct BinarizeKey {
  std::uint64_t key, counter;
  std::int64_t first_row = 0;
  bool by_index = false;
};
void gather_bernoulli(const GatherRows& g, const BinarizeKey& key);

}  // namespace elbow
