// What the objectives with a planted mistake share: the bound of a VAE, whose KL or loss one line
// spoils.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "objectives/registry.h"
#include "objectives/vae_forward.h"
#include "objectives/vae_specs.h"

namespace elbow::testing {

/// The loss from the forward pass, which may be spoilt before the terms are made from it.
using PlantedLoss = std::function<Tensor(VaeForward&)>;

class PlantedObjective : public Objective {
 public:
  PlantedObjective(const Build& build, PlantedLoss loss)
      : likelihood_(build.likelihood), latent_(build.latent), loss_(std::move(loss)) {}
  std::vector<Phase> phases() const override { return vae_phases(*likelihood_); }
  Evaluation evaluate(const Phase&, const Context& context) override {
    VaeForward f = vae_forward(context, *likelihood_, latent_, GradientEstimator::pathwise);
    const Tensor loss = loss_(f);
    return {.terms = vae_terms(f, context, *likelihood_, 1.0), .loss = loss};
  }

 private:
  std::shared_ptr<Likelihood> likelihood_;
  std::int64_t latent_;
  PlantedLoss loss_;
};

inline ObjectiveEntry planted_objective(const std::string& name, PlantedLoss loss) {
  ObjectiveEntry result;
  result.spec.name = name;
  result.spec.family = "vae";
  result.spec.summary = "the bound with a planted mistake";
  result.spec.terms = vae_term_specs();
  result.spec.identities = vae_identities();
  result.create = [loss = std::move(loss)](const Parameters&, const Build& build) {
    return std::make_unique<PlantedObjective>(build, loss);
  };
  return result;
}

}  // namespace elbow::testing
