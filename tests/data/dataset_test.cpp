#include "data/dataset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

#include "core/error.h"
#include "tests/data/environment.h"
#include "tests/data/idx_files.h"

namespace elbow {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::TempDir;
using testing::write_small_mnist;

Error error_of(const DatasetRequest& request) {
  try {
    load_dataset(request);
  } catch (const Error& error) {
    return error;
  }
  return Error("no error");
}

/// No MNIST anywhere but in --data-dir.
class Datasets : public ::testing::Test {
 protected:
  Datasets() { std::filesystem::current_path(empty_.path()); }
  ~Datasets() override { std::filesystem::current_path(before_); }
  TempDir empty_;
  std::filesystem::path before_ = std::filesystem::current_path();
  testing::Environment data_{"ELBOW_DATA", empty_.path().string()};
  testing::Environment xdg_{"XDG_DATA_HOME", empty_.path().string()};
};

TEST_F(Datasets, AutoTakesMnistWhereItIs) {
  const TempDir dir;
  write_small_mnist(dir, "mnist");
  EXPECT_EQ(load_dataset({.name = "auto", .data_dir = dir.path()}).name, "mnist");
  const Dataset built_in = load_dataset({.name = "auto", .train_count = 30, .test_count = 5});
  EXPECT_EQ(built_in.name, "glyphs");
  EXPECT_THAT(built_in.description, HasSubstr("30 training, 5 test images"));
}

TEST_F(Datasets, MnistNotFoundNamesThePlacesAndTheRemedies) {
  const TempDir given;
  const std::string d = given.path().string();
  const Error error = error_of({.name = "mnist", .data_dir = given.path()});
  EXPECT_EQ(error.code(), ExitCode::data);
  EXPECT_THAT(error.what(),
              AllOf(HasSubstr("\n  " + d + "\n"), HasSubstr("\n  " + d + "/MNIST/raw\n"),
                    HasSubstr("scripts/get_mnist.sh"), HasSubstr("data.name = \"glyphs\"")));
  EXPECT_THAT(error_of({.name = "mnist"}).what(), HasSubstr(empty_.path().string()));
}

TEST_F(Datasets, GlyphsNeverTakeThePlaceOfADirectoryThatWasAskedFor) {
  const TempDir given;
  EXPECT_EQ(error_of({.name = "auto", .data_dir = given.path()}).code(), ExitCode::data);
}

TEST_F(Datasets, ACorruptMnistIsNoReasonForGlyphs) {
  const TempDir dir;
  write_small_mnist(dir);
  dir.write(testing::mnist_names()[2], "<html>");
  EXPECT_EQ(error_of({.name = "auto", .data_dir = dir.path()}).code(), ExitCode::data);
}

TEST_F(Datasets, ValidationIsTheEndOfTraining) {
  const TempDir dir;
  write_small_mnist(dir);
  const Dataset whole = load_dataset({.name = "mnist", .data_dir = dir.path()});
  const Dataset split = load_dataset({.name = "mnist", .validation = 6, .data_dir = dir.path()});
  EXPECT_EQ(split.train.count, 14);
  EXPECT_EQ(split.valid.count, 6);
  EXPECT_EQ(split.test.count, 10);
  auto joined = split.train;
  joined.pixels.insert(joined.pixels.end(), split.valid.pixels.begin(), split.valid.pixels.end());
  joined.labels.insert(joined.labels.end(), split.valid.labels.begin(), split.valid.labels.end());
  EXPECT_EQ(joined.pixels, whole.train.pixels);
  EXPECT_EQ(joined.labels, whole.train.labels);
  EXPECT_EQ(split.sha256, whole.sha256);
  EXPECT_THAT(split.description, HasSubstr("14 training, 6 validation, 10 test images"));
}

TEST_F(Datasets, FirstOnesAreKept) {
  const TempDir dir;
  write_small_mnist(dir);
  const Dataset whole = load_dataset({.name = "mnist", .data_dir = dir.path()});
  const Dataset few = load_dataset({.name = "mnist",
                                    .validation = 2,
                                    .train_count = 12,
                                    .test_count = 3,
                                    .data_dir = dir.path()});
  EXPECT_EQ(few.train.count, 10);
  EXPECT_EQ(few.valid.count, 2);
  EXPECT_EQ(few.test.count, 3);
  EXPECT_EQ(few.train.pixels.size(), 10u * 784);
  EXPECT_EQ(few.test.labels.size(), 3u);
  EXPECT_TRUE(
      std::equal(few.train.pixels.begin(), few.train.pixels.end(), whole.train.pixels.begin()));
}

TEST_F(Datasets, PointsAreSplitToo) {
  const Dataset data =
      load_dataset({.name = "ring", .validation = 10, .train_count = 100, .test_count = 7});
  EXPECT_EQ(data.train.points.size(), 180u);
  EXPECT_EQ(data.valid.points.size(), 20u);
  EXPECT_EQ(data.test.points.size(), 14u);
  EXPECT_EQ(data.height, 0);
  EXPECT_THAT(data.description, HasSubstr("test points"));
}

TEST_F(Datasets, ImpossibleRequests) {
  const TempDir dir;
  write_small_mnist(dir);
  const auto says = [&](DatasetRequest request, const std::string& what) {
    request.data_dir = dir.path();
    const Error error = error_of(request);
    EXPECT_EQ(error.code(), ExitCode::usage) << what;
    EXPECT_THAT(error.what(), HasSubstr(what));
  };
  says({.name = "mnist", .validation = 20}, "data.validation is 20");
  says({.name = "mnist", .validation = -1}, "data.validation is -1");
  says({.name = "mnist", .train_count = 21}, "data.train_count is 21, but the data set has 20");
  says({.name = "mnist", .test_count = -2}, "data.test_count is -2");
  says({.name = "glyphs", .train_count = -2}, "not -2");
  says({.name = "cifar"}, "data.name is \"cifar\"");
}

// A few seconds on one core is the promise; the bound is generous for a loaded machine.
TEST(GlyphsSizeSlow, AllOfThemInSeconds) {
  const auto start = std::chrono::steady_clock::now();
  const Dataset data = load_dataset({.name = "glyphs"});
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  EXPECT_EQ(data.train.count, 60'000);
  EXPECT_EQ(data.test.count, 10'000);
  EXPECT_LT(taken.count(), 20);
}

}  // namespace
}  // namespace elbow
