// Named random generators: every draw of a run comes from one of them, seeded from run.seed.
#pragma once

#include "math/tensor.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace elbow {

/// Seed of the generator `name` of a run: splitmix64(splitmix64(seed) xor FNV-1a-64(name)).
/// Names give unrelated streams, and a new name never moves the draws of an old one.
std::uint64_t derive_seed(std::uint64_t seed, std::string_view name);

/// The generators of one run, made when first asked for: init (weights), latent (z and the noise of
/// the objective), penalty (noise of penalties). `data`, `evaluation` and `probe` are seeds of the
/// batch sampler, of evaluation passes and of instruments, which keep their own state.
class Generators {
 public:
  explicit Generators(std::uint64_t seed) : seed_(seed) {}

  std::uint64_t seed(std::string_view name) const { return derive_seed(seed_, name); }
  /// The generator of that name; references stay valid.
  at::Generator& at(const std::string& name);
  /// A fresh generator in the state that `name` starts with.
  at::Generator fresh(const std::string& name) const;

  /// State of each generator that exists, as uint8 tensors that share nothing with it.
  std::map<std::string, Tensor> state() const;
  void restore(const std::map<std::string, Tensor>& state);

 private:
  std::uint64_t seed_;
  std::map<std::string, at::Generator> generators_;
};

}  // namespace elbow
