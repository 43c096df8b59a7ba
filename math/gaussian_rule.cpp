#include "math/gaussian_rule.h"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <utility>

#include "core/error.h"

namespace elbow {
namespace {

constexpr double kReach = 5.5;  // standard deviations

struct Whitened {
  std::vector<double> nodes, weights;  // [n, d], [n]
};

Whitened standard_normal(std::int64_t dim, double step) {
  Whitened rule;
  const auto last = static_cast<int>(std::floor(kReach / step));
  const int across = dim == 2 ? last : 0;
  for (int i = -last; i <= last; ++i) {
    for (int j = -across; j <= across; ++j) {
      const double a = i * step, b = j * step, square = a * a + b * b;
      if (square > kReach * kReach) continue;
      rule.nodes.push_back(a);
      if (dim == 2) rule.nodes.push_back(b);
      rule.weights.push_back(std::exp(-0.5 * square));
    }
  }
  const double total = std::accumulate(rule.weights.begin(), rule.weights.end(), 0.0);
  for (double& weight : rule.weights) weight /= total;
  return rule;
}

}  // namespace

ExpectationRule gaussian_rule(const Density& density, double step) {
  const std::int64_t dim = density.dim();
  std::vector<std::pair<double, const Gaussian*>> parts;
  for (const auto& [weight, component] : density.components())
    parts.emplace_back(weight, component->gaussian());
  if (parts.empty()) parts.emplace_back(1.0, density.gaussian());
  for (const auto& part : parts) {
    if (part.second == nullptr || dim > 2) {
      throw Error("gaussian_rule: '" + density.expression() +
                  "' is not a mixture of Gaussians in one or two dimensions.");
    }
  }
  const Whitened unit = standard_normal(dim, step);
  const std::size_t d = static_cast<std::size_t>(dim), n = unit.weights.size();
  std::vector<double> nodes, weights;
  nodes.reserve(parts.size() * n * d);
  for (const auto& [weight, gaussian] : parts) {
    for (std::size_t k = 0; k < n; ++k) {
      for (std::size_t i = 0; i < d; ++i) {
        double x = gaussian->mean[i];
        for (std::size_t j = 0; j <= i; ++j)
          x += gaussian->factor.lower(i, j) * unit.nodes[k * d + j];
        nodes.push_back(x);
      }
      weights.push_back(weight * unit.weights[k]);
    }
  }
  return {Points(std::move(nodes), dim), std::move(weights)};
}

}  // namespace elbow
