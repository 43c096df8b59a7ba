#include "math/estimators/sample_metrics.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <optional>
#include <utility>

#include "math/estimators/classifier_two_sample.h"
#include "math/estimators/mmd.h"
#include "math/estimators/prdc.h"
#include "math/estimators/sinkhorn.h"
#include "math/estimators/sliced.h"
#include "math/remembered.h"
#include "math/threefry.h"

namespace elbow {
namespace {

// Points of each sample at which the metrics still take a second.
constexpr std::int64_t kMostCoupled = 300;
constexpr std::int64_t kMostNeighbours = 1000;
constexpr std::int64_t kMostSliced = 20000;
constexpr std::int64_t kMostAscended = 4000;
constexpr std::int64_t kMostFitted = 20000;
constexpr std::int64_t kDirections = 100;

using Table = std::vector<TwoSampleEstimator>;

std::string two_digits(double value) {
  std::array<char, 32> text;
  std::snprintf(text.data(), text.size(), "%.2g", value);
  return text.data();
}

void add_sinkhorn(Table& table, std::optional<double> given) {
  table.push_back({.quantity = "sinkhorn_divergence",
                   .name = "sinkhorn_divergence",
                   .most_points = kMostCoupled,
                   .has_floor = true,
                   .of_sets = true,
                   .estimate = [given](const PointsView& p, const PointsView& q, std::uint64_t) {
                     const double epsilon = given ? *given : 0.1 * std::pow(median_distance(p), 2);
                     Estimate result = sinkhorn_divergence(p, q, epsilon);
                     result.note += (result.note.empty() ? "ε = " : "; ε = ") + two_digits(epsilon);
                     return result;
                   }});
}

void add_kernel_distance(Table& table) {
  table.push_back({.quantity = "kernel_distance",
                   .name = "kernel_distance",
                   .note = "kernel (x·y/d + 1)³",
                   .most_points = kMostRelabelledPairs,
                   .has_floor = true,
                   .estimate = [](const PointsView& p, const PointsView& q,
                                  std::uint64_t) { return kernel_distance(p, q); },
                   .test =
                       [](const PointsView& p, const PointsView& q, std::uint64_t seed) {
                         return permutation_test_of(p, q, Kernel::polynomial(3), seed);
                       }});
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
                   .of_sets = true,
                   .estimate = along_directions(sliced_wasserstein1)});
  table.push_back({.quantity = "sliced_wasserstein2_squared",
                   .name = "sliced_wasserstein2_squared",
                   .note = note,
                   .most_points = kMostSliced,
                   .has_floor = true,
                   .of_sets = true,
                   .estimate = along_directions(sliced_wasserstein2_squared)});
  table.push_back({.quantity = "max_sliced_wasserstein2_squared",
                   .name = "max_sliced_wasserstein2_squared",
                   .most_points = kMostAscended,
                   .has_floor = true,
                   .of_sets = true,
                   .estimate = [](const PointsView& p, const PointsView& q, std::uint64_t seed) {
                     CounterStream random(seed, 9);
                     return max_sliced_wasserstein2_squared(p, q, random).estimate;
                   }});
}

void add_classifier(Table& table, const SharedRatio& ratio) {
  const auto row = [&](const char* name, Estimate ClassifierTwoSample::*part) {
    table.push_back(
        {.quantity = name,
         .name = name,
         .note = "logistic regression, held-out half",
         .most_points = kMostFitted,
         .estimate = [ratio, part](const PointsView& p, const PointsView& q, std::uint64_t seed) {
           return ratio(p, q, seed).classifier.*part;
         }});
  };
  row("classifier_accuracy", &ClassifierTwoSample::accuracy);
  table.back().test = [ratio](const PointsView& p, const PointsView& q, std::uint64_t seed) {
    return TwoSampleTest{"p = " + two_digits(ratio(p, q, seed).classifier.p_value) +
                         " (exact, one-sided)"};
  };
  row("classifier_auc", &ClassifierTwoSample::auc);
}

void add_neighbours(Table& table, std::int64_t k) {
  const auto all = remembered(
      [k](const PointsView& p, const PointsView& q, std::uint64_t) { return prdc(p, q, k); });
  const auto add = [&](std::string name, Estimate Prdc::*part) {
    table.push_back({.quantity = name,
                     .name = std::move(name),
                     .note = "k = " + std::to_string(k),
                     .most_points = kMostNeighbours,
                     .has_floor = true,
                     .of_sets = true,
                     .estimate = [all, part](const PointsView& p, const PointsView& q,
                                             std::uint64_t) { return all(p, q, 0).*part; }});
  };
  add("precision", &Prdc::precision);
  add("recall", &Prdc::recall);
  add("density", &Prdc::density);
  add("coverage", &Prdc::coverage);
}

}  // namespace

const std::vector<std::string>& sample_quantities() {
  static const std::vector<std::string> names = {"kernel_distance",
                                                 "sinkhorn_divergence",
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

std::vector<TwoSampleEstimator> sample_metrics(const DivergenceSettings& settings, std::int64_t dim,
                                               const SharedRatio& ratio) {
  Table table;
  add_kernel_distance(table);
  add_sinkhorn(table, settings.epsilon);
  if (dim > 1) add_sliced(table);
  add_classifier(table, ratio);
  add_neighbours(table, settings.neighbours);
  return table;
}

std::vector<TwoSampleEstimator> sample_metrics(const DivergenceSettings& settings,
                                               std::int64_t dim) {
  return sample_metrics(settings, dim, shared_ratio(dim));
}

namespace estimators::sample_metrics {

/// What it shows is described beside each estimator.
std::vector<EstimatorSpec> specs() { return {}; }

}  // namespace estimators::sample_metrics
}  // namespace elbow
