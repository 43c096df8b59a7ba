#include "data/image_sets.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "core/error.h"
#include "core/text.h"
#include "data/idx.h"
#include "data/mnist.h"
#include "data/sha256.h"

namespace elbow {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> mnist_names() {
  std::vector<std::string> names;
  for (const StandardMnistFile& file : standard_mnist_files()) names.emplace_back(file.name);
  return names;
}

ImageSet emnist(const std::string& split, const std::string& title, const std::string& summary) {
  ImageSet set{.name = "emnist_" + split,
               .title = "EMNIST " + title,
               .summary = summary,
               .files = {},
               .folders = {"emnist", "emnist/gzip", "EMNIST/raw", "EMNIST/gzip", "gzip"},
               .transposed = true};
  for (const char* part :
       {"train-images-idx3", "train-labels-idx1", "test-images-idx3", "test-labels-idx1"})
    set.files.push_back("emnist-" + split + "-" + part + "-ubyte");
  return set;
}

/// "train-images.idx3-ubyte" and "TRAIN-IMAGES-IDX3-UBYTE" as "train-images-idx3-ubyte".
std::string normalised(std::string name) {
  for (char& c : name) {
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (c == '.' || c == '_') c = '-';
  }
  return name;
}

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

std::vector<fs::path> entries(const fs::path& dir) {
  std::vector<fs::path> all;
  std::error_code failed;
  for (fs::directory_iterator at(dir, failed), end; !failed && at != end; at.increment(failed))
    all.push_back(at->path());
  std::sort(all.begin(), all.end());
  return all;
}

/// Its own names, or all of MNIST's.
std::vector<std::string> names_in(const ImageSet& set, const fs::path& dir) {
  for (const auto& names : {set.files, mnist_names()})
    if (find_idx_file(dir, names[0]) && find_idx_file(dir, names[2])) return names;
  return {};
}

/// MNIST's images under another set's name, with labels or without.
void require_not_mnist(const ImageSet& set, const fs::path& path, const IdxArray& images) {
  if (set.name == "mnist") return;
  Sha256 hash;
  hash.update(idx_header(images.dims));
  hash.update(images.values);
  const std::string found = hash.hex();
  for (const StandardMnistFile& file : standard_mnist_files()) {
    if (found != file.sha256) continue;
    throw Error(path.string() + ": these are the bytes of MNIST, not of " + set.title +
                    ". Set data.name = \"mnist\", or name the directory of " + set.title +
                    " with --data-dir.",
                ExitCode::data);
  }
}

void check_images(const ImageSet& set, const fs::path& path, const IdxArray& images) {
  for (const std::size_t d : {1u, 2u}) {
    if (images.dims[d] == 28) continue;
    throw Error(path.string() + ": byte " + std::to_string(4 + 4 * d) + ": the images are " +
                    std::to_string(images.dims[1]) + " x " + std::to_string(images.dims[2]) +
                    " pixels; data.name = \"" + set.name +
                    "\" takes 28 x 28. Scale the images and write them to another directory.",
                ExitCode::data);
  }
}

void transpose(std::vector<std::uint8_t>& pixels) {
  for (std::size_t begin = 0; begin < pixels.size(); begin += 784) {
    for (std::size_t i = 0; i < 28; ++i)
      for (std::size_t j = 0; j < i; ++j)
        std::swap(pixels[begin + 28 * i + j], pixels[begin + 28 * j + i]);
  }
}

Split read_split(const ImageSet& set, const fs::path& dir, const std::string& images_name,
                 const std::string& labels_name, Sha256& hash) {
  const auto images_path = find_idx_file(dir, images_name);
  if (!images_path) {
    throw Error(dir.string() + ": " + images_name + " is missing, raw and .gz." +
                    (set.name == "mnist" ? " Run scripts/get_mnist.sh " + dir.string() + "." : ""),
                ExitCode::data);
  }
  const auto labels_path = find_idx_file(dir, labels_name);
  IdxArray images = read_idx(*images_path, 3);
  check_images(set, *images_path, images);
  require_not_mnist(set, *images_path, images);
  IdxArray labels;
  if (labels_path) labels = read_idx_labels(*labels_path);
  if (labels_path && images.dims[0] != labels.dims[0]) {
    throw Error(images_path->string() + ": byte 4: " + std::to_string(images.dims[0]) +
                    " images, but " + labels_path->string() + " has " +
                    std::to_string(labels.dims[0]) +
                    " labels at byte 4.\nThey do not belong together. Models that need no labels "
                    "train without the label files.",
                ExitCode::data);
  }
  for (const IdxArray* array : {&images, &labels}) {
    if (array->dims.empty()) continue;
    hash.update(idx_header(array->dims));
    hash.update(array->values);
  }
  if (set.transposed) transpose(images.values);
  return {.count = images.dims[0],
          .pixels = std::move(images.values),
          .points = {},
          .labels = std::move(labels.values)};
}

/// Classes counted from 0 without a gap at the beginning. What was done, in words.
std::string count_classes(Dataset& data) {
  std::array<Split*, 2> splits = {&data.train, &data.test};
  // Without labels on both sides there are no classes.
  if (data.train.labels.empty() || data.test.labels.empty()) {
    for (Split* split : splits) split->labels.clear();
    return ", without labels";
  }
  std::uint8_t least = 255, most = 0;
  for (const Split* split : splits) {
    for (const std::uint8_t label : split->labels) {
      least = std::min(least, label);
      most = std::max(most, label);
    }
  }
  const std::uint8_t first = least == 1 ? 1 : 0;  // letters are numbered from 1
  for (Split* split : splits)
    for (std::uint8_t& label : split->labels) label = static_cast<std::uint8_t>(label - first);
  data.classes = std::int64_t{most} - first + 1;
  return first == 0 ? "" : ", labels 1 to " + std::to_string(most) + " counted from 0";
}

}  // namespace

const std::vector<ImageSet>& image_sets() {
  static const std::vector<ImageSet> all = {
      {"mnist",
       "MNIST",
       "28x28 handwritten digits, 60,000 + 10,000, from the four IDX files",
       mnist_names(),
       {"mnist", "MNIST/raw"}},
      {"fashion_mnist",
       "Fashion-MNIST",
       "28x28 pieces of clothing in 10 classes, 60,000 + 10,000",
       mnist_names(),
       {"fashion_mnist", "fashion-mnist", "fashion", "FashionMNIST/raw"}},
      {"kmnist",
       "KMNIST",
       "28x28 cursive hiragana in 10 classes, 60,000 + 10,000",
       mnist_names(),
       {"kmnist", "KMNIST/raw"}},
      {"qmnist",
       "QMNIST",
       "28x28 handwritten digits, 60,000 + 60,000; labels in eight columns",
       {"qmnist-train-images-idx3-ubyte", "qmnist-train-labels-idx2-int",
        "qmnist-test-images-idx3-ubyte", "qmnist-test-labels-idx2-int"},
       {"qmnist", "QMNIST/raw"}},
      emnist("balanced", "Balanced", "28x28 digits and letters in 47 classes, 112,800 + 18,800"),
      emnist("byclass", "ByClass", "28x28 digits and letters in 62 classes, 697,932 + 116,323"),
      emnist("bymerge", "ByMerge", "28x28 digits and letters in 47 classes, 697,932 + 116,323"),
      emnist("digits", "Digits", "28x28 handwritten digits, 240,000 + 40,000"),
      emnist("letters", "Letters", "28x28 letters in 26 classes, 124,800 + 20,800"),
      emnist("mnist", "MNIST", "28x28 handwritten digits, 60,000 + 10,000, as EMNIST made them")};
  return all;
}

const ImageSet* find_image_set(const std::string& name) {
  const auto& all = image_sets();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const ImageSet& set) { return set.name == name; });
  return found == all.end() ? nullptr : &*found;
}

std::optional<fs::path> find_idx_file(const fs::path& dir, const std::string& name) {
  for (const char* suffix : {"", ".gz"})
    if (is_file(dir / (name + suffix))) return dir / (name + suffix);
  const std::vector<fs::path> all = entries(dir);
  for (const char* suffix : {"", "-gz"}) {
    for (const fs::path& path : all) {
      if (normalised(path.filename().string()) != normalised(name) + suffix) continue;
      if (is_file(path)) return path;
      for (const fs::path& inside : entries(path))
        if (normalised(inside.filename().string()) == normalised(name) && is_file(inside))
          return inside;
    }
  }
  return std::nullopt;
}

std::vector<fs::path> search_path(const ImageSet& set, const std::optional<fs::path>& data_dir) {
  std::vector<fs::path> path;
  for (const fs::path& root : data_roots(data_dir)) {
    path.push_back(root);
    for (const std::string& folder : set.folders) path.push_back(root / folder);
  }
  return path;
}

std::optional<fs::path> find_image_set_files(const ImageSet& set,
                                             const std::optional<fs::path>& data_dir) {
  const std::vector<fs::path> roots = data_roots(data_dir), path = search_path(set, data_dir);
  for (const auto& names : {set.files, mnist_names()}) {
    for (const fs::path& dir : path) {
      // MNIST's names in a directory that is not the set's own are MNIST's files, unless it was
      // named for this.
      const bool own = std::count(roots.begin(), roots.end(), dir) == 0 || data_dir;
      if (set.name != "mnist" && names == mnist_names() && !own) continue;
      if (find_idx_file(dir, names[0]) && find_idx_file(dir, names[2])) return dir;
    }
  }
  return std::nullopt;
}

std::string near_misses(const std::vector<fs::path>& searched) {
  constexpr std::size_t kMost = 6;
  std::string text;
  for (const fs::path& dir : searched) {
    std::vector<std::string> found;
    for (const fs::path& path : entries(dir)) {
      const std::string name = normalised(path.filename().string());
      const bool like =
          name.find("images") != std::string::npos || name.find("ubyte") != std::string::npos ||
          name.find("t10k") != std::string::npos || name.find("mnist") != std::string::npos;
      if (like && is_file(path)) found.push_back(path.filename().string());
    }
    if (found.empty()) continue;
    const std::size_t more = found.size() > kMost ? found.size() - kMost : 0;
    found.resize(found.size() - more);
    text += "\n" + dir.string() + " holds " + in_words(found, "and") +
            (more > 0 ? " and " + std::to_string(more) + " more" : "") +
            ", which make no such set.";
  }
  return text;
}

Dataset load_image_set(const ImageSet& set, const fs::path& dir) {
  Dataset data;
  data.name = set.name;
  data.dim = 784;
  data.height = data.width = 28;
  Sha256 hash;
  std::vector<std::string> names = names_in(set, dir);
  if (names.empty()) names = set.files;  // and the first that is missing is named
  data.train = read_split(set, dir, names[0], names[1], hash);
  data.test = read_split(set, dir, names[2], names[3], hash);
  data.sha256 = hash.hex();
  const std::string labels = count_classes(data);
  data.description =
      (set.name != "mnist"           ? set.title
       : data.sha256 == kMnistSha256 ? "MNIST"
                                     : "IDX files in MNIST's layout, but not MNIST's bytes "
                                       "(see `elbow data check`),") +
      " from " + dir.string() + labels + (set.transposed ? ", columns and rows exchanged" : "");
  return data;
}

}  // namespace elbow
