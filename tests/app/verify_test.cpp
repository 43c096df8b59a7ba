// `elbow verify` as a user meets it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/program.h"
#include "tests/support/temp_dir.h"

namespace elbow::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::Not;

std::vector<nlohmann::json> objects(const std::string& lines) {
  std::vector<nlohmann::json> all;
  std::istringstream in(lines);
  for (std::string line; std::getline(in, line);) all.push_back(nlohmann::json::parse(line));
  return all;
}

TEST(VerifySlow, ListsAndExplainsProblems) {
  const auto listed = run_program({"elbow", "verify", "--list"});
  EXPECT_EQ(listed.exit_code, 0);
  const auto also = run_program({"elbow", "list", "problems"});
  for (const char* name : {"dirac_gan", "linear_vae", "identities", "transport"}) {
    EXPECT_THAT(listed.out, HasSubstr(name));
    EXPECT_THAT(also.out, HasSubstr(name));
  }
  const auto explained = run_program({"elbow", "explain", "dirac_gan"});
  EXPECT_EQ(explained.exit_code, 0);
  EXPECT_THAT(explained.out, HasSubstr("elbow verify dirac_gan"));
  EXPECT_THAT(explained.out, HasSubstr("problems/dirac_gan_problem.cpp"));
}

TEST(VerifySlow, AWordThatIsNeitherAProblemNorAnIdRunsNothing) {
  const auto result = run_program({"elbow", "verify", "nosuch"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("nosuch"));
  EXPECT_EQ(result.out, "");
}

TEST(VerifySlow, TableEndsInASummary) {
  const auto result = run_program({"elbow", "verify", "transport", "--threads", "1"});
  ASSERT_EQ(result.exit_code, 0) << result.out << result.err;
  EXPECT_THAT(result.out, HasSubstr("transport:"));
  EXPECT_THAT(result.out, HasSubstr("holds"));
  EXPECT_THAT(result.out, HasSubstr("0 fail"));
  EXPECT_THAT(result.out, HasSubstr("expected by chance"));
  EXPECT_THAT(result.err, HasSubstr("transport: "));
}

TEST(VerifySlow, JsonIsOneObjectALine) {
  const auto result =
      run_program({"elbow", "verify", "transport", "--format", "json", "--threads", "1"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const auto checks = objects(result.out);
  ASSERT_GT(checks.size(), 20u);
  std::set<std::string> ids;
  for (const auto& check : checks) {
    for (const char* key : {"id", "problem", "statement", "kind", "lhs", "rhs", "residual", "se",
                            "tolerance", "z", "verdict"}) {
      EXPECT_TRUE(check.contains(key)) << key;
    }
    EXPECT_EQ(check.size(), 11u);
    EXPECT_EQ(check["problem"], "transport");
    EXPECT_TRUE(ids.insert(check["id"].get<std::string>()).second) << check["id"];
    if (check["kind"] == "statistical") {
      EXPECT_TRUE(check["se"].is_number());
      EXPECT_TRUE(check["z"].is_number());
    }
  }
  EXPECT_THAT(result.err, HasSubstr("checks: "));
}

TEST(VerifySlow, PatternsSelect) {
  const auto part =
      run_program({"elbow", "verify", "dirac_gan/G72", "--format", "json", "--threads", "1"});
  ASSERT_EQ(part.exit_code, 0) << part.err;
  const auto checks = objects(part.out);
  EXPECT_EQ(checks.size(), 4u);
  for (const auto& check : checks) EXPECT_THAT(check["id"].get<std::string>(), HasSubstr("G72"));
  const auto wrong = run_program({"elbow", "verify", "dirac_gan/no_such_id", "--threads", "1"});
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_THAT(wrong.err, HasSubstr("no problem and no check is called"));
}

TEST(VerifySlow, AllShowsEveryRow) {
  const auto few = run_program({"elbow", "verify", "identities", "--threads", "1"});
  const auto all = run_program({"elbow", "verify", "identities", "--all", "--threads", "1"});
  EXPECT_THAT(few.out, HasSubstr("the closest call of"));
  EXPECT_THAT(all.out, Not(HasSubstr("the closest call of")));
  EXPECT_GT(all.out.size(), 4 * few.out.size());
}

/// `elbow verify latent_grid`, with a signal while its model trains, in a scratch directory, or
/// after that.
ProgramResult stopped(int signal, bool training) {
  const TempDir scratch;
  bool seen = false;
  const auto when = [&] {
    const bool there = !std::filesystem::is_empty(scratch.path());
    seen = seen || there;
    return training ? there : seen && !there;
  };
  return run_program({"elbow", "verify", "latent_grid", "--threads", "1"},
                     {{"TMPDIR", scratch.path().string()}}, when, signal);
}

// 75 would promise a checkpoint.
TEST(VerifySlow, AStoppedRunKeepsNothingAndSaysSo) {
  for (const bool training : {true, false}) {
    for (const auto& [signal, code] : {std::pair{SIGINT, 130}, {SIGTERM, 1}, {SIGUSR1, 1}}) {
      const auto result = stopped(signal, training);
      EXPECT_EQ(result.exit_code, code) << result.err;
      EXPECT_THAT(result.err, HasSubstr("stopped. Nothing is kept; start it again."));
    }
  }
}

TEST(VerifySlow, APlantedMistakeExitsWithFive) {
  const auto result = run_program({ELBOW_MUTANT_PROGRAM, "verify", "identities", "--threads", "1"});
  EXPECT_EQ(result.exit_code, 5);
  EXPECT_THAT(result.out, HasSubstr("fails"));
  EXPECT_THAT(result.out, HasSubstr("flipped_kl/"));
  EXPECT_THAT(result.out, HasSubstr("V1"));
}

/// `elbow verify PROBLEM` of the spoilt program fails each of these checks.
/// tests/structure/mutants_test.cpp reads the ids of these calls.
void expect_caught(const std::string& problem, const std::vector<std::string>& ids) {
  const auto result =
      run_program({ELBOW_SPOILT_PROGRAM, "verify", problem, "--format", "json", "--threads", "1"});
  EXPECT_EQ(result.exit_code, 5) << result.err;
  std::set<std::string> failed;
  for (const auto& check : objects(result.out)) {
    if (check["verdict"] == "fails") failed.insert(check["id"].get<std::string>());
  }
  EXPECT_THAT(failed, IsSupersetOf(ids)) << problem;
}

// Every objective, penalty and likelihood is a tenth too large, an objective in its terms and its
// loss alike, and every dynamics makes two steps for one: what no statement between terms sees,
// known answers do.
TEST(VerifySlow, ProblemsCatchComponentsThatAreATenthTooLarge) {
  expect_caught("dirac_gan", {"G65/hinge/re",
                              "G65/hinge/im",
                              "G65/hinge/closed_form/im",
                              "G65/hinge/r1=0.3/re",
                              "G65/gradient_penalty/point0",
                              "G65/weight_clipping/point0",
                              "G65/cycle/weight_clipping/low",
                              "G65/cycle/weight_clipping/high",
                              "G66/minimax/point0",
                              "G66/wasserstein/point0",
                              "G66/invariant/generator_first",
                              "G66/invariant/discriminator_first",
                              "G66/flow/minimax",
                              "G66/flow/non_saturating",
                              "G67/minimax/discriminator_first",
                              "G67/wasserstein/simultaneous",
                              "G67/minimax/r1=0.3",
                              "G68/point0",
                              "G70/alternating/00",
                              "G72/generator/moves"});
  expect_caught("enumerable_vae", {"initial/V85", "initial/x341/V26", "initial/x341/V53",
                                   "initial/beta/x0/V26/sampled", "initial/beta/x0/V30"});
  expect_caught("known_density_gan",
                {"A/hinge/G30/loss", "A/hinge/mu=0.4/G56/gradient", "network/A/hinge/G26/regret",
                 "network/A/least_squares/G26/optimal"});
  expect_caught("linear_vae", {"gaussian/q=2/V87/elbo", "gaussian/q=2/V89", "gaussian/V90/4-7"});
  expect_caught("transport",
                {"clouds/G44/first_coordinate/d=1", "disjoint/G47/minimax/jensen_shannon/lower",
                 "parallel_lines/G47/theta=-1.50/gap", "parallel_lines/G47/theta=-1.50/G51",
                 "dirac_pair/weight_clipping/G49/slope", "dirac_pair/weight_clipping/G49/gap",
                 "dirac_pair/weight_clipping/W1"});
}

}  // namespace
}  // namespace elbow::testing
