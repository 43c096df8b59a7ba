#include "data/glyph_strokes.h"

#include <cstddef>

namespace elbow {
namespace {

using Points = std::vector<std::array<double, 2>>;

/// A smooth curve through all points (uniform Catmull-Rom), each interval cut into pieces.
Stroke curve(const Points& points, bool closed = false) {
  constexpr int kPieces = 5;
  const std::size_t n = points.size();
  const auto at = [&](std::size_t i, int offset) {
    const auto j = static_cast<std::ptrdiff_t>(i) + offset;
    const auto size = static_cast<std::ptrdiff_t>(n);
    if (closed) return points[static_cast<std::size_t>((j + size) % size)];
    if (j < 0) return points.front();
    return points[static_cast<std::size_t>(j < size ? j : size - 1)];
  };
  Stroke stroke = {points.front()};
  for (std::size_t i = 0; i + (closed ? 0 : 1) < n; ++i) {
    for (int piece = 1; piece <= kPieces; ++piece) {
      const double t = static_cast<double>(piece) / kPieces;
      std::array<double, 2> p{};
      for (std::size_t axis = 0; axis < 2; ++axis) {
        const double a = at(i, -1)[axis], b = at(i, 0)[axis], c = at(i, 1)[axis],
                     d = at(i, 2)[axis];
        p[axis] =
            b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
      }
      stroke.push_back(p);
    }
  }
  return stroke;
}

/// Straight from point to point, cut into pieces that a bow can bend.
Stroke line(const Points& points) {
  constexpr int kPieces = 3;
  Stroke stroke = {points.front()};
  for (std::size_t i = 1; i < points.size(); ++i) {
    const auto &a = points[i - 1], &b = points[i];
    for (int piece = 1; piece <= kPieces; ++piece) {
      const double t = static_cast<double>(piece) / kPieces;
      stroke.push_back({a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])});
    }
  }
  return stroke;
}

std::vector<std::vector<Stroke>> all_digits() {
  return {
      // 0
      {curve({{0, -0.5},
              {-0.24, -0.32},
              {-0.3, 0},
              {-0.22, 0.35},
              {0, 0.5},
              {0.24, 0.34},
              {0.3, 0},
              {0.24, -0.34}},
             true)},
      // 1
      {line({{0, -0.5}, {0, -0.25}, {0, 0}, {0, 0.25}, {0, 0.5}})},
      // 2
      {curve({{-0.26, -0.3},
              {-0.14, -0.46},
              {0.06, -0.5},
              {0.22, -0.38},
              {0.22, -0.18},
              {0.08, 0.08},
              {-0.12, 0.3},
              {-0.3, 0.47}}),
       line({{-0.3, 0.47}, {0, 0.48}, {0.32, 0.46}})},
      // 3
      {curve({{-0.25, -0.4},
              {-0.04, -0.5},
              {0.19, -0.4},
              {0.19, -0.18},
              {0.04, -0.05},
              {-0.08, -0.03}}),
       curve(
           {{-0.08, -0.03}, {0.16, 0.04}, {0.26, 0.22}, {0.16, 0.42}, {-0.06, 0.5}, {-0.28, 0.4}})},
      // 4
      {curve({{-0.2, -0.46}, {-0.26, -0.2}, {-0.28, 0.06}}),
       line({{-0.28, 0.06}, {0, 0.06}, {0.3, 0.03}}), line({{0.17, -0.5}, {0.15, 0}, {0.13, 0.5}})},
      // 5
      {line({{0.26, -0.49}, {0, -0.48}, {-0.18, -0.47}, {-0.22, -0.08}}), curve({{-0.22, -0.08},
                                                                                 {0, -0.14},
                                                                                 {0.2, -0.04},
                                                                                 {0.26, 0.18},
                                                                                 {0.14, 0.41},
                                                                                 {-0.08, 0.5},
                                                                                 {-0.28, 0.42}})},
      // 6
      {curve({{0.16, -0.5},
              {-0.06, -0.32},
              {-0.21, -0.02},
              {-0.25, 0.24},
              {-0.14, 0.45},
              {0.06, 0.5},
              {0.23, 0.36},
              {0.23, 0.14},
              {0.06, 0.02},
              {-0.12, 0.1},
              {-0.24, 0.26}})},
      // 7
      {line({{-0.28, -0.44}, {0, -0.46}, {0.28, -0.48}}),
       curve({{0.28, -0.48}, {0.12, -0.12}, {0, 0.18}, {-0.08, 0.5}})},
      // 8
      {curve({{0, -0.5},
              {-0.2, -0.38},
              {-0.16, -0.18},
              {0.02, -0.02},
              {0.22, 0.16},
              {0.22, 0.4},
              {0, 0.5},
              {-0.22, 0.4},
              {-0.22, 0.16},
              {-0.02, -0.02},
              {0.17, -0.18},
              {0.2, -0.38}},
             true)},
      // 9
      {curve({{0.22, -0.3},
              {0.08, -0.5},
              {-0.12, -0.47},
              {-0.25, -0.26},
              {-0.15, -0.06},
              {0.06, -0.04},
              {0.22, -0.26}}),
       curve({{0.22, -0.34}, {0.22, -0.1}, {0.19, 0.2}, {0.14, 0.5}})},
  };
}

/// The points above are a little narrow for handwriting.
std::vector<std::vector<Stroke>> widened(std::vector<std::vector<Stroke>> digits) {
  for (auto& strokes : digits) {
    for (Stroke& stroke : strokes) {
      for (auto& point : stroke) point[0] *= 1.12;
    }
  }
  return digits;
}

}  // namespace

const std::vector<Stroke>& glyph_strokes(int digit) {
  static const std::vector<std::vector<Stroke>> digits = widened(all_digits());
  return digits.at(static_cast<std::size_t>(digit));
}

}  // namespace elbow
