#include "training/generators.h"

#include "math/torch_compat.h"

namespace elbow {
namespace {

std::uint64_t splitmix64(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

std::uint64_t fnv1a(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : text) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  }
  return hash;
}

}  // namespace

std::uint64_t derive_seed(std::uint64_t seed, std::string_view name) {
  return splitmix64(splitmix64(seed) ^ fnv1a(name));
}

at::Generator& Generators::at(const std::string& name) {
  const auto found = generators_.find(name);
  if (found != generators_.end()) return found->second;
  return generators_.emplace(name, fresh(name)).first->second;
}

at::Generator Generators::fresh(const std::string& name) const {
  return make_generator(seed(name));
}

std::map<std::string, Tensor> Generators::state() const {
  std::map<std::string, Tensor> all;
  for (const auto& [name, generator] : generators_) all[name] = generator.get_state();
  return all;
}

void Generators::restore(const std::map<std::string, Tensor>& state) {
  for (const auto& [name, tensor] : state) at(name).set_state(tensor);
}

}  // namespace elbow
