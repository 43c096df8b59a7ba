// Pairs of normal laws on the nodes of a quadrature rule, and what is known of the adversarial
// objectives between them.
#pragma once

#include "math/tensor.h"

#include <array>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace elbow::problems {

/// Nodes and weights [n] float64 of a composite Gauss-Legendre rule, 20 nodes between neighbours
/// of the ascending edges.
struct Rule {
  Tensor x, weight;
};
Rule composite_rule(const std::vector<double>& edges);

/// Two laws on the nodes of one rule. p and q carry the weights of the nodes.
struct KnownPair {
  Tensor points;   ///< [n, D] float64
  Tensor p, q, r;  ///< [n]; r = ln p - ln q of the densities
};

/// p = N(0, 1) against q = N(mean, sd²).
KnownPair normal_pair(double mean, double sd);

/// N(mean, L Lᵀ) in the plane.
struct PlaneNormal {
  std::array<double, 2> mean{};
  std::array<double, 3> root{1.0, 0.0, 1.0};  ///< L: first row, second row
};
/// p = N(0, I) against q in the plane, by the product of two rules.
KnownPair plane_pair(const PlaneNormal& q);

/// ln N(x; mean, sd²) of each x [n].
Tensor log_normal(const Tensor& x, double mean, double sd);

double total(const Tensor& t);

/// Divergences on the nodes, from their definitions.
double jensen_shannon(const KnownPair& d);
double total_variation(const KnownPair& d);
double le_cam(const KnownPair& d);
double reverse_kl(const KnownPair& d);
double kl_from_middle(const KnownPair& d);  ///< KL(p‖m), m = (p + q)/2

/// Closed forms for an objective with its default parameters.
struct KnownObjective {
  std::function<Tensor(const Tensor& r)> critic;               ///< optimal output
  std::function<double(const KnownPair&)> discriminator_loss;  ///< L_D at it
  /// What the generator descends at the optimal critic, up to a constant. For any generator loss
  /// E_q g(l*(p/q)) that is D_f with f(u) − u f'(u) = g(l*(u)).
  std::function<double(const KnownPair&)> generator_divergence;
  /// L_D of a critic l above its least value, at each node without the weight (p + q).
  std::function<Tensor(const Tensor& r, const Tensor& l)> regret;
  /// Least c with Var_p ∂L_D <= c ∂²L_D in the critic's parameters; 0: the loss has no curvature.
  double score_variance = 0.0;
};
const std::map<std::string, KnownObjective>& known_objectives();

}  // namespace elbow::problems
