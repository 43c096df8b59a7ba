// Where two densities and their powers vary: the breakpoints of quadrature on a line or in a plane.
#pragma once

#include <span>
#include <vector>

#include "math/densities/density_pair.h"

namespace elbow {

/// a ln p + (1 - a) ln q; -inf where the density with a positive exponent vanishes.
double log_power(const LogPair& log, double a);

/// Breakpoints for integrals of functions that are as large as p^a q^(1-a), a one of `powers`, from
/// kinks, components' centres and scales and, between Gaussian components, the centre and scale of
/// the power itself, wherever it lies; then outwards until each power is e^-45 of its peak. In two
/// dimensions the outer variable is the coordinate `outer_axis`, and each line has breakpoints of
/// its own: a ridge is followed, however narrow.
class IntegrationFrame {
 public:
  IntegrationFrame(const DensityPair& pair, std::vector<double> powers, int outer_axis = 0);

  const std::vector<double>& outer() const { return outer_; }
  /// Breakpoints along the line at this value of the outer variable; dim() = 2.
  std::vector<double> inner(double outer) const;
  /// The point of an outer and an inner value.
  LogPair at(double outer, double inner = 0.0) const;
  /// The largest a ln p + (1 - a) ln q that was seen, one a power.
  const std::vector<double>& peaks() const { return peaks_; }
  const DensityPair& pair() const { return pair_; }

 private:
  struct Mark {
    double location, scale;  // scale 0: a kink, which stays
  };
  /// A Gaussian in (outer, inner) by its precision and precision times mean.
  struct Shape {
    double oo, oi, ii, o, i;
  };
  void add_shape(const Density& density);
  void add_power(const Gaussian& p, const Gaussian& q, double a);
  Shape shape_of(const Gaussian& gaussian) const;
  std::vector<double> breakpoints(std::vector<Mark> marks, std::span<const double> multiples) const;
  std::vector<Mark> marks_along(int axis) const;
  void raise_peaks();
  bool matters_outside(double edge, bool of_inner) const;

  const DensityPair& pair_;
  std::vector<double> powers_;
  int outer_axis_;
  std::vector<Shape> shapes_;
  std::vector<Mark> fixed_outer_, fixed_inner_;  // of what is no Gaussian
  std::vector<double> outer_;
  double inner_low_ = 0.0, inner_high_ = 0.0;
  std::vector<double> peaks_;
};

}  // namespace elbow
