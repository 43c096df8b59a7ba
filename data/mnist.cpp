#include "data/mnist.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>
#include <utility>

#include "core/error.h"
#include "data/idx.h"
#include "data/image_sets.h"
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

std::string remedy(const fs::path& dir) { return "Run scripts/get_mnist.sh " + dir.string() + "."; }

fs::path require_file(const fs::path& dir, const char* name) {
  if (auto path = find_idx_file(dir, name)) return *path;
  throw Error(dir.string() + ": " + name + " is missing, raw and .gz. " + remedy(dir),
              ExitCode::data);
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

Dataset load_mnist(const fs::path& dir) { return load_image_set(*find_image_set("mnist"), dir); }

std::vector<fs::path> data_roots(const std::optional<fs::path>& data_dir) {
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
  return roots;
}

std::vector<fs::path> mnist_search_path(const std::optional<fs::path>& data_dir) {
  return search_path(*find_image_set("mnist"), data_dir);
}

std::optional<fs::path> find_mnist(const std::optional<fs::path>& data_dir) {
  return find_image_set_files(*find_image_set("mnist"), data_dir);
}

}  // namespace elbow
