#include "math/estimators/classifier_two_sample.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "core/error.h"
#include "math/numeric.h"

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
    const double delong = std::sqrt(sample_variance(of_p) / static_cast<double>(of_p.size()) +
                                    sample_variance(of_q) / static_cast<double>(of_q.size()));
    // 0 where the samples are apart.
    auc.se = std::max(delong,
                      unseen_share_error(static_cast<double>(std::min(at_p.size(), at_q.size()))));
  }
  return auc;
}

// P(X >= x) of the number X of positive scores among P's n, given k among all n + m.
double fisher_p_value(std::int64_t x, std::int64_t n, std::int64_t m, std::int64_t k) {
  const auto log_choose = [](std::int64_t a, std::int64_t b) {
    return std::lgamma(static_cast<double>(a) + 1.0) - std::lgamma(static_cast<double>(b) + 1.0) -
           std::lgamma(static_cast<double>(a - b) + 1.0);
  };
  double sum = 0.0;
  for (std::int64_t i = std::min(n, k); i >= x && i >= std::max<std::int64_t>(0, k - m); --i) {
    sum += std::exp(log_choose(n, i) + log_choose(m, k - i) - log_choose(n + m, k));
  }
  return std::min(1.0, sum);
}

constexpr double kZ = 1.959963984540054;

}  // namespace

double unseen_share_error(double n) { return kZ / (n + kZ * kZ); }

double share_error(double share, double n) {
  const double z2 = kZ * kZ / n, centre = (share + 0.5 * z2) / (1.0 + z2);
  const double half = kZ / (1.0 + z2) * std::sqrt((share * (1.0 - share) + 0.25 * z2) / n);
  return (half + std::fabs(centre - share)) / kZ;
}

ClassifierTwoSample two_sample_from_scores(std::span<const double> at_p,
                                           std::span<const double> at_q) {
  require_scores(at_p);
  require_scores(at_q);
  const double n = static_cast<double>(at_p.size()), m = static_cast<double>(at_q.size());
  const double right_p = share_positive(at_p), right_q = 1.0 - share_positive(at_q);
  ClassifierTwoSample result;
  result.accuracy = {.value = 0.5 * (right_p + right_q), .bias = Bias::none};
  result.accuracy.se = 0.5 * std::hypot(share_error(right_p, n), share_error(right_q, m));
  result.total_variation = {.value = 2.0 * result.accuracy.value - 1.0, .bias = Bias::lower};
  result.total_variation.se = 2.0 * *result.accuracy.se;
  result.auc = area_under_curve(at_p, at_q);
  const auto trials = static_cast<std::int64_t>(at_p.size() + at_q.size());
  const auto right = static_cast<std::int64_t>(std::floor(right_p * n + right_q * m));
  result.accuracy_interval = wilson_interval(right, trials);
  result.z = (result.accuracy.value - 0.5) / (0.25 * std::sqrt(1.0 / n + 1.0 / m));
  const auto positive = [](std::span<const double> scores) {
    return std::count_if(scores.begin(), scores.end(), [](double t) { return t > 0.0; });
  };
  const auto of_p = positive(at_p);
  result.p_value = fisher_p_value(of_p, static_cast<std::int64_t>(at_p.size()),
                                  static_cast<std::int64_t>(at_q.size()), of_p + positive(at_q));
  return result;
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
       .standard_error =
           "of Wilson's interval within each sample, never 0; ½ ± 1/(2√n_test) under equality",
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
       .standard_error = "DeLong, at least that of a share of which no exception was seen",
       .cost = "O((n + m) ln(n + m)) after the fit",
       .reference = "DeLong, DeLong & Clarke-Pearson 1988"}};
}

}  // namespace estimators::classifier_two_sample
}  // namespace elbow
