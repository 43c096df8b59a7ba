// Procedural digits: grey 28 x 28 images in the style of MNIST whose generative factors are known.
#pragma once

#include <array>
#include <cstdint>

#include "data/dataset.h"

namespace elbow {

/// What an image is made from. All factors are independent and uniform: the digit on 0 ... 9, the
/// others on the ranges of kGlyphRanges.
struct GlyphFactors {
  int digit = 0;
  double slant = 0;      ///< shear: pixels to the right per pixel upwards
  double thickness = 2;  ///< width of the stroke, pixels
  double rotation = 0;   ///< radians, counter-clockwise
  double scale = 1;      ///< height of the stroke's centre line over kGlyphHeight
  double shift_x = 0;    ///< pixels to the right
  double shift_y = 0;    ///< pixels downwards
  double curvature = 0;  ///< bow of the upright axis to the left, as a share of the height
};

struct GlyphRange {
  const char* name;
  double GlyphFactors::*factor;
  double low, high;
};
extern const std::array<GlyphRange, 7> kGlyphRanges;

/// Pixels from the top to the bottom of a digit's centre line at scale 1.
inline constexpr double kGlyphHeight = 16.5;

using GlyphImage = std::array<std::uint8_t, 784>;

/// The factors of image `index`: a pure function of (seed, index). Test image i of the data set is
/// index 2^32 + i.
GlyphFactors glyph_factors(std::int64_t seed, std::uint64_t index);

/// Draws `digit` with the other factors. The grey level falls linearly over one pixel at the
/// stroke's edge. Errors: std::invalid_argument for a digit outside 0 ... 9.
GlyphImage render_glyph(int digit, const GlyphFactors& factors);

/// 60,000 training and 10,000 test images (or as many as asked) for the request's seed, the same
/// for every number of threads. Image i is render_glyph(f.digit, f), f = glyph_factors(seed, i).
Dataset make_glyphs(const DatasetRequest& request);

}  // namespace elbow
