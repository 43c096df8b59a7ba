#include "problems/tiny_world.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/zeros.h>

#include <cmath>

#include "core/error.h"
#include "math/torch_compat.h"

namespace elbow::problems {

Tensor fixed_numbers(std::int64_t rows, std::int64_t columns, int salt, at::ScalarType type) {
  Tensor t = at::empty({rows, columns}, at::kDouble);
  double* values = t.data_ptr<double>();
  for (std::int64_t i = 0; i < t.numel(); ++i)
    values[i] = std::sin(12.9898 * static_cast<double>(i + 1) + 78.233 * salt);
  return t.to(type);
}

TinyNetwork::TinyNetwork(const std::vector<std::int64_t>& sizes, int salt, at::ScalarType type) {
  for (std::size_t i = 0; i + 1 < sizes.size(); ++i) {
    const std::string index = std::to_string(i);
    add_parameter(index + ".weight",
                  0.7 * fixed_numbers(sizes[i + 1], sizes[i], salt + static_cast<int>(i), type));
    add_parameter(index + ".bias", at::zeros({sizes[i + 1]}, type));
  }
}

Tensor TinyNetwork::forward(const Tensor& input, Mode) {
  Tensor h = input;
  for (std::size_t i = 0; i < parameters_.size(); i += 2) {
    if (i > 0) h = h.tanh();
    h = h.matmul(parameters_[i].tensor.t()) + parameters_[i + 1].tensor;
  }
  return h;
}

FunctionNetwork::FunctionNetwork(std::function<Tensor(const Tensor&)> function, at::ScalarType type)
    : function_(std::move(function)) {
  add_parameter("unused", at::zeros({1}, type));
}

Parameters parameters_of(const Spec& spec, const std::map<std::string, Value>& values) {
  std::map<std::string, Value> all;
  for (const ParameterSpec& p : spec.parameters) all[p.name] = p.default_value;
  for (const auto& [key, value] : values) {
    if (all.count(key) == 0) throw Error(spec.name + " has no parameter " + key);
    all[key] = value;
  }
  return Parameters(all);
}

World World::vae(const Choice& objective, const Choice& likelihood, at::ScalarType type) {
  World w;
  w.latent = make_generator(17);
  w.batch.x = fixed_numbers(kBatch, kPixels, 5, type);
  if (likelihood.name == "bernoulli") w.batch.x = (w.batch.x > 0).to(type);
  const LikelihoodEntry& chosen = likelihood_entry(likelihood.name);
  w.likelihood = chosen.create(parameters_of(chosen.spec, likelihood.parameters), kPixels);
  w.networks.add("encoder", std::make_shared<TinyNetwork>(
                                std::vector<std::int64_t>{kPixels, 8, 2 * kLatent}, 1, type));
  w.networks.add("decoder", std::make_shared<TinyNetwork>(
                                std::vector<std::int64_t>{kLatent, 8, kPixels}, 2, type));
  if (w.likelihood->network()) w.networks.add("likelihood", w.likelihood->network());
  const ObjectiveEntry& entry = objective_entry(objective.name);
  w.objective = entry.create(parameters_of(entry.spec, objective.parameters),
                             {.likelihood = w.likelihood, .latent = kLatent, .data_dim = kPixels});
  return w;
}

World World::gan(std::unique_ptr<Objective> objective, at::ScalarType type) {
  World w;
  w.latent = make_generator(17);
  w.batch.x = fixed_numbers(kBatch, kPixels, 5, type);
  w.networks.add("generator", std::make_shared<TinyNetwork>(
                                  std::vector<std::int64_t>{kLatent, 8, kPixels}, 3, type));
  w.networks.add("discriminator",
                 std::make_shared<TinyNetwork>(std::vector<std::int64_t>{kPixels, 8, 1}, 4, type));
  w.objective = std::move(objective);
  return w;
}

World World::gan(const Choice& objective, at::ScalarType type) {
  const ObjectiveEntry& entry = objective_entry(objective.name);
  return gan(entry.create(parameters_of(entry.spec, objective.parameters),
                          {.likelihood = nullptr, .latent = kLatent, .data_dim = kPixels}),
             type);
}

World World::outputs(const Choice& objective, const Tensor& real, const Tensor& fake) {
  const auto type = real.scalar_type();
  World w = gan(objective, type);
  w.batch.x = real.unsqueeze(1);
  w.networks = Networks();
  w.networks.add("generator", std::make_shared<FunctionNetwork>(
                                  [fake](const Tensor&) { return fake.unsqueeze(1); }, type));
  w.networks.add("discriminator",
                 std::make_shared<FunctionNetwork>([](const Tensor& x) { return x; }, type));
  return w;
}

World World::two_normals(const Choice& objective, std::function<Tensor(const Tensor&)> critic,
                         std::int64_t count) {
  World w = gan(objective, at::kDouble);
  at::Generator data = make_generator(23);
  w.batch.x = at::randn({count, 1}, data, at::kDouble);
  w.batch_size = count;
  w.networks = Networks();
  w.networks.add("generator",
                 std::make_shared<FunctionNetwork>(
                     [](const Tensor& z) { return z.narrow(1, 0, 1) + 1.0; }, at::kDouble));
  w.networks.add("discriminator",
                 std::make_shared<FunctionNetwork>(std::move(critic), at::kDouble));
  return w;
}

World World::of(const std::string& objective, at::ScalarType type) {
  return objective_entry(objective).spec.family == "vae" ? vae(objective, "bernoulli", type)
                                                         : gan(objective, type);
}

Context World::context(Mode mode, bool instruments, std::int64_t step) {
  return {.networks = networks,
          .batch = batch,
          .latent = latent,
          .batch_size = batch_size,
          .step = step,
          .mode = mode,
          .instruments = instruments};
}

Phase World::phase(const std::string& name) const {
  for (const Phase& p : objective->phases())
    if (p.name == name) return p;
  throw Error("no phase " + name);
}

Evaluation World::evaluate(const std::string& name, Mode mode, bool instruments,
                           std::int64_t step) {
  return objective->evaluate(phase(name), context(mode, instruments, step));
}

std::vector<Tensor> World::parameters(const std::string& network) const {
  std::vector<Tensor> tensors;
  for (const NamedTensor& p : networks.at(network).parameters()) tensors.push_back(p.tensor);
  return tensors;
}

std::vector<Tensor> World::parameters(const Phase& phase) const {
  std::vector<Tensor> tensors;
  for (const std::string& network : phase.networks)
    for (const Tensor& p : parameters(network)) tensors.push_back(p);
  return tensors;
}

}  // namespace elbow::problems
