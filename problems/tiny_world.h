// Tiny networks, data and components on which objectives are evaluated: deterministic, in float or
// double.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "objectives/registry.h"

namespace elbow::problems {

/// tanh network with weights from a fixed formula; smooth, so that finite differences apply.
class TinyNetwork : public Network {
 public:
  TinyNetwork(const std::vector<std::int64_t>& sizes, int salt, at::ScalarType type);
  Tensor forward(const Tensor& input, Mode mode) override;
  std::string describe() const override { return "tiny"; }
};

/// Any function of the input as a network; its only parameter is an unused number.
class FunctionNetwork : public Network {
 public:
  FunctionNetwork(std::function<Tensor(const Tensor&)> function, at::ScalarType type);
  Tensor forward(const Tensor& input, Mode) override { return function_(input); }
  std::string describe() const override { return "function"; }

 private:
  std::function<Tensor(const Tensor&)> function_;
};

/// The defaults of a spec with some values replaced.
Parameters parameters_of(const Spec& spec, const std::map<std::string, Value>& values = {});

/// [rows, columns] of fixed numbers in (-1, 1), without a generator.
Tensor fixed_numbers(std::int64_t rows, std::int64_t columns, int salt, at::ScalarType type);

struct Choice {
  std::string name;
  std::map<std::string, Value> parameters;
  Choice(const char* n) : name(n) {}
  Choice(std::string n) : name(std::move(n)) {}
  Choice(std::string n, std::map<std::string, Value> p)
      : name(std::move(n)), parameters(std::move(p)) {}
};

/// 12 pixels, 3 latent dimensions, batches of 6; networks of one hidden layer of 8.
struct World {
  static constexpr std::int64_t kPixels = 12, kLatent = 3, kBatch = 6;

  /// A VAE on binary (bernoulli) or real pixels.
  static World vae(const Choice& objective = "elbo", const Choice& likelihood = "bernoulli",
                   at::ScalarType type = at::kFloat);
  /// A GAN on real pixels.
  static World gan(const Choice& objective = "non_saturating", at::ScalarType type = at::kFloat);
  /// A GAN whose objective is given.
  static World gan(std::unique_ptr<Objective> objective, at::ScalarType type = at::kFloat);
  /// A GAN whose discriminator returns these raw outputs, [B] each: on real data, on samples.
  static World outputs(const Choice& objective, const Tensor& real, const Tensor& fake);
  /// p = N(0, 1) against q = N(1, 1) with a fixed critic and `count` samples a side, in double.
  static World two_normals(const Choice& objective, std::function<Tensor(const Tensor&)> critic,
                           std::int64_t count);
  /// What the family of the objective asks for.
  static World of(const std::string& objective, at::ScalarType type = at::kFloat);

  Context context(Mode mode = Mode::train, bool instruments = true, std::int64_t step = 0);
  Evaluation evaluate(const std::string& phase, Mode mode = Mode::train, bool instruments = true,
                      std::int64_t step = 0);
  Phase phase(const std::string& name) const;
  std::vector<Tensor> parameters(const std::string& network) const;
  std::vector<Tensor> parameters(const Phase& phase) const;

  Networks networks;
  Batch batch;
  at::Generator latent;
  std::shared_ptr<Likelihood> likelihood;
  std::unique_ptr<Objective> objective;
  std::int64_t batch_size = kBatch;
};

}  // namespace elbow::problems
