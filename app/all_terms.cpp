#include "app/all_terms.h"

#include "instrumentation/probe.h"
#include "objectives/registry.h"
#include "training/trainer.h"

namespace elbow::app {

std::vector<std::pair<TermSpec, const Spec*>> all_terms() {
  std::vector<std::pair<TermSpec, const Spec*>> terms;
  for (const auto& spec : component_specs()) {
    for (const auto& term : spec.terms) terms.emplace_back(term, &spec);
  }
  for (const auto& term : loop_terms()) terms.emplace_back(term, nullptr);
  const std::vector<std::string> networks = {"encoder", "decoder", "likelihood", "generator",
                                             "discriminator"};
  for (const auto& term : probe_terms(networks)) {
    terms.emplace_back(term, nullptr);
  }
  return terms;
}

std::string list_name(SpecKind kind) {
  switch (kind) {
    case SpecKind::objective:
      return "objectives";
    case SpecKind::penalty:
      return "penalties";
    case SpecKind::likelihood:
      return "likelihoods";
    case SpecKind::prior:
      return "priors";
    case SpecKind::dynamics:
      return "dynamics";
  }
  return {};
}

}  // namespace elbow::app
