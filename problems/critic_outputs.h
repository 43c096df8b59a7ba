// The losses of a registered adversarial objective as functions of the critic's raw output.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "problems/tiny_world.h"

namespace elbow::problems {

/// Per-sample parts of L_D and L_G, as the objective emits them, at outputs l [n].
struct OutputLosses {
  Tensor real, fake, generator;
};
OutputLosses losses_at(const Choice& objective, const Tensor& l);

/// An adversarial objective by name, with its losses as functions of raw outputs: those of the
/// registered one, or others that tests put in their place.
struct Adversary {
  using Losses = std::function<OutputLosses(const Tensor& l)>;
  Adversary(const Choice& objective)
      : name(objective.name), losses([=](const Tensor& l) { return losses_at(objective, l); }) {}
  Adversary(const std::string& n) : Adversary(Choice(n)) {}
  Adversary(const char* n) : Adversary(Choice(n)) {}
  Adversary(std::string n, Losses others) : name(std::move(n)), losses(std::move(others)) {}

  std::string name;
  Losses losses;
};

/// The output l in [-limit, limit] that minimises p real(l) + q fake(l) at each point, by
/// bisection on the sign of the back-propagated slope: the optimal critic as the objective's own
/// losses have it, without a formula. p, q [n] float64, not negative. Needs losses that are convex
/// in l.
Tensor optimal_output(const Adversary& objective, const Tensor& p, const Tensor& q,
                      double limit = 50.0);

/// Sum of weight p real(l) + weight q fake(l): L_D of the critic l by quadrature.
double discriminator_loss(const Adversary& objective, const Tensor& l, const Tensor& p,
                          const Tensor& q);

/// The objectives that have an optimal critic without a constraint on it.
std::vector<std::string> unconstrained_objectives();

}  // namespace elbow::problems
