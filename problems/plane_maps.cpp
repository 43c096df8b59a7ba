#include "problems/plane_maps.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>

namespace elbow::problems {
namespace {

Matrix product(const Matrix& a, const Matrix& b) {
  Matrix c{};
  for (std::size_t i = 0; i < 2; ++i)
    for (std::size_t j = 0; j < 2; ++j) c[i][j] = a[i][0] * b[0][j] + a[i][1] * b[1][j];
  return c;
}

/// I + hJ, J = ((0, -1), (1, 0)), for the named dynamics in closed form; nothing for others.
std::optional<Matrix> bilinear_map(const std::string& dynamics, double h) {
  const Matrix generator{{{1.0, -h}, {0.0, 1.0}}}, discriminator{{{1.0, 0.0}, {h, 1.0}}};
  if (dynamics == "simultaneous") return Matrix{{{1.0, -h}, {h, 1.0}}};
  if (dynamics == "alternating") return product(generator, discriminator);
  if (dynamics == "extragradient") return Matrix{{{1.0 - h * h, -h}, {h, 1.0 - h * h}}};
  return std::nullopt;
}

}  // namespace

Matrix jacobian(const PlaneMap& map, Point at, double delta) {
  Matrix j{};
  for (int column = 0; column < 2; ++column) {
    Point up = at, down = at;
    (column == 0 ? up.theta : up.psi) += delta;
    (column == 0 ? down.theta : down.psi) -= delta;
    const Point a = map(up), b = map(down);
    const auto c = static_cast<std::size_t>(column);
    j[0][c] = (a.theta - b.theta) / (2.0 * delta);
    j[1][c] = (a.psi - b.psi) / (2.0 * delta);
  }
  return j;
}

std::array<std::complex<double>, 2> eigenvalues(const Matrix& m) {
  const double half_trace = 0.5 * (m[0][0] + m[1][1]);
  const double determinant = m[0][0] * m[1][1] - m[0][1] * m[1][0];
  const std::complex<double> root =
      std::sqrt(std::complex<double>(half_trace * half_trace - determinant));
  return {half_trace + root, half_trace - root};
}

void check_bilinear_map(const Checks& checks, const std::string& name, double h,
                        const PlaneMap& step) {
  checks.exact("G70/" + name + "/fixed_point", "the equilibrium is a fixed point",
               step({0.0, 0.0}).energy(), 0.0, 1e-15);
  const Point once = step({0.3, -0.7}), twice = step({0.6, -1.4});
  checks.exact("G70/" + name + "/linear", "the map of a bilinear game is linear",
               std::abs(twice.theta - 2.0 * once.theta) + std::abs(twice.psi - 2.0 * once.psi), 0.0,
               1e-14);
  const Matrix found = jacobian(step, {0.0, 0.0}, 0.5);
  if (const std::optional<Matrix> expected = bilinear_map(name, h)) {
    for (std::size_t i = 0; i < 2; ++i)
      for (std::size_t j = 0; j < 2; ++j)
        checks.exact("G70/" + name + "/" + std::to_string(i) + std::to_string(j),
                     "entry of the one-step map on θψ = closed form", found[i][j],
                     (*expected)[i][j], 1e-13);
  }
  checks.optimum("G69/" + name, "spectral radius of the one-step map against 1",
                 std::max(std::abs(eigenvalues(found)[0]), std::abs(eigenvalues(found)[1])), 1.0);
}

void check_single_player(const Checks& checks, bool generator, Point before, Point alone,
                         Point both) {
  const std::string player = generator ? "generator" : "discriminator";
  checks.exact("G72/" + player + "/moves", "alone it moves as in a simultaneous step",
               generator ? alone.theta : alone.psi, generator ? both.theta : both.psi, 1e-15);
  checks.exact("G72/" + player + "/rests", "the other one stays",
               generator ? alone.psi : alone.theta, generator ? before.psi : before.theta, 1e-15);
}

}  // namespace elbow::problems
