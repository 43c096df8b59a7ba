#include "models/network.h"

#include "core/error.h"

namespace elbow {

std::int64_t Network::parameter_count() const {
  std::int64_t count = 0;
  for (const auto& parameter : parameters_) count += parameter.tensor.numel();
  return count;
}

void Network::require_grad(bool on) {
  for (const auto& parameter : parameters_) parameter.tensor.set_requires_grad(on);
}

Tensor& Network::add_parameter(std::string name, Tensor value) {
  if (parameters_.capacity() < 64) parameters_.reserve(64);
  if (parameters_.size() == parameters_.capacity())
    throw Error("A network has 64 tensors at most.");
  value.set_requires_grad(true);
  return parameters_.emplace_back(NamedTensor{std::move(name), std::move(value)}).tensor;
}

Tensor& Network::add_buffer(std::string name, Tensor value) {
  if (buffers_.capacity() < 64) buffers_.reserve(64);
  if (buffers_.size() == buffers_.capacity()) throw Error("A network has 64 buffers at most.");
  return buffers_.emplace_back(NamedTensor{std::move(name), std::move(value)}).tensor;
}

void Networks::add(std::string name, std::shared_ptr<Network> network) {
  if (network == nullptr) throw Error("Network '" + name + "' does not exist.");
  if (contains(name)) throw Error("There are two networks named '" + name + "'.");
  all_.emplace_back(std::move(name), std::move(network));
}

bool Networks::contains(const std::string& name) const {
  for (const auto& entry : all_) {
    if (entry.first == name) return true;
  }
  return false;
}

Network& Networks::at(const std::string& name) const {
  std::string known;
  for (const auto& [key, network] : all_) {
    if (key == name) return *network;
    known += (known.empty() ? "" : ", ") + key;
  }
  throw Error("There is no network named '" + name +
              "'; there are: " + (known.empty() ? "none" : known) + ".");
}

}  // namespace elbow
