// One-step maps of two players with a number each.
#pragma once

#include <array>
#include <complex>
#include <functional>
#include <string>

#include "problems/checks.h"

namespace elbow::problems {

using Matrix = std::array<std::array<double, 2>, 2>;

/// (theta, psi) in the signs of the paper, where the discriminator is high on the model's side.
/// Here it is high on data, so its parameter is -psi.
struct Point {
  double theta, psi;
  double energy() const { return theta * theta + psi * psi; }
};

/// One step of the game from a point.
using PlaneMap = std::function<Point(Point)>;

/// Central differences of a map of the plane.
Matrix jacobian(const PlaneMap& map, Point at, double delta);

/// Largest real part first, then largest imaginary part.
std::array<std::complex<double>, 2> eigenvalues(const Matrix& m);

/// G69, G70: the step of the named dynamics on the bilinear game θψ with rate h.
void check_bilinear_map(const Checks& checks, const std::string& name, double h,
                        const PlaneMap& step);

/// G72: a player that takes no step stays, and the other one, `generator` or not, does plain
/// gradient descent: `alone` as in a simultaneous step, `both`.
void check_single_player(const Checks& checks, bool generator, Point before, Point alone,
                         Point both);

}  // namespace elbow::problems
