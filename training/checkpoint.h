// Checkpoints of a run: everything that continuing needs, written whole or not at all.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <future>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "models/network.h"

namespace elbow {

/// What one checkpoint holds.
struct Checkpoint {
  std::int64_t step = 0;
  std::vector<NamedTensor> weights;       ///< weights.safetensors: "encoder.0.weight", "ema.…"
  std::map<std::string, Tensor> tensors;  ///< state.pt: optimiser moments, generator states
  std::string json;                       ///< state.pt, as its tensor "json" of UTF-8 bytes
};

/// The folder checkpoints/ of a run:
///   step_N/weights.safetensors   readable from Python without this program
///   step_N/state.pt              a pickled dictionary of tensors, as torch.load reads it
///   step_N/manifest.json         bytes and CRC-32 of the two
///   latest                       symbolic link to the newest step_N
/// A checkpoint is written to a hidden folder, flushed and renamed, so a step_N is complete unless
/// the disk lost it, which the manifest shows.
class Checkpoints {
 public:
  /// keep: how many of the newest stay (at least 1).
  Checkpoints(std::filesystem::path directory, std::int64_t keep);

  /// Writes it and prunes: those of later steps, which another past of the run left behind, then
  /// all but the `keep` newest.
  void save(const Checkpoint& checkpoint) const { write(checkpoint); }
  /// The same in two parts: copies the tensors now; the function that is returned writes, on any
  /// thread.
  std::function<void()> prepare(const Checkpoint& checkpoint) const;
  /// The newest undamaged one; says in `warnings` which were passed over and why. Nothing if there
  /// is none at all; throws Error when all are damaged.
  std::optional<Checkpoint> load_newest(std::vector<std::string>& warnings) const;
  /// Steps of those that are there, newest first.
  std::vector<std::int64_t> steps() const;
  std::filesystem::path folder(std::int64_t step) const;

 private:
  void write(const Checkpoint& checkpoint) const;

  std::filesystem::path directory_;
  std::int64_t keep_;
};

/// Saves one checkpoint after the other on a thread of its own, so that training goes on while the
/// files are written. An error is kept until the next save() or wait().
class CheckpointWriter {
 public:
  explicit CheckpointWriter(const Checkpoints& checkpoints) : checkpoints_(checkpoints) {}
  ~CheckpointWriter();  ///< waits; an error is lost
  CheckpointWriter(const CheckpointWriter&) = delete;
  CheckpointWriter& operator=(const CheckpointWriter&) = delete;

  /// Waits for the one before and throws what it threw; copies the tensors, then returns.
  void save(const Checkpoint& checkpoint);
  /// Until nothing is being written. Throws what the writing threw.
  void wait();

 private:
  const Checkpoints& checkpoints_;
  std::future<void> writing_;
};

/// One step_N folder. Throws Error that names the damaged file and what is wrong with it.
Checkpoint load_checkpoint(const std::filesystem::path& folder);

}  // namespace elbow
