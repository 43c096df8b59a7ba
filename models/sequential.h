// A chain of layers with the parameter names that torch.nn.Sequential would give.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "models/initialize.h"
#include "models/network.h"

namespace elbow {

/// Layers are appended one after another; each takes the next index of the Sequential, so that a
/// Python user who builds the same nn.Sequential can load the weights by name:
///   linear(4, 3); activation("relu"); linear(3, 2)   ->  0.weight, 0.bias, 2.weight, 2.bias
class Sequential : public Network {
 public:
  Sequential(std::string initialization, at::Generator& init);

  void linear(std::int64_t in, std::int64_t out);
  /// nn.Conv2d(in, out, kernel, stride, padding).
  void conv(std::int64_t in, std::int64_t out, std::int64_t kernel, std::int64_t stride,
            std::int64_t padding);
  /// nn.ConvTranspose2d(in, out, kernel, stride, padding).
  void deconv(std::int64_t in, std::int64_t out, std::int64_t kernel, std::int64_t stride,
              std::int64_t padding);
  /// relu | leaky_relu (slope 0.2) | tanh | elu | silu | sigmoid | identity (takes no index).
  void activation(const std::string& name);
  /// none (takes no index) | batch (nn.BatchNorm1d/2d) | layer (nn.LayerNorm(n) after a linear
  /// layer; nn.GroupNorm(1, n), the same over channels and positions, after a convolution).
  void normalization(const std::string& name, std::int64_t channels);
  void unflatten(std::int64_t channels, std::int64_t side);  ///< nn.Unflatten
  void flatten();                                            ///< nn.Flatten
  void description(std::string text) { description_ = std::move(text); }

  /// Errors: the input is not [B, in].
  Tensor forward(const Tensor& input, Mode mode) override;
  std::string describe() const override { return description_; }

 private:
  using Step = std::function<Tensor(const Tensor&, Mode)>;
  Affine affine(const LayerShape& shape);
  void batch_norm(const Affine& scale, std::int64_t channels);
  std::string name(const char* suffix) const;
  void step(Step f);

  std::string initialization_, description_;
  at::Generator init_;  // shares its state with the caller's
  std::vector<Step> steps_;
  std::int64_t in_ = 0;  // features that enter
};

}  // namespace elbow
