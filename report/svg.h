// Line charts as SVG text: a few curves with bands, axes and dashed guides. Colours are those of
// the page's style: class "s0" to "s7" by curve, "axis", "guide".
#pragma once

#include <string>
#include <vector>

namespace elbow::report {

struct Point {
  double x = 0.0, y = 0.0;
  double error = 0.0;  ///< half the height of the band; 0: none
};

struct Curve {
  std::string label;  ///< at its end and as its tooltip
  std::size_t color = 0;
  std::vector<Point> points;
};

/// A dashed line, cut at the frame; no part of the axes' ranges.
struct Guide {
  Point from, to;
  std::string label;
};

struct Chart {
  std::string title, x, y;  ///< what the axes show, with units
  std::vector<Curve> curves;
  std::vector<Guide> guides;
  std::vector<double> levels;  ///< horizontal guides that belong to the range: theory
};

/// Class of the curve: eight colours, then again.
std::string color_class(std::size_t index);

/// Round numbers in [low, high], about `count` of them.
std::vector<double> ticks(double low, double high, int count);

/// Heights for labels of the same size, in the order of `wanted`: as near as may be, `gap` apart.
std::vector<double> spread_labels(const std::vector<double>& wanted, double gap);

/// Points that are not finite are left out; "" where none is left.
std::string line_chart(const Chart& chart);

}  // namespace elbow::report
