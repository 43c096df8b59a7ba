// A classifier of a data set's labels, trained once and kept: its predictions and features measure
// generated images.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "data/dataset.h"
#include "data/sampler.h"
#include "models/lenet.h"

namespace elbow {

struct ClassifierSettings {
  std::int64_t epochs = 5, batch_size = 128;
  double lr = 2e-3;  ///< of Adam, falling to 0 along a cosine
  Binarize binarize = Binarize::none;
  std::uint64_t seed = 1;
};

/// Pixels enter in [0, 1].
struct Classifier {
  std::shared_ptr<LeNet> network = {};
  std::int64_t correct = 0, tested = 0;  ///< on the test split
  std::string hash = {};                 ///< of the weights: 16 hexadecimal digits
  double accuracy() const { return static_cast<double>(correct) / static_cast<double>(tested); }
};

/// Hears the share that is done; may throw to stop.
using ClassifierProgress = std::function<void(double done)>;

/// Images of 28x28 pixels with labels and a test split: what a classifier needs.
bool labelled_images(const Dataset& data);

/// Cross-entropy on the training split. Errors: Error(usage) for other data.
Classifier train_classifier(const Dataset& data, const ClassifierSettings& settings,
                            const ClassifierProgress& progress = {});

/// Everything the weights follow from, up to rounding: SHA-256 of the data, counts, settings.
std::string classifier_key(const Dataset& data, const ClassifierSettings& settings);

/// The classifier from `directory`, named by the hash of its key; trained and put there (whole or
/// not at all) where it is absent or damaged. A directory that cannot be written costs only time.
Classifier cached_classifier(const std::filesystem::path& directory, const Dataset& data,
                             const ClassifierSettings& settings,
                             const ClassifierProgress& progress = {});

}  // namespace elbow
