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
                    ::testing::Not(HasSubstr("elete"))));
}

TEST(Mnist, OtherLabelsMakeOtherClasses) {
  const TempDir dir;
  write_small_mnist(dir);
  EXPECT_EQ(load_mnist(dir.path()).classes, 10);
  std::string labels = label_bytes(10);
  labels[8 + 6] = 26;
  dir.write(mnist_names()[3], labels);
  EXPECT_EQ(load_mnist(dir.path()).classes, 27);
}

TEST(Mnist, ImagesWithoutLabelsHaveNoClasses) {
  const TempDir dir;
  write_small_mnist(dir);
  for (const int labels : {1, 3}) {
    for (const char* suffix : {"", ".gz"}) fs::remove(dir / (mnist_names()[labels] + suffix));
  }
  EXPECT_EQ(find_mnist(dir.path()), dir.path());
  const Dataset data = load_mnist(dir.path());
  EXPECT_EQ(data.classes, 0);
  EXPECT_TRUE(data.train.labels.empty());
  EXPECT_EQ(data.train.count, 20);
}

// 32-bit integers in eight columns, the digit first.
TEST(Mnist, LabelsAsQmnistWritesThem) {
  const TempDir dir;
  write_small_mnist(dir);
  const Dataset plain = load_mnist(dir.path());
  const auto big_endian = [](std::int64_t n) {
    std::string bytes;
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(n >> shift & 0xff);
    return bytes;
  };
  std::string table = std::string("\0\0\x0c\x02", 4) + big_endian(10) + big_endian(8);
  for (const std::uint8_t label : plain.test.labels) {
    table += big_endian(label);
    for (int i = 0; i < 7; ++i) table += big_endian(1000 + i);
  }
  for (const char* suffix : {"", ".gz"}) fs::remove(dir / (mnist_names()[3] + suffix));
  dir.write(mnist_names()[3], table);
  EXPECT_EQ(load_mnist(dir.path()).test.labels, plain.test.labels);
  dir.write(mnist_names()[3], table.substr(0, table.size() - 1));
  EXPECT_THAT(complaint(dir.path()), HasSubstr("truncated"));
}

TEST(Mnist, NamesWithADot) {
  const TempDir plain, dotted;
  write_small_mnist(plain);
  for (const std::string& name : mnist_names()) {
    std::string other = name;
    other[other.rfind("-idx")] = '.';
    for (const std::string suffix : {"", ".gz"}) {
      if (fs::exists(plain / (name + suffix)))
        fs::copy_file(plain / (name + suffix), dotted / (other + suffix));
    }
  }
  EXPECT_EQ(load_mnist(dotted.path()).sha256, load_mnist(plain.path()).sha256);
}

TEST(Mnist, OtherImageSizes) {
  const TempDir dir;
  write_small_mnist(dir);
  dir.write(mnist_names()[2], idx_bytes({10, 28, 32}, std::string(10 * 28 * 32, 'a')));
  EXPECT_THAT(
      complaint(dir.path()),
      HasSubstr("byte 12: the images are 28 x 32 pixels; data.name = \"mnist\" takes 28 x 28"));
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
  fs::remove(dir / mnist_names()[2]);
  EXPECT_THAT(complaint(dir.path()), AllOf(HasSubstr(mnist_names()[2] + " is missing"),
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
  const TempDir given, variable;
  const fs::path d = given.path(), e = variable.path();
  const Environment data("ELBOW_DATA", e.string()), xdg("XDG_DATA_HOME", "/x"), home("HOME", "/h");
  // A directory that is asked for is searched alone.
  EXPECT_THAT(mnist_search_path(d), ElementsAre(d, d / "mnist", d / "MNIST/raw"));
  EXPECT_THAT(mnist_search_path(std::nullopt),
              ElementsAre(e, e / "mnist", e / "MNIST/raw", "/x/elbow", "/x/elbow/mnist",
                          "/x/elbow/MNIST/raw", "data", "data/mnist", "data/MNIST/raw"));
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
  EXPECT_EQ(find_mnist(std::nullopt), second / "MNIST/raw");
  EXPECT_EQ(find_mnist(first.path()), std::nullopt) << "nothing takes its place";
  write_small_mnist(first, "mnist");
  EXPECT_EQ(find_mnist(first.path()), first / "mnist");
}

TEST(Mnist, ADirectoryThatIsAskedForMustExist) {
  const Environment data("ELBOW_DATA", "/no/such/place");
  EXPECT_THROW(find_mnist(std::nullopt), Error);
  EXPECT_THROW(find_mnist(fs::path("/no/such/directory")), Error);
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
