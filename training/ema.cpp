#include "training/ema.h"

#include <ATen/ops/clone.h>
#include <ATen/ops/lerp.h>

#include <algorithm>

#include "core/error.h"
#include "math/torch_compat.h"

namespace elbow {

Ema::Ema(const Networks& networks, double decay) : decay_(decay) {
  for (const auto& [network, module] : networks.all()) {
    updates_.emplace_back(network, 0);
    for (const NamedTensor& parameter : module->parameters()) {
      entries_.push_back({.network = network,
                          .name = network + "." + parameter.name,
                          .parameter = parameter.tensor,
                          .average = parameter.tensor.detach().clone()});
    }
  }
}

double Ema::decay_at(std::int64_t k) const {
  const auto n = static_cast<double>(k);
  return std::min(decay_, (1.0 + n) / (10.0 + n));
}

void Ema::update(const std::vector<std::string>& networks) {
  const NoGrad no_grad;
  for (auto& [network, count] : updates_) {
    if (std::find(networks.begin(), networks.end(), network) == networks.end()) continue;
    const double part = 1.0 - decay_at(++count);
    for (Entry& entry : entries_) {
      if (entry.network == network) entry.average.lerp_(entry.parameter, part);
    }
  }
}

std::vector<std::int64_t> Ema::updates() const {
  std::vector<std::int64_t> counts;
  for (const auto& [network, count] : updates_) counts.push_back(count);
  return counts;
}

void Ema::restore_updates(const std::vector<std::int64_t>& updates) {
  if (updates.size() != updates_.size()) {
    throw Error("The checkpoint averages " + std::to_string(updates.size()) +
                " networks, this config " + std::to_string(updates_.size()) + ".");
  }
  for (std::size_t i = 0; i < updates.size(); ++i) updates_[i].second = updates[i];
}

std::vector<NamedTensor> Ema::averages() const {
  std::vector<NamedTensor> all;
  for (const Entry& entry : entries_) all.push_back({entry.name, entry.average});
  return all;
}

void Ema::exchange() {
  for (Entry& entry : entries_) {
    // Swaps the storages and copies nothing; the parameter stays the same leaf of autograd.
    const Tensor weights = entry.parameter.variable_data();
    entry.parameter.set_data(entry.average);
    entry.average = weights;
  }
}

EmaScope::EmaScope(Ema* ema) : ema_(ema) {
  if (ema_ != nullptr) ema_->exchange();
}

EmaScope::~EmaScope() {
  if (ema_ != nullptr) ema_->exchange();
}

}  // namespace elbow
