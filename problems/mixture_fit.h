// A Gaussian fitted to a mixture of two: least divergences by quadrature, and what the objectives'
// generators descend.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <string>

#include "math/divergences/f_divergence.h"
#include "problems/checks.h"
#include "problems/critic_outputs.h"
#include "problems/known_pairs.h"

namespace elbow::problems {

/// 0.33 N(-1, 0.065) + 0.67 N(2, 2) (Nowozin et al. 2016, table 3; the narrow variance is the one
/// that gives the published digits).
struct MixtureTarget {
  static constexpr double narrow = 0.065, wide = 2.0;  ///< variances at -1 and at 2
  static constexpr double share = 0.33;                ///< of the narrow component
};
double log_target(double x);

/// N(mean, sd²).
struct Model {
  double mean, sd;
};

/// A divergence of the mixture from a model.
using Divergence = std::function<double(Model)>;

/// D_f of the mixture from a Gaussian; a huge number where it overflows (far from the optimum).
double divergence(const FDivergence& f, Model m);

/// The least of a coarse table over mean and sd, then by simplex: some divergences have local
/// minima.
Model fitted(const Divergence& divergence);

/// ∇D_f = −E_q f*(T*) ∇ln q in (mean, sd): the generator's gradient at the optimal T, which shares
/// no part with the integral of the divergence itself.
std::array<double, 2> conjugate_gradient(const FDivergence& f, Model m);

/// An optimum by its value and by the vanishing gradient.
void check_optimum(const Checks& checks, const FDivergence& f, Model m);

/// The variational form at the optimal T: E_p T − E_q f*(T) = D_f, and below it for another T.
void check_variational(const Checks& checks, const FDivergence& f, Model m);

/// Mixture and model on nodes, with panels that end where they cross.
KnownPair mixture_pair(Model m);

/// What an objective's generator descends at the optimal critic: for any generator loss g(l*(u)),
/// the f-divergence with f(u) − u f'(u) = g(l*(u)). By name, with default parameters.
const std::map<std::string, Divergence>& generator_divergences();

/// Where the objective's generator gradient at the optimal critic vanishes, against an optimum.
void check_learned(const Checks& checks, const Adversary& objective, Model optimum);

}  // namespace elbow::problems
