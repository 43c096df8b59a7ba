#include "data/toys.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "data/generated.h"
#include "math/threefry.h"

namespace elbow {
namespace {

constexpr double kPi = std::numbers::pi;

Point swiss_roll_point(CounterStream& random) {
  const double t = random.uniform(1.5 * kPi, 4.5 * kPi);
  const double x = t * std::cos(t) + 0.25 * random.normal();
  const double y = t * std::sin(t) + 0.25 * random.normal();
  return {x / 7.5, y / 7.5};
}

Split draw(const std::optional<PlaneMixture>& mixture, std::uint64_t key, std::int64_t count,
           std::uint64_t first_index) {
  Split split;
  split.count = count;
  split.points.reserve(static_cast<std::size_t>(2 * count));
  for (std::int64_t i = 0; i < count; ++i) {
    CounterStream random(key, first_index + static_cast<std::uint64_t>(i));
    Point point;
    if (mixture) {
      const auto mode = random.below(static_cast<std::uint32_t>(mixture->centers.size()));
      const Point& center = mixture->centers[mode];
      const double dx = random.normal(), dy = random.normal();
      point = {center[0] + mixture->sd * dx, center[1] + mixture->sd * dy};
      split.labels.push_back(static_cast<std::uint8_t>(mode));
    } else {
      point = swiss_roll_point(random);
    }
    for (const double value : point) split.points.push_back(static_cast<float>(value));
  }
  return split;
}

}  // namespace

PlaneMixture ring_mixture() {
  PlaneMixture mixture{.centers = {}, .sd = 0.01};
  for (int k = 0; k < 8; ++k) {
    const double angle = 2.0 * kPi * k / 8.0;
    mixture.centers.push_back({std::cos(angle), std::sin(angle)});
  }
  return mixture;
}

PlaneMixture grid_mixture() {
  PlaneMixture mixture{.centers = {}, .sd = 0.05};
  for (int i = -2; i <= 2; ++i) {
    for (int j = -2; j <= 2; ++j) mixture.centers.push_back({2.0 * i, 2.0 * j});
  }
  return mixture;
}

PlaneMixture two_gaussians_mixture() { return {.centers = {{-2, 0}, {2, 0}}, .sd = 0.5}; }

std::optional<PlaneMixture> toy_mixture(const std::string& name) {
  if (name == "ring") return ring_mixture();
  if (name == "grid") return grid_mixture();
  if (name == "two_gaussians") return two_gaussians_mixture();
  return std::nullopt;
}

std::vector<double> log_density(const PlaneMixture& mixture, const std::vector<double>& points) {
  const double variance = mixture.sd * mixture.sd;
  const double constant =
      -std::log(static_cast<double>(mixture.centers.size())) - std::log(2.0 * kPi * variance);
  std::vector<double> result;
  result.reserve(points.size() / 2);
  std::vector<double> exponents(mixture.centers.size());
  for (std::size_t i = 0; i + 1 < points.size(); i += 2) {
    for (std::size_t k = 0; k < exponents.size(); ++k) {
      const double dx = points[i] - mixture.centers[k][0];
      const double dy = points[i + 1] - mixture.centers[k][1];
      exponents[k] = -(dx * dx + dy * dy) / (2.0 * variance);
    }
    // Shifted by the largest: far from every mode the plain sum underflows.
    const double largest = *std::max_element(exponents.begin(), exponents.end());
    double sum = 0.0;
    for (const double exponent : exponents) sum += std::exp(exponent - largest);
    result.push_back(constant + largest + std::log(sum));
  }
  return result;
}

Dataset make_toy(const DatasetRequest& request) {
  const std::optional<PlaneMixture> mixture = toy_mixture(request.name);
  if (!mixture && request.name != "swiss_roll") {
    throw std::invalid_argument("make_toy: no toy named " + request.name);
  }
  Dataset data;
  data.name = request.name;
  data.dim = 2;
  data.classes = mixture ? static_cast<std::int64_t>(mixture->centers.size()) : 0;
  const std::uint64_t key = generated_key(request.name, request.seed);
  data.train = draw(mixture, key, generated_count(request.train_count, 100'000), 0);
  data.test = draw(mixture, key, generated_count(request.test_count, 10'000), kTestIndex);
  data.sha256 = generated_sha256(data);
  data.description = "points of " + request.name + " in the plane, generated with seed " +
                     std::to_string(request.seed);
  if (mixture) {
    data.log_density = [m = *mixture](const std::vector<double>& points) {
      return log_density(m, points);
    };
  }
  return data;
}

}  // namespace elbow
