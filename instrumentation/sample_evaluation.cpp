#include "instrumentation/sample_evaluation.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <span>
#include <string>

#include "core/error.h"
#include "instrumentation/text.h"
#include "math/estimators/category_histogram.h"
#include "math/estimators/classifier_two_sample.h"
#include "math/estimators/floor.h"
#include "math/estimators/frechet.h"
#include "math/estimators/mmd.h"
#include "math/estimators/prdc.h"
#include "math/point_selection.h"
#include "math/statistics/permutation.h"
#include "math/threefry.h"

namespace elbow {
namespace {

void require_reals(const ClassifiedImages& reals, const ClassifiedImages& samples) {
  if (samples.size() < 1 || reals.size() < 2 * samples.size()) {
    throw Error("error: " + with_commas(samples.size()) + " samples are compared with as many of " +
                    with_commas(reals.size()) +
                    " held-out images, and their floor needs twice as many: take --images up to " +
                    with_commas(reals.size() / 2) + ".",
                ExitCode::usage);
  }
  if (samples.classes() != reals.classes()) {
    throw Error("Real and generated images were classified into " +
                std::to_string(reals.classes()) + " and " + std::to_string(samples.classes()) +
                " classes.");
  }
}

/// Half an image more in each class, so that none is impossible (Krichevsky & Trofimov 1981).
std::vector<double> frequencies(const PointsView& probabilities) {
  std::vector<double> shares;
  const double total =
      static_cast<double>(probabilities.size()) + 0.5 * static_cast<double>(probabilities.dim());
  for (const std::int64_t count : class_counts(probabilities)) {
    shares.push_back((static_cast<double>(count) + 0.5) / total);
  }
  return shares;
}

/// -ln of the reference's share of the classes that occur: what the missing ones alone make of
/// KL(classes || reference).
Estimate missing_classes(const std::vector<std::int64_t>& counts,
                         const std::vector<double>& reference) {
  double share = 0.0;
  for (std::size_t c = 0; c < counts.size(); ++c) {
    if (counts[c] > 0) share += reference[c];
  }
  return {.value = std::max(0.0, -std::log(share)),
          .bias = Bias::upper,
          .note = "a rare class counts as missing where no sample hit it: no error"};
}

/// A number between two samples, with how it is called and read.
struct Comparison {
  std::string quantity, estimator, meaning;
  std::function<Estimate(const PointsView& reals, const PointsView& samples)> estimate;
};

/// All comparisons see the same real sets: their random numbers start anew.
Measurement floor_of(const Comparison& c, const PointsView& reals, std::int64_t m, std::int64_t n,
                     const SampleSettings& settings) {
  CounterStream random(settings.seed, 1);
  const auto metric = [&c](const PointsView& p, const PointsView& q) {
    return c.estimate(p, q).value;
  };
  const Floor floor = two_sample_floor(reals, m, n, settings.splits, metric, random);
  Measurement row{c.quantity + "/floor", "two_sample_floor", floor.mean,
                  "the same between real images (sd " + significant(floor.sd, 2) + ", largest " +
                      significant(floor.values.back(), 4) + ")"};
  row.estimate.note = std::to_string(settings.splits) + " pairs of disjoint sets of " +
                      with_commas(m) + " and " + with_commas(n) + " real images" +
                      (row.estimate.se ? "" : "; pairs share images, so no standard error");
  return row;
}

/// `m` real images, in random order because files need not be in one, against all samples.
void compare(const Comparison& c, const PointsView& reals, std::int64_t m,
             const PointsView& samples, const SampleSettings& settings,
             std::vector<Measurement>& rows) {
  CounterStream random(settings.seed, 2);
  const auto order = random_permutation(static_cast<std::size_t>(reals.size()), random);
  const Points chosen = select(reals, std::span(order).first(static_cast<std::size_t>(m)));
  rows.push_back({c.quantity, c.estimator, c.estimate(chosen, samples), c.meaning});
  rows.push_back(floor_of(c, reals, m, samples.size(), settings));
}

Comparison neighbourly(const std::string& name, Estimate Prdc::*part, const std::string& meaning,
                       std::int64_t k) {
  return {name, name, meaning, [part, k](const PointsView& reals, const PointsView& samples) {
            return prdc(reals, samples, k).*part;
          }};
}

}  // namespace

std::vector<std::int64_t> class_counts(const PointsView& probabilities) {
  std::vector<std::int64_t> counts(static_cast<std::size_t>(probabilities.dim()), 0);
  for (std::int64_t i = 0; i < probabilities.size(); ++i) {
    const double* row = probabilities.row(i);
    ++counts[static_cast<std::size_t>(std::max_element(row, row + probabilities.dim()) - row)];
  }
  return counts;
}

std::vector<Measurement> evaluate_classes(const ClassifiedImages& reals,
                                          const ClassifiedImages& samples,
                                          const SampleSettings& settings) {
  require_reals(reals, samples);
  const std::vector<Comparison> comparisons = {
      {"modes", "mode_count", "classes that occur among the samples",
       [](const PointsView&, const PointsView& q) { return mode_count(class_counts(q)); }},
      {"class/kl", "histogram_kl", "KL(classes of samples ‖ classes of real images), nats",
       [](const PointsView& p, const PointsView& q) {
         return histogram_kl(class_counts(q), frequencies(p));
       }},
      {"class/kl/missing", "−ln(share of the classes that occur)",
       "the part of it that missing classes alone make",
       [](const PointsView& p, const PointsView& q) {
         return missing_classes(class_counts(q), frequencies(p));
       }},
      {"class/total_variation", "histogram_total_variation",
       "share of the samples in the wrong class",
       [](const PointsView& p, const PointsView& q) {
         return histogram_total_variation(class_counts(q), frequencies(p));
       }},
      {"lenet_score", "class_score", "exp mean KL(p(c|x)‖p(c)): certain and diverse, no real data",
       [](const PointsView&, const PointsView& q) { return class_score(q); }}};
  std::vector<Measurement> rows;
  for (const Comparison& c : comparisons) {
    compare(c, reals.probabilities, reals.size() - samples.size(), samples.probabilities, settings,
            rows);
  }
  return rows;
}

std::vector<Measurement> evaluate_features(const ClassifiedImages& reals,
                                           const ClassifiedImages& samples,
                                           const SampleSettings& settings, const Work& work) {
  require_reals(reals, samples);
  const std::int64_t k = settings.neighbours;
  std::vector<Comparison> comparisons = {
      {"frechet_lenet", "frechet", "Fréchet distance of the features; compares with no FID",
       [](const PointsView& p, const PointsView& q) { return frechet(p, q); }},
      {"kid_lenet", "kernel_distance", "squared MMD of the features, cubic kernel",
       [](const PointsView& p, const PointsView& q) { return kernel_distance(p, q); }},
      neighbourly("precision", &Prdc::precision, "share of samples among the real images", k),
      neighbourly("recall", &Prdc::recall, "share of real images among the samples", k),
      neighbourly("density", &Prdc::density, "how deep samples lie among real images", k),
      neighbourly("coverage", &Prdc::coverage, "share of real images with a sample nearby", k)};
  if (samples.size() >= frechet_extrapolation_points(samples.features.dim())) {
    comparisons.insert(comparisons.begin() + 1,
                       {"frechet_lenet/extrapolated", "frechet_extrapolated",
                        "the same for infinitely many images", frechet_extrapolated});
  }
  std::vector<Measurement> rows;
  for (std::size_t i = 0; i < comparisons.size(); ++i) {
    work.at(comparisons[i].quantity,
            static_cast<double>(i) / static_cast<double>(comparisons.size()));
    compare(comparisons[i], reals.features, samples.size(), samples.features, settings, rows);
  }
  return rows;
}

Measurement evaluate_scores(const std::vector<double>& reals, const std::vector<double>& samples) {
  return {"critic/auc", "classifier_auc", two_sample_from_scores(reals, samples).auc,
          "chance that a real image scores above a sample; 0.5 where they agree"};
}

}  // namespace elbow
