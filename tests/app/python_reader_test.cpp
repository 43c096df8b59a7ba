// python/elbow_run.py reads a run of the program, where Python has numpy and torch.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/app/small_vae.h"
#include "tests/support/program.h"
#include "tests/support/temp_dir.h"

namespace elbow::testing {
namespace {

using ::testing::HasSubstr;

/// A Python that has the module; "" where there is none.
std::string python_with(const std::string& module) {
  for (const char* python : {"python3", "/usr/bin/python3"}) {
    if (run_program({python, "-c", "import " + module}).exit_code == 0) return python;
  }
  return "";
}

TEST(PythonReaderSlow, ReadsARunOfTheProgram) {
  std::string python = python_with("numpy, torch");
  if (python.empty()) python = python_with("numpy");
  if (python.empty()) GTEST_SKIP() << "no Python with numpy (Debian: python3-numpy python3-torch)";
  const TempDir dir;
  std::vector<std::string> argv = {"elbow", "train", "configs/vae/elbo.toml"};
  for (const auto& word : small_vae()) argv.push_back(word);
  argv.insert(argv.end(), {"--run-dir", dir / "run", "--threads", "1", "--progress", "none"});
  const auto trained = run_program(argv);
  ASSERT_EQ(trained.exit_code, 0) << trained.err;
  const auto read = run_program(
      {python, ELBOW_SOURCE_DIR "/tests/app/read_run.py", ELBOW_SOURCE_DIR "/python", dir / "run"});
  ASSERT_EQ(read.exit_code, 0) << read.err;
  EXPECT_THAT(read.out, HasSubstr("records\nsafetensors\n"));
  if (read.out.find("without torch") != std::string::npos) {
    GTEST_SKIP() << "this Python has no torch (Debian: python3-torch): the module was not tested";
  }
}

TEST(PythonReaderSlow, StaysShort) {
  const std::string text = read_file(ELBOW_SOURCE_DIR "/python/elbow_run.py");
  EXPECT_LT(std::count(text.begin(), text.end(), '\n'), 150);
}

}  // namespace
}  // namespace elbow::testing
