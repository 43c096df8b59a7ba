// Results are tied to the data and the settings that made them, and a refused command changes
// nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tests/data/idx_files.h"
#include "tests/support/program.h"
#include "tests/support/temp_dir.h"

namespace elbow::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
namespace fs = std::filesystem;

/// A data set in MNIST's layout whose images differ from those of another `stride`.
void write_data(const TempDir& dir, const std::string& name, std::size_t stride) {
  const auto images = [&](std::uint32_t count) {
    std::string values(count * 784, '\0');
    for (std::size_t i = 0; i < values.size(); ++i)
      values[i] = static_cast<char>(i * stride % 251 > 180 ? 255 : 0);
    return idx_bytes({count, 28, 28}, values);
  };
  dir.write(name + "/" + mnist_names()[0], images(300));
  dir.write(name + "/" + mnist_names()[1], label_bytes(300));
  dir.write(name + "/" + mnist_names()[2], images(100));
  dir.write(name + "/" + mnist_names()[3], label_bytes(100));
}

/// Every file below a directory with its bytes.
std::map<std::string, std::string> contents(const fs::path& directory) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(directory))
    if (entry.is_regular_file())
      files[fs::relative(entry.path(), directory).string()] = read_file(entry.path());
  return files;
}

class ResultsAndDataSlow : public ::testing::Test {
 protected:
  ResultsAndDataSlow() {
    write_data(dir_, "mine", 31);
    write_data(dir_, "other", 37);
  }

  ProgramResult run(std::vector<std::string> argv, const std::string& data) const {
    argv.insert(argv.begin(), "elbow");
    return run_program(argv, {{"ELBOW_DATA", dir_ / data}});
  }

  ProgramResult train(const std::string& name, const std::string& data,
                      const std::vector<std::string>& more = {}) const {
    std::vector<std::string> argv = {"train",
                                     "configs/vae/elbo.toml",
                                     "run.epochs=0",
                                     "run.steps=40",
                                     "data.name=mnist",
                                     "data.binarize=threshold",
                                     "data.validation=60",
                                     "model.hidden=[16]",
                                     "model.latent=2",
                                     "optimizer.batch_size=32",
                                     "log.every=5",
                                     "probes.every=0",
                                     "probes.epochs=0",
                                     "sinks.tensorboard=false",
                                     "--threads",
                                     "1",
                                     "--progress",
                                     "none",
                                     "--run-dir",
                                     dir_ / name};
    argv.insert(argv.end(), more.begin(), more.end());
    return run(argv, data);
  }

  ProgramResult resume(const std::string& name, const std::string& data,
                       const std::vector<std::string>& more = {}) const {
    std::vector<std::string> argv = {"train", dir_ / (name + "/config.toml"), "--run-dir",
                                     dir_ / name, "--resume"};
    argv.insert(argv.end(), more.begin(), more.end());
    return run(argv, data);
  }

  TempDir dir_;
};

TEST_F(ResultsAndDataSlow, OtherBytesUnderTheSameNameAreRefusedUnlessTheyAreMeant) {
  ASSERT_EQ(train("run", "mine").exit_code, 0);
  const auto before = contents(dir_ / "run");
  for (const auto& argv : std::vector<std::vector<std::string>>{
           {"eval", dir_ / "run", "--threads", "1"}, {"step", dir_ / "run", "--threads", "1"}}) {
    const auto result = run(argv, "other");
    EXPECT_EQ(result.exit_code, 3) << argv[0];
    EXPECT_THAT(result.err, HasSubstr("SHA-256")) << argv[0];
    EXPECT_THAT(result.err, HasSubstr("--other-data")) << argv[0];
    EXPECT_EQ(contents(dir_ / "run"), before) << argv[0];
  }
  EXPECT_EQ(run({"step", dir_ / "run", "--threads", "1", "--other-data"}, "other").exit_code, 0);
  EXPECT_EQ(contents(dir_ / "run"), before);
}

TEST_F(ResultsAndDataSlow, RunsOnOtherBytesAreShownAndNotSubtracted) {
  ASSERT_EQ(train("a", "mine").exit_code, 0);
  ASSERT_EQ(train("b", "other").exit_code, 0);
  const auto result = run({"compare", dir_ / "a", dir_ / "b", "--at", "end"}, "mine");
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("not subtracted"));
  EXPECT_THAT(result.out, HasSubstr("trained on other bytes of data"));
  EXPECT_THAT(result.out, Not(HasSubstr("B − A")));
}

TEST_F(ResultsAndDataSlow, AnExplicitFolderWithoutDataIsRefused) {
  fs::create_directory(dir_ / "empty");
  for (const std::string folder : {"no_such", "empty"}) {
    const auto result = train("run", "mine", {"--data-dir", dir_ / folder});
    EXPECT_EQ(result.exit_code, 3) << result.err;
    EXPECT_THAT(result.err, HasSubstr((dir_ / folder).string()));
    EXPECT_FALSE(fs::exists(dir_ / "run"));
  }
}

TEST_F(ResultsAndDataSlow, ARefusedResumeLeavesEveryFileAsItWas) {
  ASSERT_EQ(train("run", "mine").exit_code, 0);
  const auto refused = [&](int exit_code, const std::string& why, const std::string& data,
                           const std::vector<std::string>& more = {}) {
    const auto before = contents(dir_ / "run");
    const auto result = resume("run", data, more);
    EXPECT_EQ(result.exit_code, exit_code) << result.err;
    EXPECT_THAT(result.err, HasSubstr(why));
    EXPECT_EQ(contents(dir_ / "run"), before) << why;
  };
  refused(3, "SHA-256", "other");
  refused(2, "trained to step 40", "mine", {"run.steps=5"});
  refused(2, "optimizer.lr", "mine", {"optimizer.lr=0.5"});

  const std::string config = read_file(dir_ / "run/config.toml");
  std::string edited = config;
  const auto at = edited.find("lr = ");
  ASSERT_NE(at, std::string::npos);
  edited.replace(at, edited.find('\n', at) - at, "lr = 0.5");
  std::ofstream(dir_ / "run/config.toml") << edited;
  refused(2, "optimizer.lr", "mine");
  std::ofstream(dir_ / "run/config.toml") << config;

  fs::path latest = fs::canonical(dir_ / "run/checkpoints/latest");
  for (const auto& entry : fs::directory_iterator(latest))
    fs::resize_file(entry.path(), fs::file_size(entry.path()) / 2);
  refused(1, "checkpoint", "mine");
  fs::remove_all(dir_ / "run/checkpoints");
  refused(2, "checkpoint", "mine");
}

TEST_F(ResultsAndDataSlow, BatchStatisticsOfOneRowAreRefusedBeforeTraining) {
  const auto result = train("run", "mine", {"optimizer.batch_size=1", "model.normalization=batch"});
  EXPECT_EQ(result.exit_code, 2) << result.err;
  EXPECT_THAT(result.err, HasSubstr("batch"));
  EXPECT_FALSE(fs::exists(dir_ / "run"));
}

// The sum of squares falls while the model learns: it is minimised, and the run is not stopped.
TEST_F(ResultsAndDataSlow, EarlyStoppingKnowsThatASquaredErrorIsMinimised) {
  const auto result = train("run", "mine",
                            {"likelihood.name=gaussian", "data.binarize=none",
                             "early_stopping.term=sse", "early_stopping.patience=1"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(read_file(dir_ / "run/status.json"), HasSubstr("\"finished\""));
  EXPECT_THAT(read_file(dir_ / "run/result.json"), HasSubstr("\"step\": 40"));
}

}  // namespace
}  // namespace elbow::testing
