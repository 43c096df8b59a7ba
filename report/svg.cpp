#include "report/svg.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <numeric>

#include "core/html.h"

namespace elbow::report {
namespace {

// Small, so that text is readable on a phone, where the picture is not enlarged.
constexpr double kWidth = 420, kHeight = 280, kLeft = 66, kRight = 34, kTop = 10, kBottom = 46;
constexpr double kLabel = 14;  // height of a label

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", value);
  return text;
}

/// Steps in thousands, so that they do not run into each other.
std::string tick_text(double value, double step) {
  if (step >= 1000 && std::fmod(step, 100) == 0) return number(value / 1000) + "k";
  return number(value);
}

struct Frame {
  double x0, x1, y0, y1;
  double x(double v) const { return kLeft + (v - x0) / (x1 - x0) * (kWidth - kLeft - kRight); }
  double y(double v) const {
    return kHeight - kBottom - (v - y0) / (y1 - y0) * (kHeight - kTop - kBottom);
  }
  std::string at(double a, double b) const {
    char text[64];
    std::snprintf(text, sizeof text, "%.1f,%.1f", x(a), y(b));
    return text;
  }
};

bool finite(const Point& p) { return std::isfinite(p.x) && std::isfinite(p.y); }

void widen(double& low, double& high, double share) {
  const double air = high > low ? share * (high - low) : std::max(1e-6, 0.1 * std::fabs(high));
  low -= air;
  high += air;
}

/// Ranges of all points and bands, with some air; false without a point.
bool frame_of(const Chart& chart, Frame& frame) {
  const double infinity = std::numeric_limits<double>::infinity();
  frame = {infinity, -infinity, infinity, -infinity};
  for (const Curve& curve : chart.curves) {
    for (const Point& p : curve.points) {
      if (!finite(p)) continue;
      const double error = std::isfinite(p.error) ? p.error : 0.0;
      frame.x0 = std::min(frame.x0, p.x);
      frame.x1 = std::max(frame.x1, p.x);
      frame.y0 = std::min(frame.y0, p.y - error);
      frame.y1 = std::max(frame.y1, p.y + error);
    }
  }
  if (!(frame.x0 <= frame.x1)) return false;
  for (const double level : chart.levels) {
    frame.y0 = std::min(frame.y0, level);
    frame.y1 = std::max(frame.y1, level);
  }
  widen(frame.x0, frame.x1, 0.02);
  widen(frame.y0, frame.y1, 0.06);
  return true;
}

std::string text_at(double x, double y, const char* anchor, const std::string& text) {
  return "<text x=\"" + number(x) + "\" y=\"" + number(y) + "\" text-anchor=\"" + anchor + "\">" +
         escape_html(text) + "</text>";
}

std::string axes(const Chart& chart, const Frame& frame) {
  std::string out = "<g class=\"axis\">";
  const double bottom = kHeight - kBottom, right = kWidth - kRight;
  const std::vector<double> xs = ticks(frame.x0, frame.x1, 5);
  for (const double t : xs) {
    const std::string x = number(frame.x(t));
    out += "<line x1=\"" + x + "\" x2=\"" + x + "\" y1=\"" + number(kTop) + "\" y2=\"" +
           number(bottom) + "\"/>" +
           text_at(frame.x(t), bottom + 17, "middle",
                   tick_text(t, xs.size() > 1 ? xs[1] - xs[0] : 1.0));
  }
  const std::vector<double> ys = ticks(frame.y0, frame.y1, 5);
  for (const double t : ys) {
    const std::string y = number(frame.y(t));
    out += "<line y1=\"" + y + "\" y2=\"" + y + "\" x1=\"" + number(kLeft) + "\" x2=\"" +
           number(right) + "\"/>" + text_at(kLeft - 6, frame.y(t) + 4, "end", number(t));
  }
  return out + text_at((kLeft + right) / 2, kHeight - 8, "middle", chart.x) +
         "<text transform=\"translate(13," + number((kTop + bottom) / 2) +
         ") rotate(-90)\" text-anchor=\"middle\">" + escape_html(chart.y) + "</text></g>";
}

/// The part of a segment inside the frame (Liang and Barsky 1984); false where there is none.
bool cut(Point& a, Point& b, const Frame& f) {
  const double dx = b.x - a.x, dy = b.y - a.y;
  double from = 0.0, to = 1.0;
  const double edges[4][2] = {
      {-dx, a.x - f.x0}, {dx, f.x1 - a.x}, {-dy, a.y - f.y0}, {dy, f.y1 - a.y}};
  for (const auto& [p, q] : edges) {
    if (p == 0.0) {
      if (q < 0.0) return false;
    } else if (p < 0.0) {
      from = std::max(from, q / p);
    } else {
      to = std::min(to, q / p);
    }
  }
  if (from >= to) return false;
  b = {a.x + to * dx, a.y + to * dy};
  a = {a.x + from * dx, a.y + from * dy};
  return true;
}

std::string guides(const Chart& chart, const Frame& frame) {
  std::string out = "<g class=\"guide\">";
  for (Guide guide : chart.guides) {
    if (!cut(guide.from, guide.to, frame)) continue;
    out += "<polyline points=\"" + frame.at(guide.from.x, guide.from.y) + " " +
           frame.at(guide.to.x, guide.to.y) + "\"/>" +
           text_at(frame.x(guide.to.x) + 3, frame.y(guide.to.y) + 4, "start", guide.label);
  }
  for (const double level : chart.levels) {
    out += "<polyline points=\"" + frame.at(frame.x0, level) + " " + frame.at(frame.x1, level) +
           "\"/>";
  }
  return out + "</g>";
}

std::string drawn(const Curve& curve, const Frame& frame) {
  std::string line, upper, lower;
  bool band = false;
  for (const Point& p : curve.points) {
    if (!finite(p)) continue;
    line += (line.empty() ? "" : " ") + frame.at(p.x, p.y);
    const double error = std::isfinite(p.error) ? p.error : 0.0;
    upper += frame.at(p.x, p.y + error) + " ";
    lower = frame.at(p.x, p.y - error) + " " + lower;
    band = band || error > 0.0;
  }
  std::string out = "<title>" + escape_html(curve.label) + "</title>";
  if (band) out += "<polygon points=\"" + upper + lower + "\"/>";
  return out + "<polyline points=\"" + line + "\"/>";
}

}  // namespace

std::string color_class(std::size_t index) { return "s" + std::to_string(index % 8); }

std::vector<double> ticks(double low, double high, int count) {
  std::vector<double> found;
  if (!(high > low) || count < 1) return found;
  const double raw = (high - low) / count;
  const double unit = std::pow(10.0, std::floor(std::log10(raw)));
  const double step = raw / unit < 1.5   ? unit
                      : raw / unit < 3.5 ? 2 * unit
                      : raw / unit < 7.5 ? 5 * unit
                                         : 10 * unit;
  for (double i = std::ceil(low / step); i * step <= high && found.size() < 50; ++i) {
    found.push_back(i == 0.0 ? 0.0 : i * step);
  }
  return found;
}

std::vector<double> spread_labels(const std::vector<double>& wanted, double gap) {
  std::vector<std::size_t> order(wanted.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](auto a, auto b) { return wanted[a] < wanted[b]; });
  std::vector<double> heights(wanted.size());
  // Runs of labels that touch are centred on the mean of what they want.
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin + 1;
    double sum = wanted[order[begin]];
    const auto first = [&] {
      const auto n = static_cast<double>(end - begin);
      return sum / n - gap * (n - 1) / 2;
    };
    while (end < order.size() &&
           wanted[order[end]] < first() + gap * static_cast<double>(end - begin)) {
      sum += wanted[order[end++]];
    }
    for (std::size_t i = begin; i < end; ++i) {
      heights[order[i]] = first() + gap * static_cast<double>(i - begin);
    }
    begin = end;
  }
  return heights;
}

std::string line_chart(const Chart& chart) {
  Frame frame = {};
  if (!frame_of(chart, frame)) return "";
  std::string out = "<svg viewBox=\"0 0 " + number(kWidth) + " " + number(kHeight) +
                    "\" role=\"img\" aria-label=\"" + escape_html(chart.title) + "\">" +
                    axes(chart, frame) + guides(chart, frame);
  std::vector<const Curve*> curves;
  std::vector<Point> ends;
  std::vector<double> heights;
  for (const Curve& curve : chart.curves) {
    const auto last = std::find_if(curve.points.rbegin(), curve.points.rend(), finite);
    if (last == curve.points.rend()) continue;
    curves.push_back(&curve);
    ends.push_back(*last);
    heights.push_back(frame.y(last->y));
  }
  heights = spread_labels(heights, kLabel);
  for (std::size_t i = 0; i < curves.size(); ++i) {
    const double x = frame.x(ends[i].x), y = frame.y(ends[i].y);
    out += "<g class=\"" + color_class(curves[i]->color) + "\">" + drawn(*curves[i], frame) +
           "<circle cx=\"" + number(x) + "\" cy=\"" + number(y) + "\" r=\"3\"/>" +
           text_at(x + 7, heights[i] + 4, "start", curves[i]->label) + "</g>";
  }
  return out + "</svg>";
}

}  // namespace elbow::report
