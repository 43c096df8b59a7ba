#include "training/ema.h"

#include <ATen/ops/clone.h>
#include <ATen/ops/lerp.h>

#include "math/torch_compat.h"

namespace elbow {

Ema::Ema(const Networks& networks, double decay) : decay_(decay) {
  for (const auto& [network, module] : networks.all()) {
    for (const NamedTensor& parameter : module->parameters()) {
      entries_.push_back({.network = network,
                          .name = network + "." + parameter.name,
                          .parameter = parameter.tensor,
                          .average = parameter.tensor.detach().clone()});
    }
  }
}

void Ema::update(const std::vector<std::string>& networks) {
  const NoGrad no_grad;
  for (Entry& entry : entries_) {
    for (const std::string& network : networks) {
      if (entry.network == network) entry.average.lerp_(entry.parameter, 1.0 - decay_);
    }
  }
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
