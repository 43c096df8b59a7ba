#include "data/mnist.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <optional>

#include "core/error.h"
#include "tests/data/environment.h"
#include "tests/data/idx_files.h"

namespace elbow {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using testing::Environment;
using testing::gzip;
using ::testing::HasSubstr;
using testing::idx_bytes;
using testing::image_bytes;
using testing::label_bytes;
using testing::mnist_names;
using testing::TempDir;
using testing::write_small_mnist;
namespace fs = std::filesystem;

std::string complaint(const fs::path& dir) {
  try {
    load_mnist(dir);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::data);
    return error.what();
  }
  return "";
}

TEST(Mnist, SmallSetIsLoaded) {
  const TempDir dir;
  write_small_mnist(dir);
  const Dataset data = load_mnist(dir.path());
  EXPECT_EQ(data.train.count, 20);
  EXPECT_EQ(data.test.count, 10);
  EXPECT_EQ(data.train.pixels.size(), 20u * 784);
  EXPECT_EQ(data.train.labels[13], 3);
  EXPECT_THAT(data.description, HasSubstr("not MNIST's bytes"));
  EXPECT_EQ(data.sha256.size(), 64u);
}

TEST(Mnist, CountsThatDiffer) {
  const TempDir dir;
  write_small_mnist(dir);
  dir.write(mnist_names()[3], label_bytes(9));
  EXPECT_THAT(complaint(dir.path()),
              AllOf(HasSubstr((dir / mnist_names()[2]).string() + ": byte 4: 10 images, but " +
                              (dir / mnist_names()[3]).string() + " has 9 labels"),
                    HasSubstr("delete both and run scripts/get_mnist.sh " + dir.path().string())));
}

TEST(Mnist, LabelsAboveNine) {
  const TempDir dir;
  write_small_mnist(dir);
  std::string labels = label_bytes(10);
  labels[8 + 6] = 10;
  dir.write(mnist_names()[3], labels);
  EXPECT_THAT(complaint(dir.path()),
              HasSubstr(mnist_names()[3] + ": byte 14: label 10 of image 6 is no digit"));
}

TEST(Mnist, OtherImageSizes) {
  const TempDir dir;
  write_small_mnist(dir);
  dir.write(mnist_names()[2], idx_bytes({10, 28, 32}, std::string(10 * 28 * 32, 'a')));
  EXPECT_THAT(complaint(dir.path()),
              HasSubstr("byte 12: the images are 28 x 32 pixels, not 28 x 28"));
}

TEST(Mnist, SwappedFiles) {
  const TempDir dir;
  write_small_mnist(dir);
  dir.write(mnist_names()[2], label_bytes(10));
  EXPECT_THAT(complaint(dir.path()),
              HasSubstr("byte 3: the array has 1 dimension, but 3 expected"));
}

TEST(Mnist, MissingFile) {
  const TempDir dir;
  write_small_mnist(dir);
  fs::remove(dir / mnist_names()[3]);
  EXPECT_THAT(complaint(dir.path()), AllOf(HasSubstr(mnist_names()[3] + " is missing"),
                                           HasSubstr("scripts/get_mnist.sh")));
  EXPECT_FALSE(find_mnist(dir.path()) == dir.path());
}

TEST(Mnist, CheckTellsEachFile) {
  const TempDir dir;
  write_small_mnist(dir);
  dir.write(mnist_names()[1] + ".gz", "<html>");
  fs::remove(dir / mnist_names()[2]);
  const auto table = check_mnist(dir.path());
  ASSERT_EQ(table.size(), 4u);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(table[i].name, mnist_names()[i]);
    EXPECT_FALSE(table[i].ok);
  }
  EXPECT_EQ(table[0].count, 20);
  EXPECT_THAT(table[0].message, HasSubstr("but not MNIST's"));
  EXPECT_EQ(table[0].path, dir / (mnist_names()[0] + ".gz"));
  EXPECT_THAT(table[1].message, HasSubstr("HTML"));
  EXPECT_THAT(table[2].message, HasSubstr("is missing"));
  EXPECT_TRUE(table[2].path.empty());
  EXPECT_EQ(table[3].sha256.size(), 64u);
}

TEST(Mnist, SearchPathIsInOrder) {
  const Environment data("ELBOW_DATA", "/e"), xdg("XDG_DATA_HOME", "/x"), home("HOME", "/h");
  EXPECT_THAT(
      mnist_search_path(fs::path("/d")),
      ElementsAre("/d", "/d/mnist", "/d/MNIST/raw", "/e", "/e/mnist", "/e/MNIST/raw", "/x/elbow",
                  "/x/elbow/mnist", "/x/elbow/MNIST/raw", "data", "data/mnist", "data/MNIST/raw"));
  const Environment no_data("ELBOW_DATA", ""), no_xdg("XDG_DATA_HOME", "");
  EXPECT_THAT(
      mnist_search_path(std::nullopt),
      ElementsAre("/h/.local/share/elbow", "/h/.local/share/elbow/mnist",
                  "/h/.local/share/elbow/MNIST/raw", "data", "data/mnist", "data/MNIST/raw"));
}

TEST(Mnist, FoundInSubdirectoriesFirstFirst) {
  const TempDir first, second;
  const Environment data("ELBOW_DATA", second.path().string());
  write_small_mnist(second, "MNIST/raw");
  EXPECT_EQ(find_mnist(first.path()), second / "MNIST/raw");
  write_small_mnist(first, "mnist");
  EXPECT_EQ(find_mnist(first.path()), first / "mnist");
}

// The real files, where they are.
TEST(MnistSlow, StandardFilesAreTheStandardFiles) {
  const char* root = std::getenv("ELBOW_DATA");
  const auto dir = root == nullptr ? std::nullopt : find_mnist(fs::path(root));
  if (!dir) GTEST_SKIP() << "needs MNIST: set ELBOW_DATA";
  for (const auto& row : check_mnist(*dir)) EXPECT_TRUE(row.ok) << row.name << ": " << row.message;
  const Dataset data = load_mnist(*dir);
  EXPECT_EQ(data.train.count, 60'000);
  EXPECT_EQ(data.test.count, 10'000);
  EXPECT_EQ(data.sha256, kMnistSha256);
  EXPECT_THAT(data.description, HasSubstr("MNIST from"));
  // G82: the test set is not uniform over the digits. Counts: published with the data set.
  std::vector<int> count(10);
  for (const auto label : data.test.labels) ++count[label];
  EXPECT_THAT(count, ElementsAre(980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009));
}

}  // namespace
}  // namespace elbow
