// Known answers do not stand bare: tests/oracles/NAME.py computes what tests/oracles/NAME.txt
// holds, line by line "what number", by a route of its own, and each number stands in a test or a
// problem.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "tests/structure/tree.h"
#include "tests/support/program.h"
#include "tests/support/temp_dir.h"

namespace elbow::testing {
namespace {

using ::testing::IsEmpty;

/// "-0.2500" -> ".25": as it stands in a source with or without sign, leading and trailing zeros.
std::string digits(std::string number) {
  if (number.front() == '-') number.erase(0, 1);
  if (starts_with(number, "0.")) number.erase(0, 1);
  if (number.find('.') != std::string::npos) number.erase(number.find_last_not_of('0') + 1);
  return number;
}

/// What of a list of numbers stands nowhere in `sources`.
std::vector<std::string> strays(const std::string& list, const std::string& sources) {
  std::vector<std::string> found;
  std::istringstream lines(list);
  for (std::string what, number; lines >> what >> number;) {
    if (sources.find(digits(number)) == std::string::npos) found.push_back(what);
  }
  return found;
}

TEST(Oracles, EachNumberStandsInATestOrAProblem) {
  std::string sources;
  for (const char* folder : {"tests", "problems"}) {
    for (const auto& file : files_below(folder, {".cpp", ".h"})) {
      sources += read_file(source_root() / file);
    }
  }
  const auto lists = files_below("tests/oracles", {".txt"});
  EXPECT_EQ(lists.size(), files_below("tests/oracles", {".py"}).size());
  for (const auto& list : lists) {
    const auto script = std::filesystem::path(list).replace_extension(".py");
    EXPECT_TRUE(std::filesystem::exists(source_root() / script)) << list << " has no generator";
    EXPECT_THAT(strays(read_file(source_root() / list), sources), IsEmpty()) << list;
  }
}

TEST(Oracles, AMovedDigitIsFound) {
  const std::string source = "EXPECT_NEAR(x, -.2500917, 1e-9); EXPECT_NEAR(y, 12.5, 1e-9);";
  EXPECT_THAT(strays("a -0.2500917\nb 12.5000\n", source), IsEmpty());
  EXPECT_EQ(strays("a -0.2500971\nb 12.5000\n", source), std::vector<std::string>{"a"});
}

TEST(OraclesSlow, TheScriptsComputeTheNumbers) {
  if (run_program({"python3", "--version"}).exit_code != 0) {
    GTEST_SKIP() << "python3 is not installed";
  }
  for (const auto& script : files_below("tests/oracles", {".py"})) {
    const auto result = run_program({"python3", (source_root() / script).string()});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    const auto list = std::filesystem::path(script).replace_extension(".txt");
    EXPECT_EQ(result.out, read_file(source_root() / list)) << script;
  }
}

}  // namespace
}  // namespace elbow::testing
