// elbow export on a run of the program, and on what is none.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/support/program.h"
#include "tests/support/temp_dir.h"

namespace elbow::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(ExportSlow, ARunOfTheProgramBecomesATable) {
  const TempDir dir;
  const std::string run = dir / "run";
  const auto trained = run_program(
      {"elbow", "train", "configs/vae/elbo.toml", "run.epochs=0", "run.steps=6", "data.name=glyphs",
       "data.train_count=128", "data.test_count=32", "data.validation=32", "model.hidden=[8]",
       "model.latent=2", "optimizer.batch_size=32", "log.every=2", "pictures.every=0",
       "probes.every=0", "--run-dir", run, "--threads", "1"});
  ASSERT_EQ(trained.exit_code, 0) << trained.err;
  const auto wide = run_program({"elbow", "export", run});
  ASSERT_EQ(wide.exit_code, 0) << wide.err;
  EXPECT_THAT(wide.out, StartsWith("step,epoch,wall,split,"));
  EXPECT_THAT(wide.out, HasSubstr(",elbo/kl"));
  const std::string records = read_file(dir / "run/metrics.jsonl");
  EXPECT_EQ(std::count(wide.out.begin(), wide.out.end(), '\n'),
            1 + std::count(records.begin(), records.end(), '\n'));

  const std::string file = dir / "long.csv";
  const auto narrow = run_program({"elbow", "export", run, "--long", "--output", file});
  ASSERT_EQ(narrow.exit_code, 0) << narrow.err;
  EXPECT_EQ(narrow.out, "");
  EXPECT_THAT(read_file(file), StartsWith("step,epoch,wall,split,term,value,se,unit\n"));
  EXPECT_THAT(read_file(file), HasSubstr(",test,elbo/kl,"));
}

TEST(ExportSlow, WhatCannotBeExportedIsNamed) {
  const TempDir dir;
  const auto absent = run_program({"elbow", "export", dir / "absent"});
  EXPECT_EQ(absent.exit_code, 2);
  EXPECT_EQ(absent.out, "");
  EXPECT_THAT(absent.err, HasSubstr("there is no run directory"));
  const auto no_run = run_program({"elbow", "export", dir.path()});
  EXPECT_EQ(no_run.exit_code, 2);
  EXPECT_THAT(no_run.err, HasSubstr("holds no run"));
  dir.write("config.toml", "[run]\nname = \"a\"\n");
  const auto empty = run_program({"elbow", "export", dir.path()});
  EXPECT_EQ(empty.exit_code, 3);
  EXPECT_THAT(empty.err, HasSubstr("has no records yet"));
  dir.write("metrics.jsonl", "{\"step\":1,\n{\"step\":2}\n");
  const auto damaged = run_program({"elbow", "export", dir.path()});
  EXPECT_EQ(damaged.exit_code, 3);
  EXPECT_THAT(damaged.err, HasSubstr("metrics.jsonl:1"));
  const auto format = run_program({"elbow", "export", dir.path(), "--format", "xml"});
  EXPECT_EQ(format.exit_code, 2);
  EXPECT_THAT(format.err, HasSubstr("xml"));
}

}  // namespace
}  // namespace elbow::testing
