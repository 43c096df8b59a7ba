// The interface of an objective: a batch goes in, named per-sample terms and the scalar that is
// minimised come out. Objectives never log and never step an optimiser.
#pragma once

#include "math/tensor.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/parameters.h"
#include "core/spec.h"
#include "models/network.h"

namespace elbow {

/// One minibatch. x: [B, D], pixels in the range and binarisation of the config.
struct Batch {
  Tensor x;
  Tensor labels;  ///< [B] int64; undefined where the data have none
};

/// One named quantity of one batch, per sample and never pre-weighted.
struct Term {
  std::string name;     ///< one ending in "/*" names a family: row j of `values` is that with j
  Tensor values;        ///< [B], a scalar for a quantity that has no samples, [d, B] for a family
  double weight = 0.0;  ///< the factor with which its batch mean enters the loss; 0: logged only
};

/// A scalar term of weight 0.
Term scalar_term(std::string name, double value);

/// One player's turn inside a step and the networks it updates.
struct Phase {
  std::string name;                   ///< "model"; "discriminator", "generator"
  std::vector<std::string> networks;  ///< updated in this phase; all others are frozen
  bool uses_data = true;              ///< draws a batch of data
};

struct Evaluation {
  std::vector<Term> terms;
  Tensor loss;  ///< scalar, minimised, with graph; written as in the paper, not from `terms`
  std::string loss_key = "loss";  ///< "loss", "loss/discriminator", "loss/generator"
  /// [B, D] detached points for penalties (discriminator phases); else undefined.
  Tensor real = {}, fake = {};
};

/// What an objective may use. It draws noise from `latent` only.
struct Context {
  const Networks& networks;
  const Batch& batch;
  at::Generator& latent;
  std::int64_t batch_size = 0;  ///< for phases without data
  std::int64_t step = 0;        ///< optimiser steps done before this one; schedules are read here
  Mode mode = Mode::train;
  bool instruments = false;  ///< a logged step: also emit terms that only instruments need
};

class Objective {
 public:
  virtual ~Objective() = default;
  virtual std::vector<Phase> phases() const = 0;
  /// Terms and loss of one phase. With instruments off, terms of weight 0 may be left out; the loss
  /// and the draws from `latent` may not depend on it.
  virtual Evaluation evaluate(const Phase& phase, const Context& context) = 0;
  /// Terms of a whole-split evaluation of one batch (validation, test): every phase's terms that
  /// are defined without an update. Default: all phases, instruments on, mode eval.
  virtual std::vector<Evaluation> assess(const Context& context);
};

/// A regulariser of one phase. Weight and paper factor stand in its spec.
class Penalty {
 public:
  virtual ~Penalty() = default;
  virtual std::string phase() const { return "discriminator"; }
  /// Terms to add (first one: the penalty itself, with its weight), and `loss` = weight * mean,
  /// with second-order graph. Undefined loss: nothing to add (a projection). `noise` is its
  /// generator.
  virtual Evaluation evaluate(const Evaluation& phase, const Context& context,
                              at::Generator& noise) = 0;
  /// After the optimiser's step of its phase (weight clipping).
  virtual void project(const Networks&) {}
};

/// log p(x|z) of a decoder's output. `parameters` of its own live in the network "likelihood".
class Likelihood {
 public:
  virtual ~Likelihood() = default;
  /// [B, out] decoder output, [B, D] data -> [B] nats, summed over pixels, with every constant.
  virtual Tensor log_prob(const Tensor& output, const Tensor& x, const Context& context) = 0;
  /// E[x|z]: [B, out] -> [B, D], for pictures.
  virtual Tensor mean(const Tensor& output) const = 0;
  /// x ~ p(x|z): [B, out] -> [B, D], with the parameters that mode eval uses; undefined where it
  /// cannot be sampled.
  virtual Tensor sample(const Tensor& /*output*/, at::Generator&) const { return {}; }
  /// Terms of its own (sigma, saturated pixels) and the loss-translator numbers, scalars.
  virtual std::vector<Term> terms(const Tensor& output, const Tensor& x,
                                  const Context& context) = 0;
  /// Observation variance sigma^2, a scalar, where the likelihood has one (then its spec declares
  /// the term `theta`, which the objective emits since it knows beta); undefined otherwise.
  virtual Tensor variance() const { return {}; }
  /// Its trainable parameters and buffers, or nullptr.
  virtual std::shared_ptr<Network> network() { return nullptr; }
};

/// What a factory gets beside its own parameters.
struct Build {
  std::shared_ptr<Likelihood> likelihood;  ///< VAE families
  std::int64_t latent = 0;                 ///< dimensions of z
  std::int64_t data_dim = 0;               ///< D
};

struct ObjectiveEntry {
  Spec spec;
  std::function<std::unique_ptr<Objective>(const Parameters&, const Build&)> create;
  /// Moves equilibrium values of the spec to these parameters; empty: none depends on them.
  std::function<void(Spec&, const Parameters&)> adapt = {};
  /// Penalties of which one is needed for the game to make sense; empty: none is.
  std::vector<std::string> wants_penalty = {};
};
struct PenaltyEntry {
  Spec spec;
  std::function<std::unique_ptr<Penalty>(const Parameters&)> create;
};
struct LikelihoodEntry {
  Spec spec;
  std::function<std::shared_ptr<Likelihood>(const Parameters&, std::int64_t data_dim)> create;
};

}  // namespace elbow
