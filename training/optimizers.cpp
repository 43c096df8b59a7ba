#include "training/optimizers.h"

#include <ATen/ops/sqrt.h>
#include <ATen/ops/zeros_like.h>

#include <cmath>
#include <numeric>
#include <utility>

#include "core/error.h"
#include "math/fused.h"
#include "math/torch_compat.h"

namespace elbow {

OptimizerSettings optimizer_settings(const Config& config, const std::string& phase) {
  const auto path = [&](const std::string& key) {
    const std::string own = "optimizer." + phase + "." + key;
    return config.contains(own) ? own : "optimizer." + key;
  };
  const auto number = [&](const std::string& key, double otherwise) {
    return config.contains(path(key)) ? config.number(path(key)) : otherwise;
  };
  OptimizerSettings s;
  s.name = config.text("optimizer.name");
  s.lr = config.schedule(path("lr"));
  s.beta1 = number("beta1", s.beta1);
  s.beta2 = number("beta2", s.beta2);
  s.eps = number("eps", s.eps);
  s.momentum = number("momentum", s.momentum);
  s.alpha = number("alpha", s.alpha);
  s.weight_decay = number("weight_decay", s.weight_decay);
  s.clip = number("clip", s.clip);
  return s;
}

Optimizer::Optimizer(OptimizerSettings settings, std::vector<NamedTensor> parameters)
    : settings_(std::move(settings)),
      parameters_(std::move(parameters)),
      squared_norms_(parameters_.size(), 0.0) {
  const bool adam = settings_.name == "adam";
  const bool rmsprop = settings_.name == "rmsprop";
  if (!adam && !rmsprop && settings_.name != "sgd") {
    throw Error("Unknown optimizer '" + settings_.name + "'; known: adam, sgd, rmsprop.",
                ExitCode::usage);
  }
  for (const NamedTensor& parameter : parameters_) {
    first_.push_back(at::zeros_like(parameter.tensor.detach()));
    if (adam || rmsprop) second_.push_back(at::zeros_like(parameter.tensor.detach()));
  }
}

double Optimizer::update(std::size_t i, const Tensor& gradient, double lr, double scale) {
  const Tensor& w = parameters_[i].tensor;
  if (settings_.name == "adam") {
    return adam_step(w, gradient, first_[i], second_[i],
                     {.lr = lr,
                      .beta1 = settings_.beta1,
                      .beta2 = settings_.beta2,
                      .eps = settings_.eps,
                      .weight_decay = settings_.weight_decay,
                      .t = updates_,
                      .gradient_scale = scale});
  }
  const Tensor g = scale == 1.0 ? gradient : gradient * scale;
  if (settings_.weight_decay != 0.0) w.mul_(1.0 - lr * settings_.weight_decay);
  if (settings_.name == "sgd") {
    first_[i].mul_(settings_.momentum).add_(g);
  } else {
    second_[i].mul_(settings_.alpha).addcmul_(g, g, 1.0 - settings_.alpha);
    first_[i].mul_(settings_.momentum).addcdiv_(g, second_[i].sqrt().add_(settings_.eps));
  }
  w.sub_(first_[i], lr);
  return squared_norm(gradient);
}

bool Optimizer::step(const std::vector<Tensor>& gradients, std::int64_t step) {
  const NoGrad no_grad;
  const auto total = [&] {
    return std::accumulate(squared_norms_.begin(), squared_norms_.end(), 0.0);
  };
  double scale = 1.0;
  if (settings_.clip > 0.0) {
    for (std::size_t i = 0; i < gradients.size(); ++i) {
      squared_norms_[i] = gradients[i].defined() ? squared_norm(gradients[i]) : 0.0;
    }
    const double norm = std::sqrt(total());
    if (!std::isfinite(norm)) return false;
    if (norm > settings_.clip) scale = settings_.clip / norm;
  }
  const double lr = settings_.lr.at(step);
  ++updates_;
  for (std::size_t i = 0; i < gradients.size(); ++i) {
    squared_norms_[i] = gradients[i].defined() ? update(i, gradients[i], lr, scale) : 0.0;
  }
  return std::isfinite(total());
}

std::vector<NamedTensor> Optimizer::state() const {
  std::vector<NamedTensor> all;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    all.push_back({parameters_[i].name + "/moment1", first_[i]});
    if (!second_.empty()) all.push_back({parameters_[i].name + "/moment2", second_[i]});
  }
  return all;
}

void Optimizer::assign(const NamedTensor& slot, const Tensor& value) const {
  if (value.sizes() != slot.tensor.sizes()) {
    throw Error("The checkpoint's optimizer state '" + slot.name +
                "' has another shape than this config's network.");
  }
  slot.tensor.copy_(value);
}

}  // namespace elbow
