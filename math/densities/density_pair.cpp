#include "math/densities/density_pair.h"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <typeinfo>
#include <utility>

#include "core/error.h"
#include "math/densities/families.h"

namespace elbow {
namespace {

using Weighted = std::pair<double, DensityPtr>;

DensityPtr unowned(const Density& density) { return {DensityPtr(), &density}; }

void flatten(double weight, const DensityPtr& density, std::vector<Weighted>& parts) {
  if (density->components().empty()) {
    parts.emplace_back(weight, density);
    return;
  }
  for (const auto& [share, component] : density->components())
    flatten(weight * share, component, parts);
}

std::vector<Weighted> merged_parts(const Density& density) {
  std::vector<Weighted> all, merged;
  flatten(1.0, unowned(density), all);
  std::vector<std::string> names;
  for (const auto& [weight, component] : all) {
    const std::string name = component->expression();
    const auto at = std::find(names.begin(), names.end(), name);
    if (at == names.end()) {
      names.push_back(name);
      merged.emplace_back(weight, component);
    } else {
      merged[static_cast<std::size_t>(at - names.begin())].first += weight;
    }
  }
  return merged;
}

std::vector<Weighted> parts_of(const DensityPtr& density) {
  const auto components = density->components();
  if (components.empty()) return {{1.0, density}};
  return {components.begin(), components.end()};
}

// Difference of places and scales in units of the scale, over the axes; infinite between families.
double distance(const Density& a, const Density& b) {
  if (typeid(a) != typeid(b)) return kInfinity;
  double sum = 0.0;
  for (std::int64_t i = 0; i < a.dim(); ++i) {
    const Landmark x = a.landmarks(i)[0], y = b.landmarks(i)[0];
    sum += (std::fabs(x.location - y.location) + std::fabs(x.scale - y.scale)) /
           std::fmin(x.scale, y.scale);
  }
  return sum;
}

std::vector<AlignedPart> align(const std::vector<Weighted>& p, const std::vector<Weighted>& q) {
  std::vector<std::tuple<double, std::size_t, std::size_t>> near;
  for (std::size_t i = 0; i < p.size(); ++i) {
    for (std::size_t j = 0; j < q.size(); ++j) {
      const double d = distance(*p[i].second, *q[j].second);
      if (d < kInfinity) near.emplace_back(d, i, j);
    }
  }
  std::sort(near.begin(), near.end());
  std::vector<bool> used_p(p.size()), used_q(q.size());
  std::vector<AlignedPart> parts;
  for (const auto& [d, i, j] : near) {
    if (used_p[i] || used_q[j]) continue;
    AlignedPart part{p[i].second, q[j].second, p[i].first, q[j].first};
    part.log_ratio = part.p->log_ratio_to(*part.q);
    if (!part.log_ratio) continue;
    if (part.p->dim() == 1) part.cdf_difference = part.p->cdf_difference_to(*part.q);
    used_p[i] = used_q[j] = true;
    parts.push_back(std::move(part));
  }
  for (std::size_t i = 0; i < p.size(); ++i)
    if (!used_p[i]) parts.push_back({p[i].second, nullptr, p[i].first, 0.0});
  for (std::size_t j = 0; j < q.size(); ++j)
    if (!used_q[j]) parts.push_back({nullptr, q[j].second, 0.0, q[j].first});
  // The heaviest part has what is missing to a sum of 0: 1 - 0.999999999 has few digits.
  std::size_t heaviest = 0;
  double sum = 0.0;
  for (std::size_t k = 0; k < parts.size(); ++k) {
    parts[k].weight_difference = parts[k].weight_p - parts[k].weight_q;
    sum += parts[k].weight_difference;
    if (parts[k].weight_p + parts[k].weight_q >
        parts[heaviest].weight_p + parts[heaviest].weight_q) {
      heaviest = k;
    }
  }
  if (parts[heaviest].p && parts[heaviest].q) {
    double others = 0.0;
    for (std::size_t k = 0; k < parts.size(); ++k)
      if (k != heaviest) others += parts[k].weight_difference;
    parts[heaviest].weight_difference = -others;
  }
  return parts;
}

// A multiple of a power of two, so that subtracting it is exact for parameters near it.
double common_offset(const Density& p, const Density& q, std::int64_t axis) {
  double low = kInfinity, high = -kInfinity, scale = 0.0;
  for (const Density* density : {&p, &q}) {
    for (const Landmark& mark : density->landmarks(axis)) {
      low = std::fmin(low, mark.location);
      high = std::fmax(high, mark.location);
      scale = std::fmax(scale, mark.scale);
    }
  }
  const double middle = low + 0.5 * (high - low), extent = high - low + scale;
  if (!(std::fabs(middle) > 64.0 * extent)) return 0.0;
  const double grain = std::ldexp(1.0, std::ilogb(extent) + 4);
  return std::round(middle / grain) * grain;
}

double share(double log_value, double log_whole) { return std::exp(log_value - log_whole); }

}  // namespace

DensityPtr simplified(const Density& density) {
  auto parts = merged_parts(density);
  if (parts.size() == 1) return parts[0].second;
  return make_mixture(std::move(parts));
}

bool same_law(const Density& p, const Density& q) {
  if (p.dim() != q.dim()) return false;
  auto a = parts_of(unowned(p)), b = parts_of(unowned(q));
  if (a.size() != b.size()) return false;
  const auto by_name = [](const Weighted& x, const Weighted& y) {
    return x.second->expression() < y.second->expression();
  };
  std::sort(a.begin(), a.end(), by_name);
  std::sort(b.begin(), b.end(), by_name);
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i].second->expression() != b[i].second->expression()) return false;
    if (!(std::fabs(a[i].first - b[i].first) <= 1e-15)) return false;
  }
  return true;
}

DensityPair::DensityPair(const Density& p, const Density& q)
    : p_(simplified(p)), q_(simplified(q)) {
  if (p.dim() != q.dim()) {
    throw Error("error: the two densities have different dimensions, " + std::to_string(p.dim()) +
                " and " + std::to_string(q.dim()) + ".");
  }
  std::vector<double> offset;
  for (std::int64_t i = 0; i < p.dim(); ++i) offset.push_back(common_offset(p, q, i));
  if (std::any_of(offset.begin(), offset.end(), [](double c) { return c != 0.0; })) {
    p_ = p_->shifted(offset);
    q_ = q_->shifted(offset);
  }
  parts_ = align(parts_of(p_), parts_of(q_));
  // A difference of two weights has the rounding of the weights as they were written.
  constexpr double kRounding = 4e-15, kWeights = 1.2e-16;
  double unlike = 0.0, weights = 0.0;
  for (const AlignedPart& part : parts_) {
    if (!part.p || !part.q) {
      unlike += part.weight_p + part.weight_q;
      continue;
    }
    if (part.weight_difference == 0.0 && parts_.size() == 1) continue;
    unlike += std::fabs(part.weight_difference) +
              part.weight_q * std::fmin(distance(*part.p, *part.q), 1.0);
    if (part.weight_difference != 0.0) weights += part.weight_p + part.weight_q;
  }
  const bool all_matched = std::all_of(parts_.begin(), parts_.end(),
                                       [](const AlignedPart& part) { return part.p && part.q; });
  noise_ = kRounding * std::fmin(unlike, 1.0) + (all_matched ? kWeights * weights : 0.0);
}

LogPair DensityPair::operator()(std::span<const double> x) const {
  LogPair log{p_->log_density(x), q_->log_density(x), 0.0};
  log.ratio = log.p - log.q;
  if (log.p == -kInfinity || log.q == -kInfinity) return log;
  if (parts_.size() == 1) {
    log.ratio = parts_[0].log_ratio(x);
    return log;
  }
  constexpr double kNear = 0.3;
  if (!(std::fabs(log.ratio) < kNear)) return log;
  double relative = 0.0;  // p/q - 1
  for (const AlignedPart& part : parts_) {
    const double a = part.p ? part.p->log_density(x) : -kInfinity;
    const double b = part.q ? part.q->log_density(x) : -kInfinity;
    if (a == -kInfinity || b == -kInfinity) {
      relative += part.weight_p * share(a, log.q) - part.weight_q * share(b, log.q);
      continue;
    }
    const double r = part.log_ratio(x);
    const double change =
        r < 0.7 ? share(b, log.q) * std::expm1(r) : share(a, log.q) - share(b, log.q);
    relative += part.weight_difference * share(a, log.q) + part.weight_q * change;
  }
  log.ratio = std::log1p(relative);
  return log;
}

double DensityPair::cdf_difference(double x) const {
  const bool lower = p_->cdf(x) < 0.5;
  double sum = 0.0;
  for (const AlignedPart& part : parts_) {
    const Density& one = part.p ? *part.p : *part.q;
    const double tail = lower ? one.cdf(x) : -one.survival(x);
    if (!part.p || !part.q) {
      sum += part.weight_difference * tail;
    } else {
      if (part.weight_difference != 0.0) sum += part.weight_difference * tail;
      sum += part.weight_q * part.cdf_difference(x);
    }
  }
  return sum;
}

}  // namespace elbow
