// `elbow verify` as a user meets it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cctype>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/program.h"

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

TEST(VerifySlow, APlantedMistakeExitsWithFive) {
  const auto result = run_program({ELBOW_MUTANT_PROGRAM, "verify", "identities", "--threads", "1"});
  EXPECT_EQ(result.exit_code, 5);
  EXPECT_THAT(result.out, HasSubstr("fails"));
  EXPECT_THAT(result.out, HasSubstr("flipped_kl/"));
  EXPECT_THAT(result.out, HasSubstr("V1"));
}

/// "V87" of "gaussian/q=2/V87/kl/1": the part of an id that is a number of the conventions.
std::string number_of(const std::string& id) {
  std::istringstream parts(id);
  for (std::string part; std::getline(parts, part, '/');) {
    if (part.size() > 1 && std::isupper(static_cast<unsigned char>(part[0])) &&
        std::isdigit(static_cast<unsigned char>(part[1]))) {
      return part;
    }
  }
  return id;
}

// Every objective, penalty and likelihood is a tenth too large, an objective in its terms and its
// loss alike, and every dynamics makes two steps for one: what no statement between terms sees,
// known answers do.
TEST(VerifySlow, ProblemsCatchComponentsThatAreATenthTooLarge) {
  const std::map<std::string, std::vector<std::string>> must = {
      {"dirac_gan", {"G65", "G66", "G67", "G68", "G70", "G72"}},
      {"enumerable_vae", {"V26", "V30", "V53", "V85"}},
      {"known_density_gan", {"G30", "G56"}},
      {"linear_vae", {"V87", "V89"}},
      {"transport", {"G44", "G47", "G49"}}};
  for (const auto& [problem, numbers] : must) {
    const auto result = run_program(
        {ELBOW_SPOILT_PROGRAM, "verify", problem, "--format", "json", "--threads", "1"});
    EXPECT_EQ(result.exit_code, 5) << result.err;
    std::set<std::string> failed;
    for (const auto& check : objects(result.out)) {
      if (check["verdict"] == "fails") failed.insert(number_of(check["id"]));
    }
    EXPECT_THAT(failed, IsSupersetOf(numbers)) << problem;
  }
}

}  // namespace
}  // namespace elbow::testing
