// Every page of docs/labs against what its command prints.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>

#include "tests/labs/lab_page.h"
#include "tests/support/program.h"
#include "tests/support/temp_dir.h"

namespace elbow::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const fs::path kRoot = ELBOW_SOURCE_DIR;

std::vector<std::string> pages() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(kRoot / "docs/labs")) {
    const std::string name = entry.path().stem().string();
    if (name != "README") names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

LabPage page(const std::string& name) {
  return parse_lab(read_file(kRoot / "docs/labs" / (name + ".md")));
}

/// The command of a page as the test runs it: this build's program, runs in `runs`, one thread, and
/// 0 where a reader would be asked for a guess.
std::vector<std::string> runnable(std::vector<std::string> words, const fs::path& runs) {
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (words[i - 1] == "--predict" && words[i].find('=') == std::string::npos) words[i] += "=0";
    if (words[i].starts_with("runs/")) words[i] = (runs / words[i].substr(5)).string();
  }
  words[0] = "elbow";
  if (words.at(1) != "divergence") words.insert(words.end(), {"--threads", "1"});
  return words;
}

bool near(double value, double claimed, double within) {
  if (std::isinf(claimed)) return value == claimed;
  return std::abs(value - claimed) <= within;
}

class LabsSlow : public ::testing::TestWithParam<std::string> {};

TEST_P(LabsSlow, PrintsWhatThePageSays) {
  const LabPage lab = page(GetParam());
  const TempDir runs;
  std::vector<std::string> outputs;
  for (const auto& words : lab.commands) {
    ASSERT_EQ(words.at(0), "build/release/elbow");
    const auto result = run_program(runnable(words, runs.path()));
    ASSERT_EQ(result.exit_code, 0) << result.err;
    outputs.push_back(result.out + result.err);
  }
  for (const Claim& claim : lab.claims) {
    ASSERT_LE(claim.values.size(), outputs.size()) << claim.name;
    for (std::size_t i = 0; i < claim.values.size(); ++i) {
      if (!claim.values[i]) continue;
      const auto found = value_in(outputs[i], claim.name);
      ASSERT_TRUE(found) << claim.name << " is not in\n" << outputs[i];
      EXPECT_TRUE(near(*found, *claim.values[i], claim.within.at(i)))
          << claim.name << ": " << *found << " was printed, the page has " << *claim.values[i];
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Labs, LabsSlow, ::testing::ValuesIn(pages()), [](const auto& info) {
  return info.param.substr(0, 2) + "_" + std::to_string(info.index);
});

TEST(LabPages, HaveTheirPartsAndAPlaceInTheIndex) {
  const std::string index = read_file(kRoot / "docs/labs/README.md");
  ASSERT_GE(pages().size(), 10u);
  for (const std::string& name : pages()) {
    const LabPage lab = page(name);
    EXPECT_THAT(index, HasSubstr("(" + name + ".md)"));
    EXPECT_THAT(lab.sections, ElementsAre("Guess", "Run", "What it printed", "Why", "Change next",
                                          "You have used"))
        << name;
    EXPECT_FALSE(lab.claims.empty()) << name;
    EXPECT_EQ(lab.title.substr(0, lab.title.find('.')), std::to_string(std::stoi(name))) << name;
    const std::string text = read_file(kRoot / "docs/labs" / (name + ".md"));
    EXPECT_LE(std::count(text.begin(), text.end(), '\n'), 90) << name;
  }
}

TEST(LabPages, EveryConfigOfALabIsUsed) {
  for (const auto& entry : fs::directory_iterator(kRoot / "configs/labs")) {
    const std::string config = "configs/labs/" + entry.path().filename().string();
    bool used = false;
    for (const std::string& name : pages()) {
      for (const auto& words : page(name).commands) {
        used = used || std::find(words.begin(), words.end(), config) != words.end();
      }
    }
    EXPECT_TRUE(used) << config;
  }
}

const char* const kPage =
    "# 3. A title\n\n## Run\n\n```sh\na b 'c d' \\\n  --x &&\ne f\n```\n\n## What it printed\n\n"
    "| row | one | two | within |\n|---|---|---|---|\n| `kl k1` | −0.5 | – | 0.1 |\n"
    "| `q` | inf | 1e-3 | 0 / 2 |\n\n## Why\n\n| `no claim` | 1 | 1 | 1 |\n";

TEST(LabPages, AreReadAsTheyAreWritten) {
  const LabPage lab = parse_lab(kPage);
  EXPECT_EQ(lab.title, "3. A title");
  ASSERT_EQ(lab.commands.size(), 2u);
  EXPECT_THAT(lab.commands[0], ElementsAre("a", "b", "c d", "--x"));
  EXPECT_THAT(lab.commands[1], ElementsAre("e", "f"));
  ASSERT_EQ(lab.claims.size(), 2u);
  EXPECT_EQ(lab.claims[0].name, "kl k1");
  EXPECT_EQ(lab.claims[0].values.at(0), -0.5);
  EXPECT_FALSE(lab.claims[0].values.at(1));
  EXPECT_THAT(lab.claims[0].within, ElementsAre(0.1, 0.1));
  EXPECT_THAT(lab.claims[1].within, ElementsAre(0.0, 2.0));
  EXPECT_TRUE(std::isinf(*lab.claims[1].values.at(0)));
  EXPECT_THROW(parse_lab("## What it printed\n| `a` | many | 1 |\n"), std::runtime_error);
  EXPECT_THROW(parse_lab("## What it printed\n| `a` | 1 | near |\n"), std::runtime_error);
  EXPECT_THROW(parse_lab("## What it printed\n| `a` | 1 | 1 / 2 |\n"), std::runtime_error);
}

TEST(LabPages, NumbersAreFoundInEveryKindOfOutput) {
  const std::string output =
      "kl  closed_form  0.5  exact\nkl  k1  0.25  0.02  nats\n"
      "  holds  oracle  1.5  2.5  -3e-14  1e-09   trained/x1/V26  ln p(x) − elbo\n"
      "iwae/k10       -94.5   1.1  lower  bound\n"
      "guess      valid:elbo/kl: your guess 0, what happened 16.9 ± 0.08 on valid\n"
      "guess      truth/a: your guess 0, what happened is not logged\n";
  EXPECT_EQ(value_in(output, "kl k1"), 0.25);
  EXPECT_EQ(value_in(output, "trained/x1/V26"), 1.5);
  EXPECT_EQ(value_in(output, "trained/x1/V26 left"), 1.5);
  EXPECT_EQ(value_in(output, "trained/x1/V26 right"), 2.5);
  EXPECT_EQ(value_in(output, "iwae/k10"), -94.5);
  EXPECT_EQ(value_in(output, "valid:elbo/kl"), 16.9);
  EXPECT_EQ(value_in(output, "kl closed_form − kl k1"), 0.25);
  EXPECT_FALSE(value_in(output, "kl closed_form − kl k2"));
  for (const char* none : {"kl k2", "elbo/kl", "truth/a", "trained/x1", "k1"}) {
    EXPECT_FALSE(value_in(output, none)) << none;
  }
}

TEST(LabPages, AWrongNumberIsNoticed) {
  EXPECT_TRUE(near(0.52, 0.5, 0.05));
  EXPECT_FALSE(near(0.56, 0.5, 0.05));
  EXPECT_FALSE(near(std::nan(""), 0.5, 0.05));
  EXPECT_FALSE(near(700.0, std::numeric_limits<double>::infinity(), 0.0));
  EXPECT_FALSE(near(std::numeric_limits<double>::infinity(), 700.0, 1.0));
}

}  // namespace
}  // namespace elbow::testing
