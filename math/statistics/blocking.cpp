#include "math/statistics/blocking.h"

#include <cmath>

#include "core/error.h"

namespace elbow {

void Blocking::add(double x) {
  for (std::size_t l = 0;; ++l) {
    if (l == levels_.size()) levels_.emplace_back();
    Level& level = levels_[l];
    level.moments.add(x);
    if (!level.has_pending) {
      level.pending = x;
      level.has_pending = true;
      return;
    }
    x = 0.5 * (level.pending + x);
    level.has_pending = false;
  }
}

SeriesMean Blocking::estimate(bool* converged) const {
  if (count() < 4) throw Error("Blocking needs at least four numbers.");
  const double n = static_cast<double>(count()), naive = levels_.front().moments.se();
  const Level* chosen = &levels_.front();
  bool found = naive == 0.0;
  for (std::size_t l = 0; !found && l < levels_.size(); ++l) {
    if (l > 0 && levels_[l].moments.count() < 8) break;
    chosen = &levels_[l];
    const double length = std::ldexp(1.0, static_cast<int>(l));
    found = std::pow(length, 3) > 2.0 * n * std::pow(chosen->moments.se() / naive, 4);
  }
  if (converged != nullptr) *converged = found;
  return {mean(), chosen->moments.se(), static_cast<double>(chosen->moments.count() - 1)};
}

double Blocking::statistical_inefficiency() const {
  const double naive = count() < 1 ? 0.0 : levels_.front().moments.se();
  if (naive == 0.0) return 1.0;
  const double ratio = estimate().se / naive;
  return ratio * ratio;
}

}  // namespace elbow
