// Pairs of laws with known divergences, and what is done to their samples: what estimates of two
// samples are held against.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "math/densities/expression.h"
#include "math/divergences/exact.h"
#include "math/numeric.h"
#include "math/points.h"
#include "math/threefry.h"

namespace elbow::testing {

inline constexpr double kPi = 3.14159265358979323846;

using Pair = std::pair<Points, Points>;

/// Two laws; `draw` makes n points of each, `truth` holds the quantities that are known.
struct Family {
  std::string name;
  std::int64_t dim = 1;
  std::map<std::string, double> truth;
  std::function<Pair(std::int64_t n, std::uint64_t seed)> draw;
};

/// Every f-divergence and Rényi's, which invertible maps of both samples leave as they are.
inline bool is_f_divergence(const std::string& quantity) {
  static const std::vector<std::string> others = {"wasserstein1", "wasserstein2_squared", "energy",
                                                  "mmd2", "frechet"};
  return std::find(others.begin(), others.end(), quantity) == others.end();
}

inline Family between(const std::string& name, const std::string& p, const std::string& q) {
  const DensityPtr first = parse_density(p), second = parse_density(q);
  Family family{.name = name, .dim = first->dim(), .truth = {}, .draw = {}};
  for (const Finding& row : exact_divergences(*first, *second, {})) {
    family.truth.emplace(row.quantity, row.estimate.value);
  }
  family.draw = [first, second](std::int64_t n, std::uint64_t seed) {
    return Pair{elbow::draw(*first, n, seed, 1), elbow::draw(*second, n, seed, 2)};
  };
  return family;
}

/// Both samples mapped point by point into R^dim; of the truths the f-divergences stay.
inline Family mapped(const Family& from, const std::string& name, std::int64_t dim,
                     const std::function<void(const double*, double*)>& map) {
  Family family{.name = name, .dim = dim, .truth = {}, .draw = {}};
  for (const auto& [quantity, value] : from.truth) {
    if (is_f_divergence(quantity)) family.truth.emplace(quantity, value);
  }
  family.draw = [draw = from.draw, dim, map](std::int64_t n, std::uint64_t seed) {
    const Pair drawn = draw(n, seed);
    const auto image = [&](const Points& points) {
      Points result(points.size(), dim);
      for (std::int64_t i = 0; i < points.size(); ++i) map(points.row(i), result.row(i));
      return result;
    };
    return Pair{image(drawn.first), image(drawn.second)};
  };
  return family;
}

/// What is 0 between one law and itself, and the classifier's 1/2.
inline std::map<std::string, double> truth_of_equal_laws() {
  std::map<std::string, double> truth;
  for (const std::string& quantity : divergence_quantities()) truth[quantity] = 0.0;
  for (const char* quantity : {"sinkhorn_divergence", "sliced_wasserstein1",
                               "sliced_wasserstein2_squared", "max_sliced_wasserstein2_squared"}) {
    truth[quantity] = 0.0;
  }
  truth["classifier_accuracy"] = truth["classifier_auc"] = 0.5;
  return truth;
}

/// n draws of `inverse(u)` for u uniform on (0, 1), one stream a sample.
inline Family by_inversion(const std::string& name, std::map<std::string, double> truth,
                           const std::function<double(double)>& of_p,
                           const std::function<double(double)>& of_q) {
  return {.name = name,
          .dim = 1,
          .truth = std::move(truth),
          .draw = [of_p, of_q](std::int64_t n, std::uint64_t seed) {
            const auto sample = [&](std::uint64_t stream, const std::function<double(double)>& f) {
              CounterStream random(seed, stream);
              Points points(n, 1);
              for (std::int64_t i = 0; i < n; ++i) *points.row(i) = f(random.uniform());
              return points;
            };
            return Pair{sample(1, of_p), sample(2, of_q)};
          }};
}

inline std::vector<Family> families() {
  const std::string unit_plane = "normal([0,0],[[1,0],[0,1]])";
  const Family line = between("normals, shift 1", "normal(0,1)", "normal(1,1)");
  const Family plane =
      between("normals in the plane", unit_plane, "normal([1,0],[[1,0.3],[0.3,1]])");
  std::vector<Family> all = {
      line,
      between("normals, shift 3", "normal(0,1)", "normal(3,1)"),
      between("normals, other scale", "normal(0,1)", "normal(1,2)"),
      between("Laplace and normal", "laplace(0,1)", "normal(0.5,1.5)"),
      between("two modes and one", "mixture(0.5*normal(-2,1),0.5*normal(2,1))", "normal(0,2)"),
      between("uniform in normal", "uniform(-2,2)", "normal(0,1)"),
      between("uniforms that overlap", "uniform(0,1)", "uniform(0.25,1.5)"),
      between("uniforms apart", "uniform(0,1)", "uniform(3,4)"),
      between("outliers in both", "mixture(0.99*normal(0,1),0.01*normal(50,1))",
              "mixture(0.99*normal(0.5,1),0.01*normal(50,1))"),
      plane,
      between("plane, two scales", unit_plane, "normal([0,0],[[4,0],[0,4]])")};
  all.push_back(mapped(plane, "plane, moved by 1000, units", 2, [](const double* x, double* y) {
    y[0] = 1000.0 + 1e-3 * x[0];
    y[1] = -1000.0 + 10.0 * x[1];
  }));
  all.push_back(mapped(plane, "plane, rotated", 2, [](const double* x, double* y) {
    y[0] = 0.6 * x[0] - 0.8 * x[1];
    y[1] = 0.8 * x[0] + 0.6 * x[1];
  }));
  all.push_back(mapped(line, "with constants", 4, [](const double* x, double* y) {
    y[0] = x[0], y[1] = 0.3, y[2] = -7.0, y[3] = 0.0;
  }));
  all.push_back(
      mapped(line, "column doubled", 2, [](const double* x, double* y) { y[0] = y[1] = x[0]; }));
  // KL of the uniform law from 1 + 0.8 cos: -ln((1 + √(1 - 0.64)) / 2).
  const auto angle = [](double u) {
    double low = 0.0, high = 2.0 * kPi;
    for (int step = 0; step < 60; ++step) {
      const double middle = 0.5 * (low + high);
      (middle + 0.8 * std::sin(middle) < 2.0 * kPi * u ? low : high) = middle;
    }
    return low;
  };
  const Family angles = by_inversion(
      "angles", {{"kl", -std::log(0.8)}}, [](double u) { return 2.0 * kPi * u; }, angle);
  all.push_back(mapped(angles, "on a circle", 2, [](const double* x, double* y) {
    y[0] = std::cos(x[0]), y[1] = std::sin(x[0]);
  }));
  const auto cauchy = [](double u) { return std::tan(kPi * (u - 0.5)); };
  std::map<std::string, double> zeros;  // transport distances and energy do not exist
  for (const auto& [quantity, value] : truth_of_equal_laws()) {
    if (is_f_divergence(quantity) && quantity.find("wasserstein") == std::string::npos &&
        quantity != "sinkhorn_divergence") {
      zeros.emplace(quantity, value);
    }
  }
  zeros.emplace("mmd2", 0.0);
  all.push_back(by_inversion("Cauchy twice", zeros, cauchy, cauchy));
  const auto coin = [](double p) { return [p](double u) { return u < p ? 0.0 : 1.0; }; };
  const double kl = 0.5 * std::log(0.5 / 0.7) + 0.5 * std::log(0.5 / 0.3);
  const double reverse = 0.7 * std::log(0.7 / 0.5) + 0.3 * std::log(0.3 / 0.5);
  const double chi2 = 0.04 / 0.7 + 0.04 / 0.3;
  all.push_back(by_inversion(
      "atoms",
      {{"kl", kl},
       {"reverse_kl", reverse},
       {"jeffreys", kl + reverse},
       {"jensen_shannon", 0.5 * (0.5 * std::log(0.5 / 0.6) + 0.5 * std::log(0.5 / 0.4) +
                                 0.7 * std::log(0.7 / 0.6) + 0.3 * std::log(0.3 / 0.4))},
       {"total_variation", 0.2},
       {"squared_hellinger", 1.0 - std::sqrt(0.35) - std::sqrt(0.15)},
       {"pearson_chi2", chi2},
       {"neyman_chi2", 0.16},
       {"wasserstein1", 0.2},
       {"wasserstein2_squared", 0.2},
       {"energy", 0.08}},
      coin(0.5), coin(0.7)));
  Family twice = between("one law twice", "normal(0,1)", "normal(0,1)");
  twice.truth = truth_of_equal_laws();
  all.push_back(twice);
  Family same = twice;
  same.name = "the same points twice";
  same.draw = [draw = twice.draw](std::int64_t n, std::uint64_t seed) {
    const Points points = draw(n, seed).first;
    return Pair{points, points};
  };
  all.push_back(same);
  return all;
}

}  // namespace elbow::testing
