// Networks from a config, sized and initialised by name.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "models/network.h"

namespace elbow {

/// What one network is made of. kind: linear (one affine map), mlp, conv (28x28 images only).
struct NetworkSpec {
  std::string kind = "mlp";
  std::int64_t in = 0, out = 0;
  std::vector<std::int64_t> hidden;    ///< widths of an mlp, from input to output
  std::vector<std::int64_t> channels;  ///< of a conv network, from the image side to the code side
  std::string activation = "relu";     ///< relu | leaky_relu | tanh | elu | silu
  std::string output = "identity";     ///< identity | sigmoid | tanh
  std::string normalization = "none";  ///< none | batch | layer
  std::string initialization = "torch";  ///< torch (U(±1/sqrt(fan_in))) | he | glorot | normal02
  bool upsampling = false;  ///< conv: code -> image (decoder, generator) instead of image -> code
};

/// Builds and initialises; draws from `init` only. Throws Error(usage) for impossible sizes.
std::shared_ptr<Network> build_network(const NetworkSpec& spec, at::Generator& init);

}  // namespace elbow
