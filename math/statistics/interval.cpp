#include "math/statistics/interval.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "math/numeric.h"

namespace elbow {

Interval normal_interval(double value, double se, double level) {
  const double half = normal_quantile(0.5 * (1.0 + level)) * se;
  return {value - half, value + half};
}

Interval t_interval(double value, double se, double dof, double level) {
  const double half = student_t_quantile(0.5 * (1.0 + level), dof) * se;
  return {value - half, value + half};
}

Interval wilson_interval(std::int64_t successes, std::int64_t trials, double level) {
  if (trials < 1 || successes < 0 || successes > trials) {
    throw Error("A proportion needs 0 <= successes <= trials and at least one trial.");
  }
  const double n = static_cast<double>(trials), p = static_cast<double>(successes) / n;
  const double z = normal_quantile(0.5 * (1.0 + level)), z2 = z * z / n;
  const double centre = (p + 0.5 * z2) / (1.0 + z2);
  const double half = z / (1.0 + z2) * std::sqrt((p * (1.0 - p) + 0.25 * z2) / n);
  return {successes == 0 ? 0.0 : std::max(0.0, centre - half),
          successes == trials ? 1.0 : std::min(1.0, centre + half)};
}

double resampled_score_se(std::span<const double> scores, std::int64_t n_train,
                          std::int64_t n_test) {
  if (n_train < 1 || n_test < 1) throw Error("Resampled scores need training and test samples.");
  const double share = static_cast<double>(n_test) / static_cast<double>(n_train);
  return std::sqrt((1.0 / static_cast<double>(scores.size()) + share) * sample_variance(scores));
}

}  // namespace elbow
