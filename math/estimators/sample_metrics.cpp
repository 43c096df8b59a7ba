#include "math/estimators/sample_metrics.h"

#include <array>
#include <cstdio>
#include <utility>

#include "math/estimators/classifier_two_sample.h"
#include "math/estimators/mmd.h"
#include "math/estimators/prdc.h"
#include "math/estimators/sinkhorn.h"
#include "math/estimators/sliced.h"
#include "math/threefry.h"

namespace elbow {
namespace {

// Points of each sample at which the metrics still take a second.
constexpr std::int64_t kMostCoupled = 300;
constexpr std::int64_t kMostNeighbours = 1000;
constexpr std::int64_t kMostSliced = 20000;
constexpr std::int64_t kMostAscended = 4000;
constexpr std::int64_t kDirections = 100;
constexpr std::int64_t kNearest = 5;

using Table = std::vector<TwoSampleEstimator>;

std::string two_digits(double value) {
  std::array<char, 32> text;
  std::snprintf(text.data(), text.size(), "%.2g", value);
  return text.data();
}

Estimate sinkhorn(const PointsView& p, const PointsView& q, std::uint64_t) {
  const double median = median_distance(p), epsilon = 0.1 * median * median;
  Estimate result = sinkhorn_divergence(p, q, epsilon);
  result.note += (result.note.empty() ? "ε = " : "; ε = ") + two_digits(epsilon);
  return result;
}

/// `distance` along the same directions for every pair of samples.
template <class Distance>
auto along_directions(Distance distance) {
  return [distance](const PointsView& p, const PointsView& q, std::uint64_t seed) {
    CounterStream random(seed, 8);
    return distance(p, q, random_directions(kDirections, p.dim(), random));
  };
}

void add_sliced(Table& table) {
  const std::string note = std::to_string(kDirections) + " directions";
  table.push_back({.quantity = "sliced_wasserstein1",
                   .name = "sliced_wasserstein1",
                   .note = note,
                   .most_points = kMostSliced,
                   .has_floor = true,
                   .estimate = along_directions(sliced_wasserstein1)});
  table.push_back({.quantity = "sliced_wasserstein2_squared",
                   .name = "sliced_wasserstein2_squared",
                   .note = note,
                   .most_points = kMostSliced,
                   .has_floor = true,
                   .estimate = along_directions(sliced_wasserstein2_squared)});
  table.push_back({.quantity = "max_sliced_wasserstein2_squared",
                   .name = "max_sliced_wasserstein2_squared",
                   .most_points = kMostAscended,
                   .has_floor = true,
                   .estimate = [](const PointsView& p, const PointsView& q, std::uint64_t seed) {
                     CounterStream random(seed, 9);
                     return max_sliced_wasserstein2_squared(p, q, random).estimate;
                   }});
}

ClassifierTwoSample classify(const PointsView& p, const PointsView& q, std::uint64_t seed) {
  // As many features as the density ratio of `two_sample_estimators` has.
  return classifier_two_sample(p, q, seed, {.quadratic = p.dim() <= 10});
}

void add_classifier(Table& table) {
  const std::string note = "logistic regression, held-out half";
  table.push_back({.quantity = "classifier_accuracy",
                   .name = "classifier_accuracy",
                   .note = note,
                   .estimate = [](const PointsView& p, const PointsView& q,
                                  std::uint64_t seed) { return classify(p, q, seed).accuracy; },
                   .test =
                       [](const PointsView& p, const PointsView& q, std::uint64_t seed) {
                         return "p = " + two_digits(classify(p, q, seed).p_value) +
                                " (normal, one-sided)";
                       }});
  table.push_back({.quantity = "classifier_auc",
                   .name = "classifier_auc",
                   .note = note,
                   .estimate = [](const PointsView& p, const PointsView& q, std::uint64_t seed) {
                     return classify(p, q, seed).auc;
                   }});
}

void add_neighbours(Table& table) {
  const auto add = [&table](std::string name, Estimate Prdc::*part) {
    table.push_back({.quantity = name,
                     .name = std::move(name),
                     .note = "k = " + std::to_string(kNearest),
                     .most_points = kMostNeighbours,
                     .has_floor = true,
                     .estimate = [part](const PointsView& p, const PointsView& q, std::uint64_t) {
                       return prdc(p, q, kNearest).*part;
                     }});
  };
  add("precision", &Prdc::precision);
  add("recall", &Prdc::recall);
  add("density", &Prdc::density);
  add("coverage", &Prdc::coverage);
}

}  // namespace

const std::vector<std::string>& sample_quantities() {
  static const std::vector<std::string> names = {"sinkhorn_divergence",
                                                 "sliced_wasserstein1",
                                                 "sliced_wasserstein2_squared",
                                                 "max_sliced_wasserstein2_squared",
                                                 "classifier_accuracy",
                                                 "classifier_auc",
                                                 "precision",
                                                 "recall",
                                                 "density",
                                                 "coverage"};
  return names;
}

std::vector<TwoSampleEstimator> sample_metrics(std::int64_t dim) {
  Table table;
  table.push_back({.quantity = "sinkhorn_divergence",
                   .name = "sinkhorn_divergence",
                   .most_points = kMostCoupled,
                   .has_floor = true,
                   .estimate = sinkhorn});
  if (dim > 1) add_sliced(table);
  add_classifier(table);
  add_neighbours(table);
  return table;
}

namespace estimators::sample_metrics {

/// What it shows is described beside each estimator.
std::vector<EstimatorSpec> specs() { return {}; }

}  // namespace estimators::sample_metrics
}  // namespace elbow
