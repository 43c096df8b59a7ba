#include "report/run_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "tests/report/run_files.h"
#include "tests/support/temp_dir.h"

namespace elbow::report {
namespace {

using elbow::testing::put;
using elbow::testing::SmallRun;
using elbow::testing::TempDir;
using elbow::testing::write_run;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsNan;

std::string message_of(const std::function<void()>& what, ExitCode code) {
  try {
    what();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

const char* const kThree =
    "{\"step\":1,\"epoch\":0.5,\"wall\":0.1,\"split\":\"train\",\"loss\":3,\"loss.se\":0.5}\n"
    "{\"step\":1,\"epoch\":0.5,\"wall\":0.2,\"split\":\"valid\",\"loss\":\"inf\"}\n"
    "{\"step\":2,\"epoch\":1,\"wall\":0.3,\"split\":\"train\",\"loss\":\"nan\",\"kl\":-2.5e-3}\n";

TEST(ParseMetrics, SplitsAndKeysBecomeColumns) {
  const auto splits = parse_metrics(kThree, "m");
  ASSERT_EQ(splits.size(), 2u);
  const SplitMetrics& train = splits.at("train");
  EXPECT_THAT(train.steps, ElementsAre(1, 2));
  EXPECT_THAT(train.epochs, ElementsAre(0.5, 1.0));
  EXPECT_THAT(train.wall, ElementsAre(0.1, 0.3));
  EXPECT_THAT(train.keys, ElementsAre("loss", "loss.se", "kl"));
  EXPECT_THAT(*train.find("loss"), ElementsAre(3.0, IsNan()));
  EXPECT_THAT(*train.find("loss.se"), ElementsAre(0.5, IsNan()));
  EXPECT_THAT(*train.find("kl"), ElementsAre(IsNan(), -2.5e-3));
  EXPECT_TRUE(std::isinf(splits.at("valid").at("loss", 0)));
}

TEST(ParseMetrics, ALoggedNanIsNotAnAbsentNumber) {
  const auto splits = parse_metrics(kThree, "m");
  const SplitMetrics& train = splits.at("train");
  EXPECT_TRUE(train.logged("loss", 1));
  EXPECT_FALSE(train.logged("loss.se", 1));
  EXPECT_FALSE(train.logged("kl", 0));
  EXPECT_FALSE(train.logged("elbo", 0));
  EXPECT_EQ(train.find("elbo"), nullptr);
}

TEST(ParseMetrics, AHalfWrittenLastLineIsPassedOver) {
  const std::string whole = kThree;
  for (std::size_t cut = 1; cut < 60; ++cut) {
    const auto splits = parse_metrics(whole.substr(0, whole.size() - 1 - cut), "m");
    EXPECT_EQ(splits.at("train").rows(), 1u) << cut;
    EXPECT_FALSE(splits.at("train").has("kl"));
  }
  EXPECT_TRUE(parse_metrics("", "m").empty());
}

TEST(ParseMetrics, OtherDamageIsNamedByFileAndLine) {
  const std::string good = "{\"step\":1,\"split\":\"train\"}\n";
  for (const std::string bad :
       {"{\"step\":2,\"split\"\n", "[1]\n", "{\"step\":2}\n", "{\"split\":\"train\"}\n",
        "{\"step\":2,\"split\":\"train\",\"kl\":true}\n",
        "{\"step\":2,\"split\":\"train\",\"kl\":\"two\"}\n",
        "{\"step\":2,\"split\":\"train\",\"kl\":{\"a\":1}}\n",
        "{\"step\":2,\"split\":\"train\",\"kl\":[1]}\n", "7\n"}) {
    const auto message =
        message_of([&] { parse_metrics(good + bad + good, "runs/a/m"); }, ExitCode::data);
    EXPECT_THAT(message, HasSubstr("runs/a/m:2: ")) << bad;
  }
  EXPECT_THAT(message_of([&] { parse_metrics(good + "{\"kl\":true}\n", "m"); }, ExitCode::data),
              HasSubstr("'kl'"));
}

TEST(FlatConfig, TablesBecomeDottedKeysAndSchedulesStayWhole) {
  const auto config = flat_config(
      "[model]\nhidden = [400, 200]\n[[penalty]]\nname = \"r1\"\ngamma = 2.0\n[[penalty]]\n"
      "name = \"x\"\n[optimizer]\nlr = { schedule = \"linear\", from = 1.0, to = 0.0, steps = 3 }\n"
      "[optimizer.generator]\nlr = 0.5\n",
      "c");
  EXPECT_EQ(to_toml(config.at("model.hidden")), "[400, 200]");
  EXPECT_EQ(to_toml(config.at("penalty.0.gamma")), "2.0");
  EXPECT_EQ(to_toml(config.at("penalty.1.name")), "\"x\"");
  EXPECT_EQ(to_toml(config.at("optimizer.generator.lr")), "0.5");
  EXPECT_THAT(to_toml(config.at("optimizer.lr")), HasSubstr("schedule = \"linear\""));
  EXPECT_EQ(config.count("optimizer.lr.from"), 0u);
  EXPECT_THAT(
      message_of([] { flat_config("[run]\nname =\n", "runs/a/config.toml"); }, ExitCode::data),
      HasSubstr("runs/a/config.toml:2"));
}

TEST(ReadRun, ReadsEveryFileOfARun) {
  const TempDir dir;
  const auto path = write_run(dir.path(), {.name = "one", .beta = 4.0});
  put(path / "checks.jsonl",
      "{\"step\":1,\"split\":\"train\",\"id\":\"V1\",\"kind\":\"exact\",\"lhs\":1,\"rhs\":1,"
      "\"residual\":0,\"tolerance\":1,\"z\":0,\"verdict\":\"holds\"}\n"
      "{\"step\":2,\"split\":\"train\",\"id\":\"V1\",\"kind\":\"exact\",\"statement\":\"a = b\","
      "\"lhs\":1,\"rhs\":2,\"residual\":-1,\"tolerance\":0.5,\"z\":-3,\"verdict\":\"fails\"}\n"
      "{\"step\":3,\"split\":\"train\",\"id\":\"V2\",\"kind\":\"optimum\",\"lhs\":\"nan\",\"rhs\":"
      "2,"
      "\"residual\":0,\"tolerance\":0,\"z\":0,\"verdict\":\"inconclusive\"}\n{\"step\":4,\"sp");
  put(path / "result.json",
      "{\"outcome\":\"finished\",\"message\":\"\",\"step\":100,\"epoch\":4.0,\"splits\":{\"test\":"
      "{\"elbo\":{\"mean\":-100.0,\"se\":0.5,\"count\":64},\"beta\":{\"mean\":4.0,\"se\":null,"
      "\"count\":1}}},\"checks\":{\"fails\":1},\"timings\":{\"seconds\":2.5}}");
  const std::string row =
      "\"quantity\":\"iwae/k5\",\"estimator\":\"iw\",\"se\":null,\"bias\":\"lower\","
      "\"exact\":false,\"note\":\"\",\"meaning\":\"m\",\"metric\":\"importance\",\"settings\":"
      "\"s\"}\n";
  put(path / "eval.jsonl", "{\"value\":-90," + row + "{\"value\":-89," + row);
  const auto run = read_run(path);
  EXPECT_EQ(run.name(), "one");
  EXPECT_EQ(run.split("test")->rows(), 1u);
  EXPECT_EQ(run.split("nothing"), nullptr);
  EXPECT_EQ(run.setting("objective.beta"), "4.0");
  EXPECT_EQ(run.text("data.name"), "glyphs");
  EXPECT_EQ(run.number("optimizer.batch_size", 0), 10.0);
  EXPECT_EQ(run.setting("objective.gamma"), "");
  ASSERT_NE(run.terms.find("elbo/kl"), nullptr);
  EXPECT_EQ(run.terms.find("elbo/kl")->minimum, 0.0);
  EXPECT_TRUE(std::isinf(run.terms.find("elbo/kl")->maximum));
  EXPECT_EQ(run.terms.find("kl/dim/7")->symbol, "KLj");
  EXPECT_EQ(run.terms.find("kl/7"), nullptr);
  ASSERT_EQ(run.checks.size(), 2u);
  EXPECT_EQ(run.checks[0].evaluations, 2);
  EXPECT_EQ(run.checks[0].fails, 1);
  EXPECT_EQ(run.checks[0].statement, "a = b");
  EXPECT_EQ(run.checks[0].first_failure->step, 2);
  EXPECT_EQ(run.checks[0].largest_z, 3.0);
  EXPECT_EQ(run.checks[1].inconclusive, 1);
  EXPECT_EQ(run.result->splits.at("test").at("elbo").se, 0.5);
  EXPECT_EQ(run.result->splits.at("test").at("beta").se, std::nullopt);
  EXPECT_EQ(run.result->timings.at("seconds"), 2.5);
  EXPECT_EQ(run.status->status, "finished");
  EXPECT_EQ(run.status->heartbeat, 1.5);
  EXPECT_EQ(run.environment.data_sha256, "abc");
  ASSERT_EQ(run.evaluation.size(), 1u);
  EXPECT_EQ(run.evaluation[0].value, -89.0);
}

TEST(ReadRun, ARunThatHasJustBegunHasWhatItHas) {
  const TempDir dir;
  put(dir / "run/config.toml", "[run]\nseed = 3\n");
  const auto run = read_run(dir / "run");
  EXPECT_TRUE(run.metrics.empty());
  EXPECT_FALSE(run.result.has_value());
  EXPECT_EQ(run.setting("run.seed"), "3");
}

TEST(ReadRun, WhatIsNoRunIsNamed) {
  const TempDir dir;
  EXPECT_THAT(message_of([&] { read_run(dir / "none"); }, ExitCode::usage), HasSubstr("none"));
  std::filesystem::create_directory(dir / "empty");
  EXPECT_THAT(message_of([&] { read_run(dir / "empty"); }, ExitCode::usage),
              HasSubstr("holds no run"));
  put(dir / "run/config.toml", "[run]\nseed = 3\n");
  put(dir / "run/result.json", "{\"outcome\":");
  EXPECT_THAT(message_of([&] { read_run(dir / "run"); }, ExitCode::data), HasSubstr("result.json"));
}

}  // namespace
}  // namespace elbow::report
