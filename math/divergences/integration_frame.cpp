#include "math/divergences/integration_frame.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "math/divergences/quadrature.h"

namespace elbow {
namespace {

constexpr double kNegligible = 45.0;  // nats below the peak
constexpr std::array<double, 7> kMultiples1 = {0.0, 1.0, 2.0, 3.0, 5.0, 8.0, 12.0};
constexpr std::array<double, 4> kMultiples2 = {0.0, 2.5, 6.0, 12.0};

std::vector<double> scan(const std::vector<double>& points) {
  return points.size() == 1 ? points : refined(points, 4);
}

}  // namespace

double log_power(const LogPair& log, double a) {
  if (a == 0.0) return log.q;
  if (a == 1.0) return log.p;
  if (log.p == -kInfinity || log.q == -kInfinity) return -kInfinity;
  return a * log.p + (1.0 - a) * log.q;
}

IntegrationFrame::IntegrationFrame(const DensityPair& pair, std::vector<double> powers,
                                   int outer_axis)
    : pair_(pair), powers_(std::move(powers)), outer_axis_(outer_axis) {
  for (const AlignedPart& part : pair.parts()) {
    if (part.p) add_shape(*part.p);
    if (part.q) add_shape(*part.q);
  }
  for (const double a : powers_) {
    if (a >= 0.0 && a <= 1.0) continue;
    for (const AlignedPart& one : pair.parts()) {
      for (const AlignedPart& other : pair.parts()) {
        if (!one.p || !other.q || !one.p->gaussian() || !other.q->gaussian()) continue;
        add_power(*one.p->gaussian(), *other.q->gaussian(), a);
      }
    }
  }
  const bool plane = pair.dim() == 2;
  const std::span<const double> multiples =
      plane ? std::span<const double>(kMultiples2) : std::span<const double>(kMultiples1);
  outer_ = breakpoints(marks_along(0), multiples);
  if (plane) {
    const auto across = breakpoints(marks_along(1), multiples);
    inner_low_ = across.front();
    inner_high_ = across.back();
  }
  constexpr int kMostSteps = 60;
  for (int step = 0; step < kMostSteps; ++step) {
    raise_peaks();
    bool grown = false;
    const double low = outer_.front(), high = outer_.back(), reach = 0.35 * (high - low);
    if (matters_outside(low, false)) {
      outer_.insert(outer_.begin(), low - reach);
      grown = true;
    }
    if (matters_outside(high, false)) {
      outer_.push_back(high + reach);
      grown = true;
    }
    if (plane) {
      const double bottom = inner_low_, top = inner_high_;
      if (matters_outside(bottom, true)) {
        inner_low_ = bottom - 0.35 * (top - bottom);
        grown = true;
      }
      if (matters_outside(top, true)) {
        inner_high_ = top + 0.35 * (top - bottom);
        grown = true;
      }
    }
    if (!grown) break;
  }
}

IntegrationFrame::Shape IntegrationFrame::shape_of(const Gaussian& gaussian) const {
  const Matrix inverse =
      solve_lower(gaussian.factor, identity_matrix(gaussian.covariance.size));  // L^-1
  const Matrix precision = multiply(transpose(inverse), inverse);
  if (pair_.dim() == 1) {
    return {precision(0, 0), 0.0, 1.0, precision(0, 0) * gaussian.mean[0], 0.0};
  }
  const std::int64_t o = outer_axis_, i = 1 - o;
  const double mean_o = gaussian.mean[static_cast<std::size_t>(o)];
  const double mean_i = gaussian.mean[static_cast<std::size_t>(i)];
  return {precision(o, o), precision(o, i), precision(i, i),
          precision(o, o) * mean_o + precision(o, i) * mean_i,
          precision(i, o) * mean_o + precision(i, i) * mean_i};
}

void IntegrationFrame::add_shape(const Density& density) {
  if (density.gaussian()) {
    shapes_.push_back(shape_of(*density.gaussian()));
    return;
  }
  for (int k = 0; k < static_cast<int>(pair_.dim()); ++k) {
    auto& marks = k == outer_axis_ ? fixed_outer_ : fixed_inner_;
    for (const double kink : density.kinks(k)) marks.push_back({kink, 0.0});
    for (const Landmark& mark : density.landmarks(k)) marks.push_back({mark.location, mark.scale});
  }
}

void IntegrationFrame::add_power(const Gaussian& p, const Gaussian& q, double a) {
  const Shape x = shape_of(p), y = shape_of(q);
  const auto mixed = [a](double u, double v) { return a * u + (1.0 - a) * v; };
  const Shape shape{mixed(x.oo, y.oo), mixed(x.oi, y.oi), mixed(x.ii, y.ii), mixed(x.o, y.o),
                    mixed(x.i, y.i)};
  if (shape.ii > 0.0 && shape.oo * shape.ii > shape.oi * shape.oi) shapes_.push_back(shape);
}

// 0: along the outer variable, 1: along the inner one; of a Gaussian its marginal.
std::vector<IntegrationFrame::Mark> IntegrationFrame::marks_along(int axis) const {
  std::vector<Mark> marks = axis == 0 ? fixed_outer_ : fixed_inner_;
  for (const Shape& s : shapes_) {
    const double determinant = s.oo * s.ii - s.oi * s.oi;
    if (!(determinant > 0.0)) continue;
    marks.push_back(
        axis == 0 ? Mark{(s.ii * s.o - s.oi * s.i) / determinant, std::sqrt(s.ii / determinant)}
                  : Mark{(s.oo * s.i - s.oi * s.o) / determinant, std::sqrt(s.oo / determinant)});
  }
  return marks;
}

std::vector<double> IntegrationFrame::breakpoints(std::vector<Mark> marks,
                                                  std::span<const double> multiples) const {
  std::vector<Mark> points;
  for (const Mark& mark : marks) {
    if (mark.scale == 0.0) points.push_back(mark);
    for (const double m : multiples) {
      if (mark.scale == 0.0) continue;
      points.push_back({mark.location - m * mark.scale, mark.scale});
      points.push_back({mark.location + m * mark.scale, mark.scale});
    }
  }
  std::sort(points.begin(), points.end(),
            [](const Mark& a, const Mark& b) { return a.location < b.location; });
  // Of points that are close on their own scale one does.
  constexpr double kClose = 0.4;
  std::vector<double> result;
  double last_scale = 0.0;
  for (const Mark& point : points) {
    if (!result.empty() &&
        point.location - result.back() <= kClose * std::fmin(point.scale, last_scale)) {
      continue;
    }
    result.push_back(point.location);
    last_scale = point.scale;
  }
  return result;
}

std::vector<double> IntegrationFrame::inner(double outer) const {
  std::vector<Mark> marks = fixed_inner_;
  for (const Shape& s : shapes_) {
    if (s.ii > 0.0) marks.push_back({(s.i - s.oi * outer) / s.ii, 1.0 / std::sqrt(s.ii)});
  }
  std::vector<double> points = breakpoints(std::move(marks), kMultiples2);
  std::erase_if(points, [this](double x) { return !(x > inner_low_ && x < inner_high_); });
  points.insert(points.begin(), inner_low_);
  points.push_back(inner_high_);
  return points;
}

LogPair IntegrationFrame::at(double outer, double inner) const {
  const std::array<double, 2> x =
      outer_axis_ == 0 ? std::array{outer, inner} : std::array{inner, outer};
  return pair_({x.data(), static_cast<std::size_t>(pair_.dim())});
}

void IntegrationFrame::raise_peaks() {
  peaks_.assign(powers_.size(), -kInfinity);
  for (const double x : scan(outer_)) {
    for (const double y : pair_.dim() == 1 ? std::vector<double>{0.0} : scan(inner(x))) {
      const LogPair log = at(x, y);
      for (std::size_t k = 0; k < powers_.size(); ++k)
        peaks_[k] = std::fmax(peaks_[k], log_power(log, powers_[k]));
    }
  }
}

bool IntegrationFrame::matters_outside(double edge, bool of_inner) const {
  const auto line = of_inner           ? scan(outer_)
                    : pair_.dim() == 1 ? std::vector<double>{0.0}
                                       : scan(inner(edge));
  for (const double t : line) {
    const LogPair log = of_inner ? at(t, edge) : at(edge, t);
    for (std::size_t k = 0; k < powers_.size(); ++k)
      if (log_power(log, powers_[k]) > peaks_[k] - kNegligible) return true;
  }
  return false;
}

}  // namespace elbow
