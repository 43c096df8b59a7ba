// The Dirac-GAN as a game for dynamics: data at 0, model at theta, D(x) = psi x (Mescheder et al.
// 2018), with gradients in closed form and plain gradient descent.
#pragma once

#include <ATen/ops/scalar_tensor.h>

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "objectives/dynamics.h"

namespace elbow::testing {

enum class Dirac { minimax, non_saturating, wasserstein };

class DiracGame : public Game {
 public:
  DiracGame(Dirac kind, double step) : kind_(kind), step_(step) {}

  const std::vector<Phase>& phases() const override { return phases_; }
  Evaluation evaluate(const Phase& phase) override {
    calls.push_back("evaluate " + phase.name);
    return {};
  }
  std::vector<Tensor> gradients(const Phase& phase, const Evaluation&, bool) override {
    calls.push_back("gradients " + phase.name);
    const double t = theta * psi;
    const auto slope = [](double l) { return 1.0 / (1.0 + std::exp(l)); };  // f'(t) = σ(−t)
    double v = 0.0;
    if (phase.name == "discriminator") {
      v = theta * (kind_ == Dirac::wasserstein ? 1.0 : slope(t));
    } else {
      v = -psi * (kind_ == Dirac::wasserstein ? 1.0
                  : kind_ == Dirac::minimax   ? slope(t)
                                              : slope(-t));
    }
    return {at::scalar_tensor(-v, at::kDouble)};
  }
  void apply(const Phase& phase, std::vector<Tensor> g) override {
    calls.push_back("apply " + phase.name);
    (phase.name == "discriminator" ? psi : theta) -= step_ * g.at(0).item<double>();
  }

  double energy() const { return theta * theta + psi * psi; }
  double theta = 1.0, psi = 1.0;
  std::vector<std::string> calls;

 private:
  Dirac kind_;
  double step_;
  std::vector<Phase> phases_{{.name = "discriminator", .networks = {"discriminator"}},
                             {.name = "generator", .networks = {"generator"}}};
};

/// A game of one player.
class SinglePlayer : public Game {
 public:
  const std::vector<Phase>& phases() const override { return phases_; }
  Evaluation evaluate(const Phase&) override { return {}; }
  std::vector<Tensor> gradients(const Phase&, const Evaluation&, bool) override { return {}; }
  void apply(const Phase&, std::vector<Tensor>) override { ++updates; }
  int updates = 0;

 private:
  std::vector<Phase> phases_{{.name = "model", .networks = {"encoder", "decoder"}}};
};

}  // namespace elbow::testing
