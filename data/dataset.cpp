#include "data/dataset.h"

#include <algorithm>
#include <string>

#include "core/error.h"
#include "data/glyphs.h"
#include "data/mnist.h"
#include "data/toys.h"

namespace elbow {
namespace {

template <typename T>
void keep(std::vector<T>& values, std::int64_t count, std::int64_t width) {
  if (!values.empty()) {
    values.resize(static_cast<std::size_t>(count * width));
    values.shrink_to_fit();
  }
}

void keep_first(Split& split, std::int64_t count, std::int64_t dim) {
  split.count = count;
  keep(split.pixels, count, dim);
  keep(split.points, count, dim);
  keep(split.labels, count, 1);
}

void limit(Split& split, std::int64_t count, std::int64_t dim, const std::string& key) {
  if (count == 0) return;
  if (count < 0 || count > split.count) {
    throw Error("data." + key + " is " + std::to_string(count) + ", but the data set has " +
                    std::to_string(split.count) + ": choose 0 (all) to " +
                    std::to_string(split.count) + ".",
                ExitCode::usage);
  }
  keep_first(split, count, dim);
}

template <typename T>
void move_tail(std::vector<T>& from, std::vector<T>& to, std::int64_t count, std::int64_t width) {
  if (!from.empty()) to.assign(from.end() - count * width, from.end());
}

/// Validation examples are the last ones of the training split: the same ones for every seed.
void split_off_validation(Dataset& data, std::int64_t count) {
  if (count == 0) return;
  if (count < 0 || count >= data.train.count) {
    throw Error("data.validation is " + std::to_string(count) + ", but the training split of " +
                    data.name + " has " + std::to_string(data.train.count) +
                    " examples and must keep at least one.",
                ExitCode::usage);
  }
  data.valid.count = count;
  move_tail(data.train.pixels, data.valid.pixels, count, data.dim);
  move_tail(data.train.points, data.valid.points, count, data.dim);
  move_tail(data.train.labels, data.valid.labels, count, 1);
  keep_first(data.train, data.train.count - count, data.dim);
}

[[noreturn]] void mnist_not_found(const std::optional<std::filesystem::path>& data_dir) {
  std::string message = "MNIST was not found. Searched for its four files, raw or .gz, in";
  for (const auto& dir : mnist_search_path(data_dir)) message += "\n  " + dir.string();
  throw Error(
      message +
          "\nRun scripts/get_mnist.sh, or point --data-dir at the files, or set "
          "data.name = \"glyphs\", without --data-dir, for built-in digits that need no file.",
      ExitCode::data);
}

Dataset load(const DatasetRequest& request) {
  const std::string& name = request.name;
  if (name == "mnist" || name == "auto") {
    if (const auto dir = find_mnist(request.data_dir)) return load_mnist(*dir);
    if (name == "mnist" || request.data_dir) mnist_not_found(request.data_dir);
  }
  if (name == "glyphs" || name == "auto") return make_glyphs(request);
  if (name == "ring" || name == "grid" || name == "two_gaussians" || name == "swiss_roll") {
    return make_toy(request);
  }
  throw Error("data.name is \"" + name +
                  "\", not auto, mnist, glyphs, ring, grid, two_gaussians or swiss_roll.",
              ExitCode::usage);
}

}  // namespace

Dataset load_dataset(const DatasetRequest& request) {
  Dataset data = load(request);
  limit(data.train, request.train_count, data.dim, "train_count");
  limit(data.test, request.test_count, data.dim, "test_count");
  split_off_validation(data, request.validation);
  data.valid.stream = 1;
  data.test.stream = 2;
  data.description +=
      ": " + std::to_string(data.train.count) + " training, " +
      (data.valid.count > 0 ? std::to_string(data.valid.count) + " validation, " : std::string()) +
      std::to_string(data.test.count) + " test " + (data.height > 0 ? "images" : "points");
  return data;
}

}  // namespace elbow
