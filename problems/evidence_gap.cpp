#include "problems/evidence_gap.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>

#include "math/estimators/importance.h"
#include "math/statistics/mean_estimate.h"

namespace elbow::problems {

void check_gap(const Checks& checks, const std::vector<double>& log_w,
               const std::vector<double>& log_p) {
  std::vector<double> gap(log_w.size()), ratio;
  std::transform(log_w.begin(), log_w.end(), log_p.begin(), gap.begin(), std::minus<>());
  for (const double g : gap) ratio.push_back(std::exp(g));
  checks.bound("V26", "elbo ≤ ln p of the trained decoder, image by image",
               mean_estimate(log_w).value, mean_estimate(log_p).value, 1e-6,
               mean_estimate(gap).se.value_or(0.0));
  const Estimate mean = mean_estimate(ratio);
  const std::string statement = "E_q w / p(x) = 1, image by image";
  if (effective_sample_size(gap) >= 0.5 * static_cast<double>(gap.size()))
    checks.statistical("V30", statement, mean.value, 1.0, mean.se.value_or(0.0));
  else
    checks.optimum("V30", statement, mean.value, 1.0, mean.se.value_or(0.0));
}

}  // namespace elbow::problems
