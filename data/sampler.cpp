#include "data/sampler.h"

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/error.h"
#include "data/gather_kernels.h"
#include "math/threefry.h"

namespace elbow {
namespace {

void gather_pixels(const Split& split, std::int64_t dim, const std::vector<std::int64_t>& indices,
                   const PixelTransform& transform, std::uint64_t key, std::uint64_t counter,
                   float* out) {
  const auto rows = [&](std::int64_t begin, std::int64_t end) {
    const GatherRows part{.pixels = split.pixels.data(),
                          .rows = indices.data() + begin,
                          .count = end - begin,
                          .dim = dim,
                          .scale = transform.symmetric ? 2.0f : 1.0f,
                          .shift = transform.symmetric ? -1.0f : 0.0f,
                          .out = out + begin * dim};
    switch (transform.binarize) {
      case Binarize::none:
        return gather_grey(part);
      case Binarize::threshold:
        return gather_threshold(part);
      case Binarize::fixed:
        return gather_bernoulli(part,
                                {.key = transform.seed, .counter = split.stream, .by_index = true});
      case Binarize::dynamic:
        return gather_bernoulli(part, {.key = key, .counter = counter, .first_row = begin});
    }
  };
  at::parallel_for(0, static_cast<std::int64_t>(indices.size()), 32, rows);
}

}  // namespace

Binarize binarize_from(const std::string& name) {
  if (name == "none") return Binarize::none;
  if (name == "threshold") return Binarize::threshold;
  if (name == "static") return Binarize::fixed;
  if (name == "dynamic") return Binarize::dynamic;
  throw Error("data.binarize is \"" + name + "\", not none, threshold, static or dynamic.",
              ExitCode::usage);
}

DataBatch gather(const Split& split, std::int64_t dim, const std::vector<std::int64_t>& indices,
                 const PixelTransform& transform, std::uint64_t key, std::uint64_t counter) {
  for (const std::int64_t index : indices) {
    if (index < 0 || index >= split.count) {
      throw Error("gather: index " + std::to_string(index) + " lies outside a split of " +
                  std::to_string(split.count) + ".");
    }
  }
  const auto count = static_cast<std::int64_t>(indices.size());
  DataBatch batch;
  batch.indices = indices;
  batch.x = at::empty({count, dim}, at::kFloat);
  float* const out = batch.x.data_ptr<float>();
  if (split.points.empty()) {
    gather_pixels(split, dim, indices, transform, key, counter, out);
  } else {
    for (std::int64_t r = 0; r < count; ++r) {
      std::copy_n(split.points.data() + indices[static_cast<std::size_t>(r)] * dim, dim,
                  out + r * dim);
    }
  }
  if (!split.labels.empty()) {
    batch.labels = at::empty({count}, at::kLong);
    std::int64_t* const labels = batch.labels.data_ptr<std::int64_t>();
    for (std::size_t r = 0; r < indices.size(); ++r) {
      labels[r] = split.labels[static_cast<std::size_t>(indices[r])];
    }
  }
  return batch;
}

BatchSampler::BatchSampler(const Dataset& data, const Split& split, PixelTransform transform,
                           std::int64_t batch_size, std::uint64_t seed)
    : split_(split), dim_(data.dim), transform_(transform), batch_size_(batch_size) {
  if (batch_size_ < 1 || batch_size_ > split_.count) {
    throw Error("optimizer.batch_size is " + std::to_string(batch_size_) + ", but the split of " +
                    data.name + " has " + std::to_string(split_.count) + " examples: choose 1 to " +
                    std::to_string(split_.count) + ".",
                ExitCode::usage);
  }
  state_.seed = seed;
  shuffle();
}

std::int64_t BatchSampler::batches_per_epoch() const { return split_.count / batch_size_; }

BatchSampler::State BatchSampler::state() const { return state_; }

void BatchSampler::restore(const State& state) {
  if (state.epoch < 0 || state.position < 0 || state.position > split_.count) {
    throw Error("The saved position of the data sampler (epoch " + std::to_string(state.epoch) +
                    ", example " + std::to_string(state.position) + ") does not fit a split of " +
                    std::to_string(split_.count) +
                    " examples: the data differ from the saved run's.",
                ExitCode::data);
  }
  state_ = state;
  shuffle();
}

// A pure function of (seed, epoch): resuming needs no replay.
void BatchSampler::shuffle() {
  order_.resize(static_cast<std::size_t>(split_.count));
  std::iota(order_.begin(), order_.end(), std::int64_t{0});
  CounterStream random(state_.seed, static_cast<std::uint64_t>(state_.epoch));
  for (std::size_t i = order_.size(); i > 1; --i) {
    std::swap(order_[i - 1], order_[random.below(static_cast<std::uint32_t>(i))]);
  }
}

DataBatch BatchSampler::next() {
  if (state_.position + batch_size_ > split_.count) {
    ++state_.epoch;
    state_.position = 0;
    shuffle();
  }
  const auto begin = order_.begin() + state_.position;
  const std::vector<std::int64_t> indices(begin, begin + batch_size_);
  DataBatch batch = gather(split_, dim_, indices, transform_, state_.seed, state_.counter);
  state_.position += batch_size_;
  ++state_.counter;
  return batch;
}

}  // namespace elbow
