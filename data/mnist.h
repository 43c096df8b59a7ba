// The four IDX files of MNIST: where they are, whether they are the standard ones, their content.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "data/dataset.h"

namespace elbow {

struct StandardMnistFile {
  const char* name;
  std::size_t rank;    ///< 3 for images, 1 for labels
  const char* sha256;  ///< of the decompressed bytes
};

/// Train images, train labels, test images, test labels.
const std::array<StandardMnistFile, 4>& standard_mnist_files();

/// --data-dir alone, or $ELBOW_DATA, $XDG_DATA_HOME/elbow (or ~/.local/share/elbow) and ./data.
/// Throws Error(data) where a directory that is asked for does not exist.
std::vector<std::filesystem::path> data_roots(const std::optional<std::filesystem::path>& data_dir);

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

/// The data set in `dir`, no validation split. Images of 28 x 28; label files may be missing (no
/// classes) and may hold any byte (classes: the largest plus 1), equal counts; whether they are the
/// standard files stands in the description. Errors: Error(data) that names file, byte and remedy.
Dataset load_mnist(const std::filesystem::path& dir);

/// SHA-256 of the four decompressed files, one after another in that order, as from `zcat ... |
/// sha256sum`.
extern const char* const kMnistSha256;

}  // namespace elbow
