#include "math/estimators/classifier_two_sample.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "core/error.h"
#include "math/numeric.h"
#include "math/point_selection.h"

namespace elbow {
namespace {

void require_scores(std::span<const double> scores) {
  if (scores.empty()) throw Error("A classifier test needs scores of both samples.");
  if (std::any_of(scores.begin(), scores.end(), [](double v) { return std::isnan(v); })) {
    throw Error("A classifier test got a score that is NaN.");
  }
}

// Share of scores above 0, ties half.
double share_positive(std::span<const double> scores) {
  double sum = 0.0;
  for (const double t : scores) sum += t > 0.0 ? 1.0 : t == 0.0 ? 0.5 : 0.0;
  return sum / static_cast<double>(scores.size());
}

// For each score the share of `others` below it, ties half.
std::vector<double> shares_below(std::span<const double> scores, std::vector<double> others) {
  std::sort(others.begin(), others.end());
  std::vector<double> result;
  for (const double t : scores) {
    const auto low = std::lower_bound(others.begin(), others.end(), t) - others.begin();
    const auto high = std::upper_bound(others.begin(), others.end(), t) - others.begin();
    result.push_back(0.5 * static_cast<double>(low + high) / static_cast<double>(others.size()));
  }
  return result;
}

Estimate area_under_curve(std::span<const double> at_p, std::span<const double> at_q) {
  const std::vector<double> of_p = shares_below(at_p, {at_q.begin(), at_q.end()});
  const std::vector<double> of_q = shares_below(at_q, {at_p.begin(), at_p.end()});
  Estimate auc{.value = mean(of_p), .bias = Bias::none};
  if (at_p.size() < 2 || at_q.size() < 2) {
    auc.note = "one sample on a side: no standard error";
  } else {
    auc.se = std::sqrt(sample_variance(of_p) / static_cast<double>(of_p.size()) +
                       sample_variance(of_q) / static_cast<double>(of_q.size()));
  }
  return auc;
}

}  // namespace

ClassifierTwoSample two_sample_from_scores(std::span<const double> at_p,
                                           std::span<const double> at_q) {
  require_scores(at_p);
  require_scores(at_q);
  const double n = static_cast<double>(at_p.size()), m = static_cast<double>(at_q.size());
  const double right_p = share_positive(at_p), right_q = 1.0 - share_positive(at_q);
  ClassifierTwoSample result;
  result.accuracy = {.value = 0.5 * (right_p + right_q), .bias = Bias::none};
  result.accuracy.se =
      0.5 * std::sqrt(right_p * (1.0 - right_p) / n + right_q * (1.0 - right_q) / m);
  result.total_variation = {.value = 2.0 * result.accuracy.value - 1.0, .bias = Bias::lower};
  result.total_variation.se = 2.0 * *result.accuracy.se;
  result.auc = area_under_curve(at_p, at_q);
  const auto trials = static_cast<std::int64_t>(at_p.size() + at_q.size());
  const auto right = static_cast<std::int64_t>(std::floor(right_p * n + right_q * m));
  result.accuracy_interval = wilson_interval(right, trials);
  result.z = (result.accuracy.value - 0.5) / (0.25 * std::sqrt(1.0 / n + 1.0 / m));
  result.p_value = normal_cdf(-result.z);
  return result;
}

ClassifierTwoSample classifier_two_sample(const PointsView& p, const PointsView& q,
                                          std::uint64_t seed, const LogisticOptions& options) {
  require_comparable(p, q, 4, "A classifier two-sample test");
  CounterStream random(seed, 0);
  const Division of_p = divide(p, 0.5, random), of_q = divide(q, 0.5, random);
  const LogisticRatio ratio(of_p.first, of_q.first, options);
  return two_sample_from_scores(ratio(PointsView(of_p.second)), ratio(PointsView(of_q.second)));
}

namespace estimators::classifier_two_sample {

std::vector<EstimatorSpec> specs() {
  const std::string reference = "Lopez-Paz & Oquab 2017";
  return {
      {.name = "classifier_accuracy",
       .quantity = "classifier_accuracy",
       .summary = "Balanced held-out accuracy of a classifier between the two samples",
       .equation =
           R"(\tfrac12\big(\overline{1[T>0]}_P+\overline{1[T<0]}_Q\big)\le\tfrac12(1+\mathrm{TV}))",
       .unicode = "½(mean_P 1[T>0] + mean_Q 1[T<0]) ≤ ½(1 + TV)",
       .unit = "1",
       .minimum = 0.0,
       .maximum = 1.0,
       .bias = Bias::none,
       .bias_note = "for the accuracy of this classifier; below the Bayes accuracy (1 + TV)/2",
       .standard_error = "binomial within each sample; ½ ± 1/(2√n_test) under equality",
       .cost = "O((n + m) f²) per Newton step, f features",
       .confused_with = "accuracy on the data of the fit, which exceeds ½ under equality",
       .reference = reference},
      {.name = "classifier_auc",
       .quantity = "classifier_auc",
       .summary = "Area under the curve of a classifier between the two samples",
       .equation = R"(P(T(x)>T(y))+\tfrac12P(T(x)=T(y)),\quad x\sim P,\ y\sim Q)",
       .unicode = "P(T(x) > T(y)) + ½ P(=)",
       .unit = "1",
       .minimum = 0.0,
       .maximum = 1.0,
       .bias = Bias::none,
       .bias_note = "for this classifier",
       .standard_error = "DeLong",
       .cost = "O((n + m) ln(n + m)) after the fit",
       .reference = "DeLong, DeLong & Clarke-Pearson 1988"}};
}

}  // namespace estimators::classifier_two_sample
}  // namespace elbow
