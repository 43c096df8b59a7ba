// A schema with a few made-up components, so that these tests do not depend on the real ones.
#pragma once

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "core/config/config.h"
#include "core/error.h"

namespace elbow::testing {

inline ParameterSpec parameter(std::string name, ValueType type, Value otherwise,
                               double minimum = -std::numeric_limits<double>::infinity()) {
  ParameterSpec spec;
  spec.name = std::move(name);
  spec.type = type;
  spec.default_value = std::move(otherwise);
  spec.minimum = minimum;
  spec.description = "Number " + spec.name + ".";
  return spec;
}

inline Spec component(SpecKind kind, std::string name, std::string family,
                      std::vector<ParameterSpec> parameters = {}) {
  Spec spec;
  spec.kind = kind;
  spec.name = std::move(name);
  spec.family = std::move(family);
  spec.parameters = std::move(parameters);
  return spec;
}

/// Objectives plain, beta (vae) and duel (gan); penalties r1 (gamma) and bounds (c, required).
inline const Schema& small_schema() {
  static const Schema schema = [] {
    ParameterSpec gradient = parameter("gradient", ValueType::text, "pathwise");
    gradient.choices = {"pathwise", "score"};
    ParameterSpec beta = parameter("beta", ValueType::real, 4, 0.0);
    beta.schedulable = true;
    ParameterSpec value = parameter("value", ValueType::real, 1.0, 0.0);
    value.minimum_excluded = true;
    value.schedulable = true;
    const std::vector<Spec> components = {
        component(SpecKind::objective, "plain", "vae", {gradient}),
        component(SpecKind::objective, "beta", "vae", {gradient, beta}),
        component(SpecKind::objective, "duel", "gan"),
        component(SpecKind::likelihood, "bernoulli", "vae"),
        component(SpecKind::likelihood, "gaussian", "vae", {value}),
        component(SpecKind::prior, "standard_normal", "vae"),
        component(SpecKind::penalty, "r1", "gan", {parameter("gamma", ValueType::real, 1.0, 0.0)}),
        component(SpecKind::penalty, "bounds", "gan",
                  {parameter("c", ValueType::real, {}, 0.0),
                   parameter("levels", ValueType::reals, ValueList{1, 0.5}),
                   parameter("strict", ValueType::boolean, false)}),
        component(SpecKind::dynamics, "alternating", "gan",
                  {parameter("discriminator_steps", ValueType::integer, 1, 1.0),
                   parameter("generator_steps", ValueType::integer, 1, 1.0)}),
    };
    return make_schema(components);
  }();
  return schema;
}

inline Config parse(const std::string& text, const std::vector<std::string>& overrides = {}) {
  return parse_config(small_schema(), text, "c.toml", overrides);
}

/// The smallest configs that are right.
inline const std::string kVae = "objective.name = \"plain\"\nrun.steps = 1\n";
inline const std::string kGan = "objective.name = \"duel\"\nrun.steps = 1\n";

/// The report, or "" when `f` does not throw. Fails unless the exit code is that of a usage error.
template <typename F>
std::string report_of(const F& f) {
  try {
    f();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
    return error.what();
  }
  return "";
}

inline std::string report(const std::string& text, const std::vector<std::string>& overrides = {}) {
  return report_of([&] { parse(text, overrides); });
}

}  // namespace elbow::testing
