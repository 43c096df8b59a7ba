// The four IDX files of MNIST: where they are, whether they are the standard ones, their content.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "data/dataset.h"

namespace elbow {

/// One file of `elbow data check`.
struct MnistFileCheck {
  std::string name;            ///< "train-images-idx3-ubyte"
  std::filesystem::path path;  ///< raw or .gz; empty when the file is missing
  std::int64_t count = 0;      ///< images or labels
  std::string sha256;          ///< of the decompressed bytes; empty when unreadable
  bool ok = false;             ///< the standard file, byte for byte
  std::string message;         ///< "ok", or what is wrong and what to do
};

/// Reads and hashes the four files of `dir` (not its subdirectories). Never throws for bad data.
std::vector<MnistFileCheck> check_mnist(const std::filesystem::path& dir);

/// The data set in `dir`, no validation split. Images of 28 x 28, labels 0 to 9, equal counts;
/// whether they are the standard files stands in the description. Errors: Error(data) that names
/// file, byte and remedy.
Dataset load_mnist(const std::filesystem::path& dir);

/// SHA-256 of the four decompressed files in the order train images, train labels, test images,
/// test labels, as from `zcat ... | sha256sum`.
extern const char* const kMnistSha256;

}  // namespace elbow
