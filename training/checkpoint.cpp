#include "training/checkpoint.h"

#include <ATen/core/Dict.h>
#include <ATen/ops/empty.h>
#include <sys/resource.h>
#include <torch/csrc/jit/serialization/pickle.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "training/crc32.h"
#include "training/files.h"
#include "training/safetensors.h"

namespace elbow {
namespace {

namespace fs = std::filesystem;

constexpr const char* kWeights = "weights.safetensors";
constexpr const char* kState = "state.pt";
constexpr const char* kManifest = "manifest.json";
constexpr const char* kText = "json";

Tensor text_tensor(const std::string& text) {
  const Tensor bytes = at::empty({static_cast<std::int64_t>(text.size())}, at::kByte);
  std::memcpy(bytes.data_ptr<std::uint8_t>(), text.data(), text.size());
  return bytes;
}

std::vector<char> encode_state(const Checkpoint& checkpoint) {
  c10::Dict<std::string, Tensor> all;
  for (const auto& [name, tensor] : checkpoint.tensors) all.insert(name, tensor.detach());
  all.insert(kText, text_tensor(checkpoint.json));
  return torch::jit::pickle_save(c10::IValue(all));
}

void decode_state(const std::string& bytes, Checkpoint& checkpoint) {
  const c10::IValue value = torch::jit::pickle_load({bytes.begin(), bytes.end()});
  for (const auto& entry : value.toGenericDict()) {
    const std::string& name = entry.key().toStringRef();
    const Tensor tensor = entry.value().toTensor();
    if (name == kText) {
      const auto* text = reinterpret_cast<const char*>(tensor.data_ptr<std::uint8_t>());
      checkpoint.json.assign(text, static_cast<std::size_t>(tensor.numel()));
    } else {
      checkpoint.tensors.emplace(name, tensor);
    }
  }
}

std::string checked_bytes(const fs::path& path, const nlohmann::json& manifest) {
  std::string bytes = read_bytes(path);
  const auto& entry = manifest.at(path.filename().string());
  const auto expected = entry.at("bytes").get<std::uint64_t>();
  if (bytes.size() != expected) {
    throw Error(path.string() + " has " + std::to_string(bytes.size()) + " bytes instead of " +
                std::to_string(expected) + ".");
  }
  if (crc32(bytes) != entry.at("crc32").get<std::uint32_t>()) {
    throw Error(path.string() + " is damaged: its checksum differs from the manifest's.");
  }
  return bytes;
}

}  // namespace

Checkpoint load_checkpoint(const fs::path& folder) {
  try {
    const auto manifest = nlohmann::json::parse(read_bytes(folder / kManifest));
    Checkpoint checkpoint;
    checkpoint.step = manifest.at("step").get<std::int64_t>();
    for (auto& [name, tensor] : decode_safetensors(checked_bytes(folder / kWeights, manifest),
                                                   (folder / kWeights).string())) {
      checkpoint.weights.push_back({name, tensor});
    }
    decode_state(checked_bytes(folder / kState, manifest), checkpoint);
    return checkpoint;
  } catch (const nlohmann::json::exception& e) {
    throw Error((folder / kManifest).string() + " is damaged: " + e.what() + ".");
  } catch (const c10::Error& e) {
    throw Error((folder / kState).string() + " cannot be read: " + e.what_without_backtrace());
  }
}

Checkpoints::Checkpoints(fs::path directory, std::int64_t keep)
    : directory_(std::move(directory)), keep_(std::max<std::int64_t>(keep, 1)) {}

fs::path Checkpoints::folder(std::int64_t step) const {
  return directory_ / ("step_" + std::to_string(step));
}

std::vector<std::int64_t> Checkpoints::steps() const {
  std::vector<std::int64_t> all;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(directory_, none)) {
    const std::string name = entry.path().filename().string();
    if (name.size() > 5 && name.size() < 24 && name.starts_with("step_") &&
        name.find_first_not_of("0123456789", 5) == std::string::npos) {
      all.push_back(std::stoll(name.substr(5)));
    }
  }
  std::sort(all.rbegin(), all.rend());
  return all;
}

std::function<void()> Checkpoints::prepare(const Checkpoint& checkpoint) const {
  // Shared, since std::function copies what it holds.
  const auto copy = std::make_shared<Checkpoint>(checkpoint);
  for (NamedTensor& weight : copy->weights) weight.tensor = weight.tensor.detach().clone();
  for (auto& [name, tensor] : copy->tensors) tensor = tensor.detach().clone();
  return [checkpoints = *this, copy] { checkpoints.write(*copy); };
}

void Checkpoints::write(const Checkpoint& checkpoint) const {
  const std::int64_t step = checkpoint.step;
  const std::string weights =
      encode_safetensors(checkpoint.weights, {{"format", "pt"}, {"step", std::to_string(step)}});
  const std::vector<char> pickled = encode_state(checkpoint);
  const std::string_view state(pickled.data(), pickled.size());
  const nlohmann::json manifest = {
      {"step", step},
      {kWeights, {{"bytes", weights.size()}, {"crc32", crc32(weights)}}},
      {kState, {{"bytes", state.size()}, {"crc32", crc32(state)}}}};

  const fs::path target = folder(step);
  const fs::path temporary = directory_ / (".step_" + std::to_string(step) + ".tmp");
  fs::remove_all(temporary);
  fs::create_directories(temporary);
  write_file(temporary / kWeights, weights, true);
  write_file(temporary / kState, state, true);
  write_file(temporary / kManifest, manifest.dump(1) + "\n", true);
  sync_directory(temporary);
  // A resumed run may come to a step again; its checkpoint is the same, byte for byte or damaged.
  fs::remove_all(target);
  fs::rename(temporary, target);

  const fs::path link = directory_ / "latest.tmp";
  fs::remove(link);
  fs::create_directory_symlink(target.filename(), link);
  fs::rename(link, directory_ / "latest");
  sync_directory(directory_);

  // What a killed write left behind; nobody else writes here.
  for (const auto& entry : fs::directory_iterator(directory_)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(".step_") && name.ends_with(".tmp")) fs::remove_all(entry.path());
  }
  std::int64_t kept = 0;
  for (const std::int64_t other : steps()) {
    // A resumed run that passed over damaged checkpoints counts from before them.
    if (other > step || ++kept > keep_) fs::remove_all(folder(other));
  }
}

CheckpointWriter::~CheckpointWriter() {
  if (writing_.valid()) writing_.wait();
}

void CheckpointWriter::save(const Checkpoint& checkpoint) {
  wait();
  writing_ = std::async(std::launch::async, [task = checkpoints_.prepare(checkpoint)] {
#ifdef __linux__
    setpriority(PRIO_PROCESS, 0,
                10);  // of this thread alone: the training threads keep their cores
#endif
    task();
  });
}

void CheckpointWriter::wait() {
  if (writing_.valid()) writing_.get();
}

std::optional<Checkpoint> Checkpoints::load_newest(std::vector<std::string>& warnings) const {
  const std::vector<std::int64_t> all = steps();
  for (const std::int64_t step : all) {
    try {
      return load_checkpoint(folder(step));
    } catch (const Error& e) {
      warnings.push_back(std::string("Checkpoint passed over: ") + e.what());
    }
  }
  if (all.empty()) return std::nullopt;
  throw Error("Every checkpoint in " + directory_.string() + " is damaged; the newest: " +
              warnings.back() + " Start the run again with --overwrite.");
}

}  // namespace elbow
