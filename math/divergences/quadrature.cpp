#include "math/divergences/quadrature.h"

#include <algorithm>
#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <cmath>

#include "core/error.h"

namespace elbow {
namespace {

using Kronrod = boost::math::quadrature::gauss_kronrod<double, 21>;
using Gauss = boost::math::quadrature::gauss<double, 10>;
constexpr double kRounding = 1e-14;  // of a panel, relative
constexpr int kMostRounds = 60;

struct Panel {
  double begin, end;
  std::vector<double> values, errors;
};

class Rule {
 public:
  Rule(const VectorFunction& f, std::size_t components)
      : f_(f), at_(components), gauss_(components) {}

  Panel operator()(double begin, double end) {
    Panel panel{begin, end, std::vector<double>(at_.size(), 0.0), {}};
    std::fill(gauss_.begin(), gauss_.end(), 0.0);
    const double middle = 0.5 * (begin + end), half = 0.5 * (end - begin);
    const auto& nodes = Kronrod::abscissa();
    add(panel, middle, 0);
    for (std::size_t i = 1; i < nodes.size(); ++i) {
      add(panel, middle - half * nodes[i], i);
      add(panel, middle + half * nodes[i], i);
    }
    for (std::size_t c = 0; c < at_.size(); ++c) {
      panel.values[c] *= half;
      panel.errors.push_back(std::fabs(panel.values[c] - half * gauss_[c]));
    }
    return panel;
  }

 private:
  // Odd nodes are those of the 10-point Gauss rule.
  void add(Panel& panel, double x, std::size_t i) {
    f_(x, at_);
    for (std::size_t c = 0; c < at_.size(); ++c) {
      if (!std::isfinite(at_[c])) {
        throw Error("an integrand is not finite at " + std::to_string(x));
      }
      panel.values[c] += Kronrod::weights()[i] * at_[c];
      if (i % 2 == 1) gauss_[c] += Gauss::weights()[i / 2] * at_[c];
    }
  }

  const VectorFunction& f_;
  std::vector<double> at_, gauss_;
};

Integrals total(const std::vector<Panel>& panels, std::size_t components) {
  Integrals sum{std::vector<double>(components, 0.0), std::vector<double>(components, 0.0)};
  for (const Panel& panel : panels) {
    for (std::size_t c = 0; c < components; ++c) {
      sum.values[c] += panel.values[c];
      sum.errors[c] += panel.errors[c];
    }
  }
  return sum;
}

bool accurate(const Panel& panel, const Integrals& whole, const QuadratureTolerance& tolerance) {
  const double width = panel.end - panel.begin;
  if (width <= 1e-14 * std::fmax(std::fabs(panel.begin), std::fabs(panel.end))) return true;
  for (std::size_t c = 0; c < panel.values.size(); ++c) {
    const double floor = tolerance.floors.empty() ? 0.0 : tolerance.floors[c];
    const double allowed = tolerance.relative * std::fabs(whole.values[c]) + tolerance.absolute +
                           floor + kRounding * std::fabs(panel.values[c]);
    if (panel.errors[c] > allowed) return false;
  }
  return true;
}

std::vector<double> sorted_distinct(std::vector<double> x) {
  std::sort(x.begin(), x.end());
  x.erase(std::unique(x.begin(), x.end()), x.end());
  return x;
}

}  // namespace

Integrals integrate(const VectorFunction& f, std::size_t components,
                    std::vector<double> breakpoints, QuadratureTolerance tolerance) {
  breakpoints = sorted_distinct(std::move(breakpoints));
  Rule rule(f, components);
  std::vector<Panel> panels;
  for (std::size_t i = 1; i < breakpoints.size(); ++i) {
    panels.push_back(rule(breakpoints[i - 1], breakpoints[i]));
  }
  for (int round = 0; round < kMostRounds && panels.size() < tolerance.most_panels; ++round) {
    const Integrals whole = total(panels, components);
    const std::size_t before = panels.size();
    for (std::size_t i = 0; i < before; ++i) {
      if (accurate(panels[i], whole, tolerance)) continue;
      const double begin = panels[i].begin, end = panels[i].end, middle = 0.5 * (begin + end);
      panels[i] = rule(begin, middle);
      panels.push_back(rule(middle, end));
    }
    if (panels.size() == before) break;
  }
  return total(panels, components);
}

double integrate(const std::function<double(double)>& f, std::vector<double> breakpoints,
                 QuadratureTolerance tolerance) {
  return integrate([&f](double x, std::span<double> out) { out[0] = f(x); }, 1,
                   std::move(breakpoints), tolerance)
      .values[0];
}

std::vector<double> sign_changes(const std::function<double(double)>& f,
                                 std::span<const double> grid) {
  std::vector<double> roots;
  if (grid.empty()) return roots;
  double low = grid[0], f_low = f(low);
  for (std::size_t i = 1; i < grid.size(); ++i) {
    const double next = grid[i], f_next = f(next);
    if ((f_low < 0.0 && f_next > 0.0) || (f_low > 0.0 && f_next < 0.0)) {
      double a = low, b = next;
      const double resolution = 1e-16 * (b - a);
      while (b - a > resolution) {
        const double middle = a + 0.5 * (b - a);
        if (!(middle > a && middle < b)) break;
        ((f(middle) < 0.0) == (f_low < 0.0) ? a : b) = middle;
      }
      roots.push_back(b);
    } else if (f_next == 0.0) {
      roots.push_back(next);
    }
    low = next;
    f_low = f_next;
  }
  return roots;
}

std::vector<double> refined(std::vector<double> breakpoints, int pieces) {
  breakpoints = sorted_distinct(std::move(breakpoints));
  std::vector<double> result;
  for (std::size_t i = 0; i + 1 < breakpoints.size(); ++i) {
    for (int k = 0; k < pieces; ++k) {
      result.push_back(breakpoints[i] + (breakpoints[i + 1] - breakpoints[i]) * k / pieces);
    }
  }
  if (!breakpoints.empty()) result.push_back(breakpoints.back());
  return result;
}

}  // namespace elbow
