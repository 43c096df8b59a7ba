#include "data/mnist.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>
#include <utility>

#include "core/error.h"
#include "data/idx.h"
#include "data/sha256.h"

namespace elbow {
namespace {

namespace fs = std::filesystem;

constexpr std::array<StandardMnistFile, 4> kFiles = {{
    {"train-images-idx3-ubyte", 3,
     "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"},
    {"train-labels-idx1-ubyte", 1,
     "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"},
    {"t10k-images-idx3-ubyte", 3,
     "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"},
    {"t10k-labels-idx1-ubyte", 1,
     "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"},
}};

/// Raw or .gz, as "train-images-idx3-ubyte" or, as some archives unpack, "train-images.idx3-ubyte".
std::optional<fs::path> find_file(const fs::path& dir, const char* name) {
  std::string dotted = name;
  dotted[dotted.rfind("-idx")] = '.';
  for (const std::string& stem : {std::string(name), dotted}) {
    for (const char* suffix : {"", ".gz"}) {
      const fs::path path = dir / (stem + suffix);
      std::error_code ignored;
      if (fs::is_regular_file(path, ignored)) return path;
    }
  }
  return std::nullopt;
}

std::string remedy(const fs::path& dir) { return "Run scripts/get_mnist.sh " + dir.string() + "."; }

fs::path require_file(const fs::path& dir, const char* name) {
  if (auto path = find_file(dir, name)) return *path;
  throw Error(dir.string() + ": " + name + " is missing, raw and .gz. " + remedy(dir),
              ExitCode::data);
}

void check_images(const fs::path& path, const IdxArray& images) {
  for (std::size_t d : {1u, 2u}) {
    if (images.dims[d] == 28) continue;
    throw Error(path.string() + ": byte " + std::to_string(4 + 4 * d) + ": the images are " +
                    std::to_string(images.dims[1]) + " x " + std::to_string(images.dims[2]) +
                    " pixels; data.name = \"mnist\" takes 28 x 28. Scale the images and write them "
                    "to another directory.",
                ExitCode::data);
  }
}

Split read_split(const fs::path& dir, const StandardMnistFile& images_file,
                 const StandardMnistFile& labels_file, Sha256& hash) {
  const fs::path images_path = require_file(dir, images_file.name);
  const auto labels_path = find_file(dir, labels_file.name);
  IdxArray images = read_idx(images_path, 3);
  check_images(images_path, images);
  IdxArray labels;
  if (labels_path) labels = read_idx_labels(*labels_path);
  if (labels_path && images.dims[0] != labels.dims[0]) {
    throw Error(images_path.string() + ": byte 4: " + std::to_string(images.dims[0]) +
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
  return {.count = images.dims[0],
          .pixels = std::move(images.values),
          .points = {},
          .labels = std::move(labels.values)};
}

}  // namespace

const std::array<StandardMnistFile, 4>& standard_mnist_files() { return kFiles; }

const char* const kMnistSha256 = "b2d8f5bf39174ee5ffeefa97e42d673c35432b411bb5d1f74fbbeddae7f1690a";

std::vector<MnistFileCheck> check_mnist(const fs::path& dir) {
  std::vector<MnistFileCheck> table;
  for (const StandardMnistFile& file : kFiles) {
    MnistFileCheck& row = table.emplace_back();
    row.name = file.name;
    try {
      row.path = require_file(dir, file.name);
      const IdxArray array = read_idx(row.path, file.rank);
      row.count = array.dims[0];
      Sha256 hash;
      hash.update(idx_header(array.dims));
      hash.update(array.values);
      row.sha256 = hash.hex();
      row.ok = row.sha256 == file.sha256;
      row.message = row.ok ? "ok"
                           : "a readable IDX file, but not MNIST's (SHA-256 of the decompressed "
                             "bytes should be " +
                                 std::string(file.sha256) +
                                 "). It can be trained on; if MNIST is what you want: "
                                 "scripts/get_mnist.sh OTHER_DIRECTORY.";
    } catch (const Error& error) {
      row.message = error.what();
    }
  }
  return table;
}

Dataset load_mnist(const fs::path& dir) {
  Dataset data;
  data.name = "mnist";
  data.dim = 784;
  data.height = data.width = 28;
  Sha256 hash;
  data.train = read_split(dir, kFiles[0], kFiles[1], hash);
  data.test = read_split(dir, kFiles[2], kFiles[3], hash);
  data.sha256 = hash.hex();
  // Without labels on both sides there are no classes.
  if (!data.train.labels.empty() && !data.test.labels.empty()) {
    for (const Split* split : {&data.train, &data.test}) {
      for (const std::uint8_t label : split->labels) {
        data.classes = std::max<std::int64_t>(data.classes, std::int64_t{label} + 1);
      }
    }
  } else {
    data.train.labels.clear();
    data.test.labels.clear();
  }
  data.description = data.sha256 == kMnistSha256 ? "MNIST from " + dir.string()
                                                 : "IDX files in MNIST's layout, but not MNIST's "
                                                   "bytes (see `elbow data check`), from " +
                                                       dir.string();
  return data;
}

std::vector<fs::path> mnist_search_path(const std::optional<fs::path>& data_dir) {
  std::vector<fs::path> roots;
  const auto environment = [](const char* name) -> std::optional<fs::path> {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') return std::nullopt;
    return fs::path(value);
  };
  const auto asked_for = [&roots](const fs::path& dir, const std::string& by) {
    std::error_code ignored;
    if (!fs::is_directory(dir, ignored)) {
      throw Error("error: " + by + " names " + dir.string() +
                      ", which is no directory. Name where the data lies, or get MNIST with "
                      "scripts/get_mnist.sh.",
                  ExitCode::data);
    }
    roots.push_back(dir);
  };
  if (data_dir) {
    asked_for(*data_dir, "--data-dir");
  } else {
    if (const auto dir = environment("ELBOW_DATA")) asked_for(*dir, "$ELBOW_DATA");
    if (const auto dir = environment("XDG_DATA_HOME")) {
      roots.push_back(*dir / "elbow");
    } else if (const auto home = environment("HOME")) {
      roots.push_back(*home / ".local/share/elbow");
    }
    roots.emplace_back("data");
  }
  std::vector<fs::path> path;
  for (const fs::path& root : roots) {
    for (const char* sub : {"", "mnist", "MNIST/raw"}) {
      path.push_back(*sub == '\0' ? root : root / sub);
    }
  }
  return path;
}

std::optional<fs::path> find_mnist(const std::optional<fs::path>& data_dir) {
  for (const fs::path& dir : mnist_search_path(data_dir)) {
    bool complete = true;
    for (const StandardMnistFile& file : kFiles) {
      complete = complete && (file.rank == 1 || find_file(dir, file.name));
    }
    if (complete) return dir;
  }
  return std::nullopt;
}

}  // namespace elbow
