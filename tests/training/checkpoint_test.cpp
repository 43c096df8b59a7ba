#include "training/checkpoint.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/support/temp_dir.h"
#include "training/crc32.h"

namespace elbow {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::read_file;
using testing::TempDir;
namespace fs = std::filesystem;

Checkpoint make(std::int64_t step) {
  const double s = static_cast<double>(step);
  return {.step = step,
          .weights = {{"encoder.0.weight", at::full({3, 2}, s, at::kFloat)}},
          .tensors = {{"generator/latent", at::arange(300, at::kLong).to(at::kByte)},
                      {"counters", at::full({2}, step, at::kLong)},
                      {"moment", at::full({}, s / 3, at::kDouble)}},
          .json = "{\"wall\":1.5,\"name\":\"\xc3\xa9\\u0000\"}"};
}

TEST(Crc32, CheckValueOfTheStandard) {
  EXPECT_EQ(crc32("123456789"), 0xCBF43926u);
  EXPECT_EQ(crc32(""), 0u);
  // Both paths: the first bytes eight at a time, the rest singly. From Python's zlib.crc32.
  EXPECT_EQ(crc32("The quick brown fox jumps over the lazy dog"), 0x414FA339u);
}

TEST(Checkpoints, RoundTripIsExact) {
  const TempDir dir;
  const Checkpoints checkpoints(dir / "checkpoints", 3);
  checkpoints.save(make(7));
  std::vector<std::string> warnings;
  const auto loaded = checkpoints.load_newest(warnings);
  ASSERT_TRUE(loaded.has_value());
  const Checkpoint expected = make(7);
  EXPECT_TRUE(warnings.empty());
  EXPECT_EQ(loaded->step, 7);
  EXPECT_EQ(loaded->json, expected.json);
  ASSERT_EQ(loaded->weights.size(), 1u);
  EXPECT_EQ(loaded->weights[0].name, "encoder.0.weight");
  EXPECT_TRUE(at::equal(loaded->weights[0].tensor, expected.weights[0].tensor));
  ASSERT_EQ(loaded->tensors.size(), expected.tensors.size());
  for (const auto& [name, tensor] : expected.tensors) {
    EXPECT_EQ(loaded->tensors.at(name).scalar_type(), tensor.scalar_type());
    EXPECT_TRUE(at::equal(loaded->tensors.at(name), tensor)) << name;
  }
}

TEST(Checkpoints, KeepsTheNewestAndPointsAtIt) {
  const TempDir dir;
  const Checkpoints checkpoints(dir / "c", 2);
  for (const std::int64_t step : {5, 10, 100, 105}) checkpoints.save(make(step));
  EXPECT_THAT(checkpoints.steps(), ElementsAre(105, 100));
  checkpoints.save(make(200));
  EXPECT_THAT(checkpoints.steps(), ElementsAre(200, 105));
  EXPECT_EQ(fs::read_symlink(dir / "c" / "latest"), "step_200");
  EXPECT_TRUE(fs::exists(dir.path() / "c/latest/weights.safetensors"));
  for (const auto& entry : fs::directory_iterator(dir / "c")) {
    EXPECT_THAT(entry.path().filename().string(), ::testing::AnyOf(HasSubstr("step_"), "latest"));
    EXPECT_THAT(entry.path().filename().string(), ::testing::Not(HasSubstr("tmp")));
  }
}

// Two damaged checkpoints passed over: what is saved next is older than they are, and may not be
// pruned in their favour.
TEST(Checkpoints, LaterOnesOfAnAbandonedPastGoFirst) {
  const TempDir dir;
  const Checkpoints checkpoints(dir / "c", 2);
  for (const std::int64_t step : {20, 30}) {
    checkpoints.save(make(step));
    dir.write("c/step_" + std::to_string(step) + "/state.pt", "half");
  }
  checkpoints.save(make(10));
  EXPECT_THAT(checkpoints.steps(), ElementsAre(10));
  EXPECT_EQ(fs::read_symlink(dir / "c" / "latest"), "step_10");
  std::vector<std::string> warnings;
  EXPECT_EQ(checkpoints.load_newest(warnings)->step, 10);
}

TEST(CheckpointWriter, WritesWhatTheTensorsWereWhenAsked) {
  const TempDir dir;
  const Checkpoints checkpoints(dir / "c", 3);
  CheckpointWriter writer(checkpoints);
  Checkpoint live = make(1);
  writer.save(live);
  live.weights[0].tensor.fill_(-1.0);
  live.tensors.at("moment").fill_(-1.0);
  writer.save(make(2));
  writer.wait();
  EXPECT_THAT(checkpoints.steps(), ElementsAre(2, 1));
  const Checkpoint read = load_checkpoint(checkpoints.folder(1));
  EXPECT_TRUE(at::equal(read.weights[0].tensor, make(1).weights[0].tensor));
  EXPECT_TRUE(at::equal(read.tensors.at("moment"), make(1).tensors.at("moment")));
}

TEST(CheckpointWriter, AnErrorComesOutAtTheNextWait) {
  const TempDir dir;
  const Checkpoints checkpoints(dir.write("file", "x"), 3);
  CheckpointWriter writer(checkpoints);
  writer.save(make(1));
  EXPECT_ANY_THROW(writer.wait());
  EXPECT_NO_THROW(writer.wait());
}

TEST(Checkpoints, NoneIsNotAnError) {
  const TempDir dir;
  std::vector<std::string> warnings;
  EXPECT_FALSE(Checkpoints(dir / "nothing", 3).load_newest(warnings).has_value());
}

class DamagedCheckpoint : public ::testing::TestWithParam<const char*> {};

// Every file of the newest checkpoint, cut short, with one bit changed, or missing.
TEST_P(DamagedCheckpoint, FallsBackToThePreviousOneAndSaysSo) {
  for (const std::string damage : {"cut", "flipped", "missing"}) {
    const TempDir dir;
    const Checkpoints checkpoints(dir / "c", 3);
    checkpoints.save(make(1));
    checkpoints.save(make(2));
    const fs::path file = checkpoints.folder(2) / GetParam();
    std::string bytes = read_file(file);
    if (damage == "cut") bytes.resize(bytes.size() / 2);
    if (damage == "flipped")
      bytes[bytes.size() - 3] = static_cast<char>(bytes[bytes.size() - 3] ^ 4);
    if (damage == "missing") {
      fs::remove(file);
    } else {
      dir.write("c/step_2/" + std::string(GetParam()), bytes);
    }
    std::vector<std::string> warnings;
    const auto loaded = checkpoints.load_newest(warnings);
    ASSERT_TRUE(loaded.has_value()) << damage;
    // A changed bit in the manifest's white space or last brace is seen as JSON damage.
    EXPECT_EQ(loaded->step, 1) << damage;
    ASSERT_EQ(warnings.size(), 1u);
    EXPECT_THAT(warnings[0], HasSubstr(GetParam()));
  }
}

INSTANTIATE_TEST_SUITE_P(Files, DamagedCheckpoint,
                         ::testing::Values("weights.safetensors", "state.pt", "manifest.json"));

TEST(Checkpoints, AllDamagedIsAnErrorWithTheRemedy) {
  const TempDir dir;
  const Checkpoints checkpoints(dir / "c", 3);
  checkpoints.save(make(1));
  dir.write("c/step_1/state.pt", "half");
  std::vector<std::string> warnings;
  try {
    checkpoints.load_newest(warnings);
    FAIL();
  } catch (const Error& e) {
    EXPECT_THAT(e.what(), HasSubstr("--overwrite"));
    EXPECT_THAT(e.what(), HasSubstr("state.pt"));
  }
}

TEST(Checkpoints, AHalfWrittenFolderIsNoCheckpoint) {
  const TempDir dir;
  const Checkpoints checkpoints(dir / "c", 3);
  checkpoints.save(make(1));
  dir.write("c/.step_2.tmp/weights.safetensors", "half");
  std::vector<std::string> warnings;
  EXPECT_EQ(checkpoints.load_newest(warnings)->step, 1);
  EXPECT_TRUE(warnings.empty());
  checkpoints.save(make(2));
  EXPECT_EQ(checkpoints.load_newest(warnings)->step, 2);
}

TEST(Checkpoints, SavingAStepAgainReplacesIt) {
  const TempDir dir;
  const Checkpoints checkpoints(dir / "c", 3);
  checkpoints.save(make(1));
  Checkpoint other = make(1);
  other.json = "{}";
  checkpoints.save(other);
  std::vector<std::string> warnings;
  EXPECT_EQ(checkpoints.load_newest(warnings)->json, "{}");
}

}  // namespace
}  // namespace elbow
