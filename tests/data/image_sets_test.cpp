#include "data/image_sets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>

#include "core/error.h"
#include "data/mnist.h"
#include "tests/data/environment.h"
#include "tests/data/idx_files.h"

namespace elbow {
namespace {

using testing::gzip;
using ::testing::HasSubstr;
using testing::image_bytes;
using testing::label_bytes;
using testing::mnist_names;
using testing::TempDir;
using testing::write_small_mnist;
namespace fs = std::filesystem;

const ImageSet& set(const std::string& name) { return *find_image_set(name); }

std::string complaint(const std::function<void()>& f) {
  try {
    f();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::data);
    return error.what();
  }
  return "";
}

/// The files of a set under its own names, labels from `first` on in ten classes.
void write_set(const TempDir& dir, const ImageSet& s, const std::string& below, int first) {
  const auto labels = [first](std::uint32_t count) {
    std::string bytes = label_bytes(count);
    for (std::size_t i = bytes.size() - count; i < bytes.size(); ++i)
      bytes[i] = static_cast<char>(bytes[i] + first);
    return bytes;
  };
  dir.write(below + s.files[0] + ".gz", gzip(image_bytes(20)));
  dir.write(below + s.files[1] + ".gz", gzip(labels(20)));
  dir.write(below + s.files[2], image_bytes(10));
  dir.write(below + s.files[3], labels(10));
}

TEST(ImageSets, EachIsFoundByItsOwnNamesInItsFolders) {
  for (const ImageSet& s : image_sets()) {
    for (const std::string& folder : s.folders) {
      const TempDir dir;
      if (s.name == "qmnist") {  // its labels are tables of their own, tests/data/mnist_test.cpp
        dir.write(folder + "/" + s.files[0], image_bytes(20));
        dir.write(folder + "/" + s.files[2], image_bytes(10));
      } else {
        write_set(dir, s, folder + "/", 0);
      }
      const auto found = find_image_set_files(s, dir.path());
      ASSERT_EQ(found, dir / folder) << s.name;
      const Dataset data = load_image_set(s, *found);
      EXPECT_EQ(data.name, s.name);
      EXPECT_EQ(data.train.count, 20);
      EXPECT_THAT(data.description, HasSubstr(s.name == "mnist" ? "MNIST's layout" : s.title));
    }
  }
}

// Letters are numbered from 1: 26 classes, none of them empty. Columns become rows.
TEST(ImageSets, LettersStandUprightAndCountFromZero) {
  const TempDir dir;
  write_set(dir, set("emnist_letters"), "emnist/", 1);
  write_set(dir, set("mnist"), "mnist/", 0);
  const Dataset letters = load_image_set(set("emnist_letters"), dir / "emnist");
  const Dataset plain = load_image_set(set("mnist"), dir / "mnist");
  EXPECT_EQ(letters.classes, 10);
  EXPECT_EQ(letters.train.labels, plain.train.labels);
  EXPECT_THAT(letters.description, HasSubstr("labels 1 to 10 counted from 0"));
  EXPECT_THAT(letters.description, HasSubstr("columns and rows exchanged"));
  for (std::size_t n : {0u, 19u})
    for (std::size_t i : {0u, 3u, 27u})
      for (std::size_t j : {0u, 11u, 26u})
        EXPECT_EQ(letters.train.pixels[784 * n + 28 * i + j],
                  plain.train.pixels[784 * n + 28 * j + i]);
}

// As archives unpack, and as some systems write names.
TEST(ImageSets, FilesAreRecognisedUnderNearbyNames) {
  const TempDir dir;
  dir.write("train-images.idx3-ubyte/train-images.idx3-ubyte", image_bytes(20));
  dir.write("TRAIN-LABELS-IDX1-UBYTE", label_bytes(20));
  dir.write("t10k_images_idx3_ubyte.GZ", gzip(image_bytes(10)));
  EXPECT_EQ(find_idx_file(dir.path(), mnist_names()[0]),
            dir / "train-images.idx3-ubyte/train-images.idx3-ubyte");
  const Dataset data = load_image_set(set("mnist"), dir.path());
  EXPECT_EQ(data.train.count, 20);
  EXPECT_EQ(data.test.count, 10);
  EXPECT_EQ(data.classes, 0) << "one split has no labels";
}

TEST(ImageSets, MnistIsNotReadForAnother) {
  // MNIST's names beside it are MNIST, not Fashion-MNIST, unless the directory was named.
  const TempDir dir;
  write_small_mnist(dir);
  {
    const testing::Environment data("ELBOW_DATA", dir.path().string()), home("HOME", "/nowhere"),
        xdg("XDG_DATA_HOME", "/nowhere");
    EXPECT_EQ(find_image_set_files(set("fashion_mnist"), std::nullopt), std::nullopt);
    EXPECT_EQ(find_image_set_files(set("mnist"), std::nullopt), dir.path());
  }
  EXPECT_EQ(find_image_set_files(set("fashion_mnist"), dir.path()), dir.path());
}

// The real bytes under another set's name.
TEST(ImageSetsSlow, MnistsBytesAreNoOtherSet) {
  const char* root = std::getenv("ELBOW_DATA");
  const auto dir = root == nullptr ? std::nullopt : find_mnist(fs::path(root));
  if (!dir) GTEST_SKIP() << "MNIST is not there: set ELBOW_DATA";
  EXPECT_THAT(complaint([&] { load_image_set(set("kmnist"), *dir); }),
              HasSubstr("these are the bytes of MNIST, not of KMNIST"));
  // Without their labels, too.
  const TempDir bare;
  for (const int images : {0, 2}) {
    const fs::path file = *find_idx_file(*dir, mnist_names()[images]);
    fs::create_symlink(fs::absolute(file), bare / file.filename().string());
  }
  EXPECT_THAT(complaint([&] { load_image_set(set("fashion_mnist"), bare.path()); }),
              HasSubstr("these are the bytes of MNIST, not of Fashion-MNIST"));
}

TEST(ImageSets, WhatIsMissingIsNamedWithWhatIsNear) {
  const TempDir dir;
  dir.write("train-images-idx3-ubyte.zip", "PK");
  dir.write("notes.txt", "x");
  const std::string said =
      complaint([&] { load_dataset({.name = "kmnist", .data_dir = dir.path()}); });
  EXPECT_THAT(said, HasSubstr("KMNIST was not found"));
  EXPECT_THAT(said, HasSubstr("holds 'train-images-idx3-ubyte.zip', which make no such set"));
  EXPECT_THAT(said, ::testing::Not(HasSubstr("notes.txt")));
  EXPECT_THAT(said, ::testing::Not(HasSubstr("elete")));
}

}  // namespace
}  // namespace elbow
