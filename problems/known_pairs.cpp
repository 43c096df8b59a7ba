#include "problems/known_pairs.h"

#include <ATen/ops/clamp.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/sign.h>
#include <ATen/ops/softplus.h>
#include <ATen/ops/stack.h>

#include <algorithm>
#include <boost/math/quadrature/gauss.hpp>
#include <cmath>
#include <cstdint>
#include <vector>

#include "math/numeric.h"

namespace elbow::problems {
namespace {

/// Panels of a half from -14 to 16, with edges at the crossings of the densities.
Rule rule_with(const std::vector<double>& crossings) {
  std::vector<double> edges;
  for (double e = -14.0; e <= 16.0; e += 0.5) edges.push_back(e);
  edges.insert(edges.end(), crossings.begin(), crossings.end());
  std::sort(edges.begin(), edges.end());
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  return composite_rule(edges);
}

/// |p − q| |l − l*| / (p + q) inside the margins, and the slope of the loss beyond them.
Tensor hinge_regret(const Tensor& r, const Tensor& l) {
  const Tensor share = at::sigmoid(r);  // p / (p + q)
  const Tensor inside = at::clamp(l, -1.0, 1.0);
  const Tensor beyond = (1.0 - share) * at::relu(l - 1.0) + share * at::relu(-l - 1.0);
  return (2.0 * share - 1.0).abs() * (inside - at::sign(r)).abs() + beyond;
}

}  // namespace

Rule composite_rule(const std::vector<double>& edges) {
  using Gauss = boost::math::quadrature::gauss<double, 20>;
  std::vector<double> x, w;
  for (std::size_t i = 0; i + 1 < edges.size(); ++i) {
    const double centre = 0.5 * (edges[i] + edges[i + 1]), half = 0.5 * (edges[i + 1] - edges[i]);
    for (std::size_t k = 0; k < Gauss::abscissa().size(); ++k)
      for (const double side : {-1.0, 1.0}) {
        x.push_back(centre + side * half * Gauss::abscissa()[k]);
        w.push_back(half * Gauss::weights()[k]);
      }
  }
  const auto n = static_cast<std::int64_t>(x.size());
  Rule rule{at::empty({n}, at::kDouble), at::empty({n}, at::kDouble)};
  std::copy(x.begin(), x.end(), rule.x.data_ptr<double>());
  std::copy(w.begin(), w.end(), rule.weight.data_ptr<double>());
  return rule;
}

Tensor log_normal(const Tensor& x, double mean, double sd) {
  return -0.5 * ((x - mean) / sd).square() - std::log(sd) - 0.5 * kLn2Pi;
}

KnownPair normal_pair(double mean, double sd) {
  // Where ln p = ln q.
  std::vector<double> crossings;
  const double a = 0.5 / (sd * sd) - 0.5, b = -mean / (sd * sd),
               c = 0.5 * mean * mean / (sd * sd) + std::log(sd);
  if (std::abs(a) < 1e-12) {
    if (b != 0.0) crossings.push_back(-c / b);
  } else if (const double d = b * b - 4.0 * a * c; d > 0.0) {
    crossings = {(-b - std::sqrt(d)) / (2.0 * a), (-b + std::sqrt(d)) / (2.0 * a)};
  }
  const Rule rule = rule_with(crossings);
  const Tensor log_p = log_normal(rule.x, 0.0, 1.0), log_q = log_normal(rule.x, mean, sd);
  return {rule.x.unsqueeze(1), rule.weight * log_p.exp(), rule.weight * log_q.exp(), log_p - log_q};
}

KnownPair plane_pair(const PlaneNormal& q) {
  std::vector<double> edges;
  for (double e = -9.0; e <= 11.0; e += 2.0) edges.push_back(e);
  const Rule rule = composite_rule(edges);
  const std::int64_t n = rule.x.size(0);
  const Tensor x = rule.x.unsqueeze(1).expand({n, n}).flatten();
  const Tensor y = rule.x.unsqueeze(0).expand({n, n}).flatten();
  const Tensor weight = rule.weight.unsqueeze(1).matmul(rule.weight.unsqueeze(0)).flatten();
  const Tensor u = (x - q.mean[0]) / q.root[0];
  const Tensor v = (y - q.mean[1] - q.root[1] * u) / q.root[2];
  const Tensor log_p = log_normal(x, 0.0, 1.0) + log_normal(y, 0.0, 1.0);
  const Tensor log_q =
      log_normal(u, 0.0, 1.0) + log_normal(v, 0.0, 1.0) - std::log(q.root[0] * q.root[2]);
  return {at::stack({x, y}, 1), weight * log_p.exp(), weight * log_q.exp(), log_p - log_q};
}

double total(const Tensor& t) { return t.sum().item<double>(); }

double kl_from_middle(const KnownPair& d) { return total(d.p * (kLn2 - at::softplus(-d.r))); }
double jensen_shannon(const KnownPair& d) {
  return 0.5 * (kl_from_middle(d) + total(d.q * (kLn2 - at::softplus(d.r))));
}
double total_variation(const KnownPair& d) { return 0.5 * total((d.p - d.q).abs()); }
double le_cam(const KnownPair& d) { return total((d.p - d.q).square() / (d.p + d.q)); }
double reverse_kl(const KnownPair& d) { return -total(d.q * d.r); }

const std::map<std::string, KnownObjective>& known_objectives() {
  static const auto identity = [](const Tensor& r) { return r; };
  static const auto cross_entropy = [](const KnownPair& d) {
    return 2.0 * kLn2 - 2.0 * jensen_shannon(d);
  };
  // KL of the coins with logits r and l: the Bregman divergence of softplus.
  static const auto coins = [](const Tensor& r, const Tensor& l) {
    return at::softplus(l) - at::softplus(r) - at::sigmoid(r) * (l - r);
  };
  // Cross entropy: the score's second moment under p and q together is the curvature. Least
  // squares: p (1 − D)² = (p + q) D (1 − D)² <= 4/27 (p + q).
  static const std::map<std::string, KnownObjective> known = {
      {"minimax",
       {identity, cross_entropy, [](const KnownPair& d) { return 2.0 * jensen_shannon(d); }, coins,
        1.0}},
      {"non_saturating",
       {identity, cross_entropy,
        [](const KnownPair& d) { return reverse_kl(d) - 2.0 * jensen_shannon(d); }, coins, 1.0}},
      {"hinge",
       {[](const Tensor& r) { return at::sign(r); },
        [](const KnownPair& d) { return 2.0 * (1.0 - total_variation(d)); },
        [](const KnownPair& d) { return 2.0 * total_variation(d); }, hinge_regret}},
      {"least_squares",
       {[](const Tensor& r) { return at::sigmoid(r); },
        [](const KnownPair& d) { return 0.25 - le_cam(d) / 8.0; },
        [](const KnownPair& d) { return kl_from_middle(d) - le_cam(d) / 8.0; },
        [](const Tensor& r, const Tensor& l) { return 0.5 * (l - at::sigmoid(r)).square(); },
        4.0 / 27.0}}};
  return known;
}

}  // namespace elbow::problems
