// A data set in memory: uint8 images with labels, or float points with an exact density.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace elbow {

/// Images as uint8 (grey level k means k / 255), or points of a toy density as float32; one of
/// both.
struct Split {
  std::int64_t count = 0;
  std::vector<std::uint8_t> pixels;  ///< [count, D] row-major
  std::vector<float> points;         ///< [count, D]
  std::vector<std::uint8_t> labels;  ///< [count], or empty
  std::uint64_t stream = 0;  ///< of static binarisation: one per split, so that no two share bits
};

struct Dataset {
  std::string name;                    ///< "mnist", "glyphs", "ring", ...
  std::string description;             ///< one line: source, counts, directory
  std::int64_t dim = 0;                ///< D
  std::int64_t height = 0, width = 0;  ///< 0 for points
  std::int64_t classes = 0;            ///< 0 without labels
  Split train, valid, test;
  std::string sha256;  ///< of the decompressed bytes of the four files, or of the generated data
  /// Exact log-density of the points in nats (points: [n, D]), where there is one.
  std::function<std::vector<double>(const std::vector<double>& points)> log_density;
};

struct DatasetRequest {
  std::string name;  ///< mnist | glyphs | ring | grid | two_gaussians | swiss_roll | auto
  std::int64_t validation = 0;                   ///< taken from the end of the training split
  std::int64_t seed = 1;                         ///< of generated data
  std::int64_t train_count = 0, test_count = 0;  ///< 0: the data set's own size (first ones kept)
  std::optional<std::filesystem::path> data_dir = std::nullopt;  ///< --data-dir
};

/// Loads or generates. "auto": MNIST where it is found, else glyphs. Throws Error(data) that names
/// file, byte and remedy.
Dataset load_dataset(const DatasetRequest& request);

/// The directories that are searched for MNIST, in order: --data-dir, $ELBOW_DATA,
/// $XDG_DATA_HOME/elbow (or ~/.local/share/elbow), ./data; in each: itself, mnist/, MNIST/raw/.
std::vector<std::filesystem::path> mnist_search_path(
    const std::optional<std::filesystem::path>& data_dir);
/// First directory of the search path that holds the four files, raw or .gz.
std::optional<std::filesystem::path> find_mnist(
    const std::optional<std::filesystem::path>& data_dir);

}  // namespace elbow
