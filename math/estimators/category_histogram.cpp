#include "math/estimators/category_histogram.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include "core/error.h"
#include "math/numeric.h"

namespace elbow {
namespace {

double sample_size(Counts counts) {
  if (std::any_of(counts.begin(), counts.end(), [](std::int64_t c) { return c < 0; })) {
    throw Error("A histogram has a negative count.");
  }
  const auto n = std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
  if (n < 1) throw Error("A histogram needs at least one sample.");
  return static_cast<double>(n);
}

std::vector<double> frequencies(Counts counts, double smoothing = 0.0) {
  const double total = sample_size(counts) + smoothing * static_cast<double>(counts.size());
  std::vector<double> h;
  for (const std::int64_t c : counts) h.push_back((static_cast<double>(c) + smoothing) / total);
  return h;
}

void require_probabilities(std::span<const double> p, const std::string& what) {
  const bool negative = std::any_of(p.begin(), p.end(), [](double v) { return !(v >= 0.0); });
  if (negative || std::fabs(accurate_sum(p) - 1.0) > 1e-6) {
    throw Error(what + " must be probabilities that sum to 1.");
  }
}

std::vector<double> checked_reference(Counts counts, std::span<const double> reference) {
  if (reference.empty()) {
    return std::vector<double>(counts.size(), 1.0 / static_cast<double>(counts.size()));
  }
  if (reference.size() != counts.size()) {
    throw Error("The reference has " + std::to_string(reference.size()) +
                " categories, the histogram " + std::to_string(counts.size()) + ".");
  }
  require_probabilities(reference, "The reference of a histogram");
  return {reference.begin(), reference.end()};
}

// Sum p ln p/r; +inf where r vanishes under p.
double categorical_kl(std::span<const double> p, std::span<const double> r) {
  double sum = 0.0;
  for (std::size_t c = 0; c < p.size(); ++c) {
    if (p[c] > 0.0) sum += r[c] > 0.0 ? p[c] * std::log(p[c] / r[c]) : kInfinity;
  }
  return sum;
}

// Second-order variance of sum h ln(h/r): the first-order one estimated from h is too large by
// (K - 1)/n, and (K - 1)/(2 n^2) is what remains at h = r.
double kl_se(std::span<const double> h, std::span<const double> r, double n) {
  double first = 0.0, square = 0.0, categories = 0.0;
  for (std::size_t c = 0; c < h.size(); ++c) {
    if (r[c] > 0.0) categories += 1.0;
    if (h[c] == 0.0) continue;
    const double l = std::log(h[c] / r[c]);
    first += h[c] * l;
    square += h[c] * l * l;
  }
  const double second = (categories - 1.0) / (2.0 * n * n);
  return std::sqrt(std::max((square - first * first) / n - second, second));
}

}  // namespace

Estimate mode_count(Counts counts) {
  sample_size(counts);
  const auto seen = std::count_if(counts.begin(), counts.end(), [](auto c) { return c > 0; });
  return {.value = static_cast<double>(seen), .bias = Bias::lower, .note = "a count: no error"};
}

Estimate histogram_entropy(Counts counts) {
  const std::vector<double> h = frequencies(counts), uniform = checked_reference(counts, {});
  const double value = std::log(static_cast<double>(counts.size())) - categorical_kl(h, uniform);
  return {.value = value, .se = kl_se(h, uniform, sample_size(counts)), .bias = Bias::lower};
}

Estimate histogram_kl(Counts counts, std::span<const double> reference) {
  const std::vector<double> h = frequencies(counts), r = checked_reference(counts, reference);
  Estimate result{.value = categorical_kl(h, r), .bias = Bias::upper};
  if (std::isinf(result.value)) {
    result.note = "a category outside the reference occurs";
  } else {
    result.se = kl_se(h, r, sample_size(counts));
  }
  return result;
}

double histogram_kl_bias(std::int64_t categories, std::int64_t n) {
  return static_cast<double>(categories - 1) / (2.0 * static_cast<double>(n));
}

Estimate histogram_reverse_kl(Counts counts, std::span<const double> reference, double smoothing) {
  if (!(smoothing >= 0.0)) throw Error("The smoothing of a histogram must not be negative.");
  return {
      .value = categorical_kl(checked_reference(counts, reference), frequencies(counts, smoothing)),
      .bias = Bias::unknown,
      .note = "smoothed counts: no standard error"};
}

Estimate histogram_total_variation(Counts counts, std::span<const double> reference) {
  const std::vector<double> h = frequencies(counts), r = checked_reference(counts, reference);
  double sum = 0.0;
  for (std::size_t c = 0; c < h.size(); ++c) sum += std::fabs(h[c] - r[c]);
  return {.value = 0.5 * sum, .bias = Bias::upper, .note = "not smooth: no standard error"};
}

Estimate class_score(const PointsView& probabilities) {
  require_points(probabilities, 1, "A class score");
  const std::int64_t n = probabilities.size(), k = probabilities.dim();
  std::vector<double> average(static_cast<std::size_t>(k), 0.0), divergences;
  const auto row = [&](std::int64_t i) {
    return std::span<const double>(probabilities.row(i), static_cast<std::size_t>(k));
  };
  for (std::int64_t i = 0; i < n; ++i) {
    require_probabilities(row(i), "Row " + std::to_string(i) + " of a class score");
    for (std::size_t c = 0; c < average.size(); ++c) average[c] += row(i)[c];
  }
  for (double& v : average) v /= static_cast<double>(n);
  for (std::int64_t i = 0; i < n; ++i) divergences.push_back(categorical_kl(row(i), average));
  Estimate result{.value = std::exp(mean(divergences)), .bias = Bias::unknown};
  if (n < 2) {
    result.note = "one sample: no standard error";
  } else {
    // The derivative with respect to the weight of a row is its own divergence.
    result.se = result.value * std::sqrt(sample_variance(divergences) / static_cast<double>(n));
  }
  return result;
}

namespace estimators::category_histogram {

std::vector<EstimatorSpec> specs() {
  return {{.name = "mode_count",
           .quantity = "modes",
           .summary = "Categories that occur among the samples",
           .equation = R"(\#\{c: n_c\ge1\})",
           .unicode = "#{c : n_c ≥ 1}",
           .unit = "1",
           .minimum = 1.0,
           .bias = Bias::lower,
           .bias_note = "rare categories may be missed",
           .standard_error = "none: a count",
           .cost = "O(K)",
           .confused_with = "coverage within a class, which it does not see",
           .reference = "Metz et al. 2017"},
          {.name = "histogram_kl",
           .quantity = "category_kl",
           .summary = "KL of the frequencies of categories from a reference, uniform by default",
           .equation = R"(\sum_c\hat h_c\ln\frac{\hat h_c}{r_c})",
           .unicode = "KL(ĥ‖r) = Σ ĥ ln ĥ/r",
           .unit = "nats",
           .minimum = 0.0,
           .bias = Bias::upper,
           .bias_note = "by about (K − 1)/(2n); at equality its sd is √(2(K − 1))/(2n)",
           .standard_error = "delta method to second order",
           .cost = "O(K)",
           .confused_with = "zero at equality: it is not, at finite n",
           .reference = "Miller 1955; Harris 1975"},
          {.name = "histogram_total_variation",
           .quantity = "category_total_variation",
           .summary = "Total variation of the frequencies of categories from a reference",
           .equation = R"(\tfrac12\sum_c\lvert\hat h_c-r_c\rvert)",
           .unicode = "½ Σ |ĥ − r|",
           .unit = "1",
           .minimum = 0.0,
           .maximum = 1.0,
           .bias = Bias::upper,
           .bias_note = "about √(K/n) in size at equality",
           .standard_error = "none: not smooth at equality",
           .cost = "O(K)",
           .reference = "Devroye & Lugosi 2001"},
          {.name = "class_score",
           .quantity = "class_score",
           .summary = "Exponential of the mean KL of class probabilities from their average",
           .equation = R"(\exp\Big(\frac1n\sum_i\mathrm{KL}(p(y\mid x_i)\Vert\bar p)\Big))",
           .unicode = "exp(mean KL(p(y|x)‖p̄))",
           .unit = "1",
           .minimum = 1.0,
           .bias = Bias::unknown,
           .bias_note = "its logarithm is too low by (K − 1)/(2n) at most; the exponential adds "
                        "half its variance",
           .standard_error = "delta method over samples",
           .cost = "O(n K)",
           .confused_with =
               "the inception score, whose classifier is another; blind to variety within a class",
           .reference = "Salimans et al. 2016"}};
}

}  // namespace estimators::category_histogram
}  // namespace elbow
