// The shapes of the ten digits as strokes through points.
#pragma once

#include <array>
#include <vector>

namespace elbow {

/// A polyline fine enough to be drawn as a curve: points (x, y), x right, y down, the digit within
/// [-0.5, 0.5] in y and centred on its bounding box.
using Stroke = std::vector<std::array<double, 2>>;

/// The strokes of a digit, 0 ... 9, computed once.
const std::vector<Stroke>& glyph_strokes(int digit);

}  // namespace elbow
