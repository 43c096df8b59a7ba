// Data sets of 28 x 28 images in IDX files: MNIST and its likes, by their own file names.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "data/dataset.h"

namespace elbow {

/// One data set of four IDX files.
struct ImageSet {
  std::string name;   ///< data.name: "emnist_letters"
  std::string title;  ///< "EMNIST Letters"
  std::string summary;
  /// Train images, train labels, test images, test labels, as their publisher names them. MNIST's
  /// names are taken too, in directories of the set's own or where the bytes are not MNIST's.
  std::vector<std::string> files;
  std::vector<std::string> folders;  ///< below the directories that are searched
  /// The files hold columns where others hold rows, and are read so that characters stand upright.
  bool transposed = false;
};

/// mnist, fashion_mnist, kmnist, qmnist and the six splits of EMNIST.
const std::vector<ImageSet>& image_sets();
/// Null for another data set.
const ImageSet* find_image_set(const std::string& name);

/// The file of this name in `dir`, raw before .gz: as it is written, or with dots for dashes, in
/// other letter case, or in a folder of its own name, as archives unpack.
std::optional<std::filesystem::path> find_idx_file(const std::filesystem::path& dir,
                                                   const std::string& name);

/// The directories that are searched, in order: each of data_roots, itself and the set's folders.
std::vector<std::filesystem::path> search_path(
    const ImageSet& set, const std::optional<std::filesystem::path>& data_dir);

/// First directory below the search path (mnist_search_path) that holds the images.
std::optional<std::filesystem::path> find_image_set_files(
    const ImageSet& set, const std::optional<std::filesystem::path>& data_dir);

/// "DIR holds 'train-images-idx3-ubyte.zip'": files that may have been meant, in words; empty
/// without any.
std::string near_misses(const std::vector<std::filesystem::path>& searched);

/// The data set in `dir`, no validation split. Label files may be missing (then there are no
/// classes); labels from 1 on are counted from 0, which the description says. Errors: Error(data)
/// that names file, byte and remedy; MNIST's bytes under another set's name.
Dataset load_image_set(const ImageSet& set, const std::filesystem::path& dir);

}  // namespace elbow
