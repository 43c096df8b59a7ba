// The interface of a network: tensors in, tensors out, named parameters. No loss in here.
#pragma once

#include "math/tensor.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace elbow {

struct NamedTensor {
  std::string name;  ///< readable from Python: "0.weight" (under "encoder." in the weights file)
  Tensor tensor;
};

/// Whether layers with batch statistics use and update them (train) or their running values (eval).
/// Sampling of z is never decided by this; it is an explicit argument where it happens.
enum class Mode { train, eval };

/// A differentiable map [B, in] -> [B, out]; images enter and leave flattened, row-major.
class Network {
 public:
  virtual ~Network() = default;
  virtual Tensor forward(const Tensor& input, Mode mode) = 0;
  virtual std::string describe() const = 0;  ///< "784-400-40 relu"

  /// Leaf tensors that the optimiser updates, in registration order.
  const std::vector<NamedTensor>& parameters() const { return parameters_; }
  /// State that is saved but not optimised (running statistics).
  const std::vector<NamedTensor>& buffers() const { return buffers_; }
  std::int64_t parameter_count() const;
  /// Freezes or thaws: a frozen network lets gradients through but receives none.
  void require_grad(bool on);

 protected:
  Tensor& add_parameter(std::string name, Tensor value);  ///< sets requires_grad
  Tensor& add_buffer(std::string name, Tensor value);
  std::vector<NamedTensor> parameters_;  // reserve(): references must stay valid while registering
  std::vector<NamedTensor> buffers_;
};

/// The networks of a run by name, in a fixed order: encoder, decoder, likelihood; or generator,
/// discriminator; auxiliary ones after them.
class Networks {
 public:
  void add(std::string name, std::shared_ptr<Network> network);
  bool contains(const std::string& name) const;
  Network& at(const std::string& name) const;  ///< throws Error naming what is missing
  const std::vector<std::pair<std::string, std::shared_ptr<Network>>>& all() const { return all_; }

 private:
  std::vector<std::pair<std::string, std::shared_ptr<Network>>> all_;
};

}  // namespace elbow
