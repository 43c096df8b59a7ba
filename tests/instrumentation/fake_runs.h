// Runs and records as a VAE and a GAN would make them, without a model.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>

#include "core/record.h"

namespace elbow::testing {

inline TermSpec term(const std::string& name, const std::string& symbol, const std::string& sign) {
  TermSpec spec;
  spec.name = name;
  spec.symbol = symbol;
  spec.latex = symbol;
  spec.unit = "nats";
  spec.sign = sign;
  spec.reduction = "mean over the batch";
  spec.estimator = "closed form";
  spec.meaning = "Meaning of " + name + ".";
  spec.reference = "A paper";
  return spec;
}

inline IdentitySpec identity(const std::string& id, IdentityKind kind,
                             std::function<std::optional<Sides>(const Values&)> sides) {
  IdentitySpec spec;
  spec.id = id;
  spec.kind = kind;
  spec.statement = "statement of " + id;
  spec.sides = std::move(sides);
  return spec;
}

/// elbo = reconstruction - kl, and a statistical identity about `mc`.
inline RunInfo vae_run() {
  RunInfo info;
  info.name = "fake-vae";
  info.family = "vae";
  info.objective = "elbo";
  info.total_steps = 1000;
  Spec spec;
  spec.name = "elbo";
  spec.source = "objectives/vae/elbo.cpp";
  spec.terms = {term("loss", "L", "±"), term("elbo", "ELBO", "±"),
                term("elbo/reconstruction", "E_q ln p(x|z)", "±"), term("elbo/kl", "KL(q‖p)", "+"),
                term("kl/dim/*", "KLⱼ", "+")};
  spec.identities = {
      identity("E1", IdentityKind::exact,
               [](const Values& v) -> std::optional<Sides> {
                 if (!v.contains("elbo")) return std::nullopt;
                 const double rec = v["elbo/reconstruction"], kl = v["elbo/kl"];
                 return Sides{v["elbo"], rec - kl, 0.0, std::max(std::abs(rec), std::abs(kl))};
               }),
      identity("S1", IdentityKind::statistical, [](const Values& v) -> std::optional<Sides> {
        if (!v.contains("mc")) return std::nullopt;
        return Sides{v.at("mc").mean, 0.0, v.at("mc").se, 1.0};
      })};
  info.specs = {spec};
  info.terms = {term("mc", "mc", "±"), term("learning_rate/*", "η", "+")};
  return info;
}

inline StepRecord vae_record(std::int64_t step, double reconstruction = -81.8, double kl = 21.4,
                             double beta = 1.0) {
  StepRecord record;
  record.step = step;
  record.epoch = static_cast<double>(step) / 500.0;
  record.wall = static_cast<double>(step) * 0.01;
  record.samples_per_second = 41300.0;
  record.values.set("elbo/reconstruction", Moments{reconstruction, 1.5, 128});
  record.values.set("elbo/kl", Moments{kl, 0.25, 128});
  record.values.set("elbo", Moments{reconstruction - kl, 1.25, 128});
  record.values.set("loss", -reconstruction + beta * kl);
  record.values.set_weight("model", "elbo/reconstruction", -1.0);
  record.values.set_weight("model", "elbo/kl", beta);
  return record;
}

inline RunInfo gan_run() {
  RunInfo info;
  info.name = "fake-gan";
  info.family = "gan";
  info.objective = "non_saturating";
  info.total_steps = 1000;
  Spec spec;
  spec.name = "non_saturating";
  spec.source = "objectives/gan/non_saturating.cpp";
  spec.terms = {term("loss/discriminator", "L_D", "+"),
                term("loss/generator", "L_G", "+"),
                term("loss/discriminator/real", "−ln D(x)", "+"),
                term("loss/discriminator/fake", "−ln(1 − D(G(z)))", "+"),
                term("loss/generator/fake", "−ln D(G(z))", "+"),
                term("probability/real", "D(x)", "+"),
                term("probability/fake", "D(G(z))", "+")};
  spec.terms[0].equilibrium = 2.0 * std::log(2.0);
  spec.terms[1].equilibrium = std::log(2.0);
  for (const std::size_t i : {std::size_t{5}, std::size_t{6}}) {
    spec.terms[i].minimum = 0.0;
    spec.terms[i].maximum = 1.0;
  }
  Spec penalty;
  penalty.kind = SpecKind::penalty;
  penalty.name = "r1";
  penalty.source = "objectives/penalties/r1.cpp";
  penalty.terms = {term("penalty/r1", "R₁", "+")};
  info.specs = {spec, penalty};
  return info;
}

inline StepRecord gan_record(std::int64_t step, double real = 0.61, double fake = 0.661,
                             double generator = 0.812) {
  StepRecord record;
  record.step = step;
  record.values.set("loss/discriminator/real", Moments{real, 0.01, 64});
  record.values.set("loss/discriminator/fake", Moments{fake, 0.01, 64});
  record.values.set("loss/discriminator", real + fake);
  record.values.set("loss/generator/fake", Moments{generator, 0.01, 64});
  record.values.set("loss/generator", generator);
  record.values.set("probability/real", Moments{0.61, 0.01, 64});
  record.values.set("probability/fake", Moments{0.39, 0.01, 64});
  record.values.set_weight("discriminator", "loss/discriminator/real", 1.0);
  record.values.set_weight("discriminator", "loss/discriminator/fake", 1.0);
  record.values.set_weight("generator", "loss/generator/fake", 1.0);
  return record;
}

}  // namespace elbow::testing
