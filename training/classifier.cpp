#include "training/classifier.h"

#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/scalar_tensor.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <stdexcept>
#include <system_error>

#include "core/error.h"
#include "core/value.h"
#include "data/sha256.h"
#include "math/threads.h"
#include "math/torch_compat.h"
#include "training/files.h"
#include "training/generators.h"
#include "training/optimizers.h"
#include "training/safetensors.h"

namespace elbow {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kPiece = 1000;  // test images at a time
constexpr char kCorrect[] = "test/correct", kTested[] = "test/count";

std::string short_hash(const std::string& bytes) {
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  return sha256_hex({data, bytes.size()}).substr(0, 16);
}

PixelTransform pixels(const ClassifierSettings& settings) {
  return {.binarize = settings.binarize, .symmetric = false, .seed = settings.seed};
}

void require_labelled_images(const Dataset& data) {
  if (labelled_images(data)) return;
  throw Error("error: a classifier needs images of 28x28 pixels with labels and a test split; '" +
                  data.name + "' has none.",
              ExitCode::usage);
}

Value cosine(double from, std::int64_t steps) {
  return ValueTable{{"schedule", "cosine"}, {"from", from}, {"to", 0.0}, {"steps", steps}};
}

/// Counts the right predictions on the test split and names the weights.
void finish(Classifier& classifier, const Dataset& data, const ClassifierSettings& settings) {
  const NoGrad no_grad;
  const std::uint64_t key = derive_seed(settings.seed, "classifier/test");
  classifier.correct = 0;
  classifier.tested = data.test.count;
  for (std::int64_t begin = 0; begin < data.test.count; begin += kPiece) {
    std::vector<std::int64_t> indices(
        static_cast<std::size_t>(std::min(kPiece, data.test.count - begin)));
    std::iota(indices.begin(), indices.end(), begin);
    const DataBatch batch = gather(data.test, data.dim, indices, pixels(settings), key,
                                   static_cast<std::uint64_t>(begin));
    const Tensor predicted = classifier.network->forward(batch.x, Mode::eval).argmax(1);
    classifier.correct += predicted.eq(batch.labels).sum().item().toLong();
  }
  classifier.hash = short_hash(encode_safetensors(classifier.network->parameters()));
}

fs::path file_of(const fs::path& directory, const std::string& key) {
  return directory / ("lenet-" + short_hash(key) + ".safetensors");
}

void save(const fs::path& path, const std::string& key, const Classifier& classifier) {
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  std::vector<NamedTensor> tensors = classifier.network->parameters();
  const auto integer = [&](const char* name, std::int64_t n) {
    tensors.push_back({name, at::scalar_tensor(n, at::TensorOptions().dtype(at::kLong))});
  };
  integer(kCorrect, classifier.correct);
  integer(kTested, classifier.tested);
  try {
    replace_file(path, encode_safetensors(tensors, {{"key", key}}), true);
  } catch (const Error&) {
    // Trained again the next time.
  }
}

/// Null where the file is absent or does not hold this network.
Classifier load(const fs::path& path, const Dataset& data) {
  std::error_code error;
  if (!fs::exists(path, error)) return {};
  try {
    const auto saved = decode_safetensors(read_bytes(path), path.string());
    at::Generator unused = make_generator(0);
    Classifier classifier{.network = std::make_shared<LeNet>(data.classes, unused)};
    const NoGrad no_grad;
    for (const NamedTensor& parameter : classifier.network->parameters()) {
      const Tensor& value = saved.at(parameter.name);
      if (value.sizes() != parameter.tensor.sizes()) return {};
      parameter.tensor.copy_(value);
    }
    classifier.correct = saved.at(kCorrect).item().toLong();
    classifier.tested = saved.at(kTested).item().toLong();
    classifier.hash = short_hash(encode_safetensors(classifier.network->parameters()));
    classifier.network->require_grad(false);
    return classifier;
  } catch (const Error&) {
    return {};
  } catch (const std::out_of_range&) {
    return {};
  }
}

}  // namespace

bool labelled_images(const Dataset& data) {
  return data.classes > 0 && data.height == 28 && data.width == 28 && data.train.count > 0 &&
         data.test.count > 0;
}

Classifier train_classifier(const Dataset& data, const ClassifierSettings& settings,
                            const ClassifierProgress& progress) {
  require_labelled_images(data);
  const OneThread alone;  // the layers are small: a second thread gains little and may cost much
  at::Generator init = make_generator(derive_seed(settings.seed, "classifier/init"));
  Classifier classifier{.network = std::make_shared<LeNet>(data.classes, init)};
  const std::int64_t batch_size = std::min(settings.batch_size, data.train.count);
  BatchSampler sampler(data, data.train, pixels(settings), batch_size,
                       derive_seed(settings.seed, "classifier/data"));
  const std::int64_t steps = settings.epochs * sampler.batches_per_epoch();
  OptimizerSettings adam;
  adam.lr = Schedule::from(cosine(settings.lr, steps));
  Optimizer optimizer(adam, classifier.network->parameters());
  std::vector<Tensor> weights;
  for (const NamedTensor& p : classifier.network->parameters()) weights.push_back(p.tensor);
  for (std::int64_t step = 0; step < steps; ++step) {
    if (progress) progress(static_cast<double>(step) / static_cast<double>(steps));
    const DataBatch batch = sampler.next();
    const Tensor logits = classifier.network->forward(batch.x, Mode::train);
    optimizer.step(gradients(at::cross_entropy_loss(logits, batch.labels), weights), step);
  }
  classifier.network->require_grad(false);
  finish(classifier, data, settings);
  return classifier;
}

std::string classifier_key(const Dataset& data, const ClassifierSettings& settings) {
  const auto text = [](auto number) { return std::to_string(number); };
  return "LeNet 6-16-120-84, version 1; data " + data.sha256 + " train " + text(data.train.count) +
         " test " + text(data.test.count) + "; epochs " + text(settings.epochs) + " batch " +
         text(settings.batch_size) + " lr " + text(settings.lr) + " binarize " +
         text(static_cast<int>(settings.binarize)) + " seed " + text(settings.seed);
}

Classifier cached_classifier(const fs::path& directory, const Dataset& data,
                             const ClassifierSettings& settings,
                             const ClassifierProgress& progress) {
  require_labelled_images(data);
  const std::string key = classifier_key(data, settings);
  const fs::path path = file_of(directory, key);
  Classifier classifier = load(path, data);
  if (classifier.network) return classifier;
  classifier = train_classifier(data, settings, progress);
  save(path, key, classifier);
  return classifier;
}

}  // namespace elbow
