// A small convolutional classifier of 28x28 images whose last hidden layer serves as features.
#pragma once

#include <cstdint>
#include <string>

#include "models/network.h"

namespace elbow {

/// LeNet-5 with rectifiers and maxima instead of sigmoids and sub-sampling: 5x5 convolution to 6
/// maps (padding 2), 2x2 maxima, 5x5 convolution to 16, 2x2 maxima, affine 400-120-84-classes.
/// Source: LeCun, Bottou, Bengio & Haffner 1998, figure 2.
class LeNet : public Network {
 public:
  static constexpr std::int64_t kFeatures = 84;

  /// Draws its weights from `init`: U(±1/√fan_in).
  LeNet(std::int64_t classes, at::Generator& init);

  /// Last hidden layer: [B, 784] -> [B, 84]. Errors: another input.
  Tensor features(const Tensor& images) const;
  /// Logits of the classes from the last hidden layer: [B, 84] -> [B, classes].
  Tensor logits(const Tensor& features) const;
  /// [B, 784] -> [B, classes] logits.
  Tensor forward(const Tensor& images, Mode) override { return logits(features(images)); }
  std::string describe() const override { return "LeNet 6-16-120-84"; }
};

}  // namespace elbow
