#include "data/dataset.h"

#include <algorithm>
#include <string>

#include "core/error.h"
#include "core/text.h"
#include "data/glyphs.h"
#include "data/image_sets.h"
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

[[noreturn]] void not_found(const ImageSet& set,
                            const std::optional<std::filesystem::path>& data_dir) {
  const std::vector<std::filesystem::path> searched = search_path(set, data_dir);
  std::string message = set.title + " was not found. Searched for " + set.files[0] + " and " +
                        set.files[2] + ", raw or .gz, in";
  for (const auto& dir : searched) message += "\n  " + dir.string();
  message += near_misses(searched);
  message += set.name == "mnist"
                 ? "\nRun scripts/get_mnist.sh, or point --data-dir at the files, or set "
                   "data.name = \"glyphs\", without --data-dir, for built-in digits that need no "
                   "file."
                 : "\nPoint --data-dir at the files.";
  throw Error(message, ExitCode::data);
}

Dataset load(const DatasetRequest& request) {
  const std::string& name = request.name;
  if (const ImageSet* set = find_image_set(name == "auto" ? "mnist" : name)) {
    if (const auto dir = find_image_set_files(*set, request.data_dir))
      return load_image_set(*set, *dir);
    if (name != "auto" || request.data_dir) not_found(*set, request.data_dir);
  }
  if (name == "glyphs" || name == "auto") return make_glyphs(request);
  if (name == "ring" || name == "grid" || name == "two_gaussians" || name == "swiss_roll") {
    return make_toy(request);
  }
  std::vector<std::string> names = {"auto", "glyphs",        "ring",
                                    "grid", "two_gaussians", "swiss_roll"};
  for (const ImageSet& set : image_sets()) names.push_back(set.name);
  throw Error("data.name is \"" + name + "\", not " + in_words(names, "or", "") + ".",
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
