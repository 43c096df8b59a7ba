// The sentences of the page of a run, each where it is true and where it nearly is.
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/program.h"

namespace elbow::testing {
namespace {

const std::filesystem::path kRoot = ELBOW_SOURCE_DIR;

TEST(Verdict, SaysWhatTheRunIsEvidenceFor) {
  if (run_program({"/bin/sh", "-c", "command -v node"}).exit_code != 0) {
    GTEST_SKIP() << "there is no node (Debian: apt install nodejs)";
  }
  const auto result = run_program({"node", (kRoot / "tests/report/browser/verdict.mjs").string(),
                                   (kRoot / "report/web").string()});
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
}

}  // namespace
}  // namespace elbow::testing
