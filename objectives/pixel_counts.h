// Counts of pixels per image, in one pass over logits and data.
#pragma once

#include "math/tensor.h"

namespace elbow {

struct PixelCounts {
  Tensor saturated;  ///< [B] float32, |l| > 15: the probability is 0 or 1 to float precision
  Tensor grey;       ///< [B] float32, 0 < x < 1: the pixel is not binary
};

/// logits, x: [B, D] of one floating type. Errors: shapes or types differ.
PixelCounts count_pixels(const Tensor& logits, const Tensor& x);

}  // namespace elbow
