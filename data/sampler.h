// Minibatches: order, gathering, scaling, binarisation.
#pragma once

#include "math/tensor.h"

#include <cstdint>
#include <string>
#include <vector>

#include "data/dataset.h"

namespace elbow {

enum class Binarize { none, threshold, fixed, dynamic };  ///< `fixed` is "static" in the config
Binarize binarize_from(const std::string& name);

/// How pixels become numbers. range unit: [0, 1]; symmetric: [-1, 1] (GANs with tanh output).
struct PixelTransform {
  Binarize binarize = Binarize::none;
  bool symmetric = false;
  std::uint64_t seed = 1;  ///< of static binarisation
};

/// A gathered minibatch. x: [B, D] float32, labels: [B] int64 (undefined without labels).
struct DataBatch {
  Tensor x;
  Tensor labels;
  std::vector<std::int64_t> indices;
};

/// Gathers rows `indices` of a split, scales and binarises them in one vectorised pass.
///   none       x = k / 255
///   threshold  x = [k >= 128]
///   fixed      x = [u < k / 255], u fixed by (seed, split index, pixel): the same in every epoch
///   dynamic    x = [u < k / 255], u fresh by (key, counter): counter-based generator
/// The probability is exactly k / 255 up to 2^-24: k = 0 never and k = 255 always gives 1. The
/// result does not depend on the number of threads. Points pass unchanged. Errors: an index
/// outside.
DataBatch gather(const Split& split, std::int64_t dim, const std::vector<std::int64_t>& indices,
                 const PixelTransform& transform, std::uint64_t key, std::uint64_t counter);

/// Endless shuffled minibatches of a fixed size: a fresh permutation per epoch; a batch that an
/// epoch's end cuts is dropped (its images come back in the next permutation).
/// The state (epoch, position, seed, counter) is four integers: resuming needs no replay.
/// `data` and `split` must outlive it. Errors: Error(usage) where batch_size is not 1 ...
/// split.count.
class BatchSampler {
 public:
  BatchSampler(const Dataset& data, const Split& split, PixelTransform transform,
               std::int64_t batch_size, std::uint64_t seed);
  DataBatch next();
  std::int64_t batches_per_epoch() const;

  struct State {
    std::int64_t epoch = 0, position = 0;  ///< position: images of this epoch already drawn
    std::uint64_t seed = 0, counter = 0;   ///< counter: batches drawn since the start
  };
  State state() const;
  /// Errors: Error(data) when the position does not fit the split.
  void restore(const State& state);

 private:
  void shuffle();
  const Split& split_;
  std::int64_t dim_;
  PixelTransform transform_;
  std::int64_t batch_size_;
  State state_;
  std::vector<std::int64_t> order_;
};

}  // namespace elbow
