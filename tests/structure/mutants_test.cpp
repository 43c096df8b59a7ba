// Each identity that a run is held to, and each statement of a problem, stands in a test with a
// planted mistake that it catches.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <filesystem>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "objectives/registry.h"
#include "tests/structure/tree.h"
#include "tests/support/temp_dir.h"

namespace elbow::testing {
namespace {

using ::testing::ElementsAre;

/// The arguments of the call whose '(' stands before `at`, as they are written.
std::vector<std::string> arguments(const std::string& source, std::size_t at) {
  std::vector<std::string> found(1);
  int depth = 0;
  bool in_text = false;
  for (; at < source.size(); ++at) {
    const char c = source[at];
    if (c == '"') in_text = !in_text;
    if (!in_text) {
      if (c == '(' || c == '{' || c == '[') ++depth;
      if ((c == ')' || c == '}' || c == ']') && depth-- == 0) break;
      if (c == ',' && depth == 0) {
        found.emplace_back();
        continue;
      }
    }
    found.back() += c;
  }
  return found;
}

/// The texts in quotes of each call of expect_caught (tests/support/identities.h,
/// tests/problems/verdicts.h and tests/app): the ids that a planted mistake must fail, among
/// others.
std::vector<std::vector<std::string>> caught_in(const std::string& source) {
  std::vector<std::vector<std::string>> found;
  const std::string call = "expect_caught(";
  for (auto at = source.find(call); at != std::string::npos; at = source.find(call, at + 1)) {
    found.emplace_back();
    for (const std::string& argument : arguments(source, at + call.size())) {
      for (auto open = argument.find('"'); open != std::string::npos;) {
        const auto close = argument.find('"', open + 1);
        found.back().push_back(argument.substr(open + 1, close - open - 1));
        open = argument.find('"', close + 1);
      }
    }
  }
  return found;
}

/// An id as it is put together in a problem's source, "G65/" + name + "/re", as a pattern of the
/// ids that it can give: what is not written there may be anything. Empty without a text in it.
std::string id_pattern(const std::string& expression) {
  std::string pattern;
  bool in_text = false, any = false;
  for (const char c : expression) {
    if (c == '"') {
      in_text = !in_text;
      any = true;
    } else if (in_text) {
      pattern += std::string("\\^$.|?*+()[]{}").find(c) != std::string::npos ? "\\" : "";
      pattern += c;
    } else if (std::isalnum(static_cast<unsigned char>(c)) && !pattern.ends_with(".*")) {
      pattern += ".*";
    }
  }
  return any ? "(.*/)?" + pattern : "";
}

/// Patterns of the ids of the statements that can fail in the source of a problem.
std::vector<std::string> statements_in(const std::string& source) {
  struct Call {
    std::string name;
    std::size_t id;        // which argument is the id
    bool extends = false;  // whether it puts something behind the id
  };
  std::vector<std::string> found;
  for (const Call& call : {Call{".exact(", 0}, Call{".oracle(", 0}, Call{".bound(", 0},
                           Call{".statistical(", 0}, Call{"compare_eigenvalues(", 1, true},
                           Call{"check_order(", 1}, Call{"check_order_of_chains(", 1}}) {
    for (auto at = source.find(call.name); at != std::string::npos;
         at = source.find(call.name, at + 1)) {
      const std::vector<std::string> all = arguments(source, at + call.name.size());
      const std::string pattern = all.size() > call.id ? id_pattern(all[call.id]) : "";
      if (!pattern.empty()) found.push_back(pattern + (call.extends ? "/.*" : ""));
    }
  }
  return found;
}

/// The probe every epoch repeats statements of the one every N steps; one test runs on both.
std::string of_any_tier(const std::string& id) {
  const std::string suffix = ".epoch";
  return id.ends_with(suffix) ? id.substr(0, id.size() - suffix.size()) : id;
}

TEST(Mutants, EachIdentityCatchesAPlantedMistake) {
  std::set<std::string> caught;
  for (const auto& file : files_below("tests", {".cpp"})) {
    if (starts_with(file, "tests/structure/") || starts_with(file, "tests/problems/")) continue;
    for (const auto& call : caught_in(read_file(source_root() / file)))
      caught.insert(call.begin(), call.end());
  }
  for (const auto& spec : component_specs()) {
    for (const auto& identity : spec.identities) {
      if (identity.kind == IdentityKind::optimum) continue;  // a meter: it cannot fail
      EXPECT_EQ(caught.count(of_any_tier(identity.id)), 1u)
          << "no test shows that " << identity.id << " of " << spec.source << " can fail";
    }
  }
}

/// The ids that planted mistakes fail among the statements of a file: problems/NAME.cpp has
/// tests/problems/NAME_test.cpp, and problems/NAME_problem.cpp the run of `elbow verify NAME` with
/// spoilt components in tests/app/verify_test.cpp.
std::vector<std::string> caught_for(const std::string& stem) {
  std::vector<std::string> caught;
  const std::string suffix = "_problem";
  const bool problem = stem.ends_with(suffix);
  const auto test = source_root() / (problem ? std::string("tests/app/verify_test.cpp")
                                             : "tests/problems/" + stem + "_test.cpp");
  if (!std::filesystem::exists(test)) return caught;
  const std::string name = problem ? stem.substr(0, stem.size() - suffix.size()) : "";
  for (const auto& call : caught_in(read_file(test))) {
    if (problem && (call.empty() || call.front() != name)) continue;
    caught.insert(caught.end(), call.begin(), call.end());
  }
  return caught;
}

TEST(Mutants, EachStatementOfAProblemCatchesAPlantedMistake) {
  std::size_t statements = 0;
  for (const auto& file : files_below("problems", {".cpp"})) {
    const std::string stem = std::filesystem::path(file).stem().string();
    const std::vector<std::string> caught = caught_for(stem);
    for (const std::string& pattern : statements_in(read_file(source_root() / file))) {
      ++statements;
      const std::regex id(pattern);
      EXPECT_TRUE(std::any_of(caught.begin(), caught.end(),
                              [&](const std::string& c) { return std::regex_match(c, id); }))
          << "no test shows that '" << pattern << "' of " << file << " can fail";
    }
  }
  EXPECT_GT(statements, 100u);
}

TEST(Mutants, IdsAreReadFromTheCallsAlone) {
  EXPECT_THAT(caught_in("EXPECT_EQ(id, \"V9\"); expect_caught(all, values,\n  \"V1\");"
                        "check(\"V2\"); expect_caught(run({\"a\", e}), \"G3\");"),
              ElementsAre(ElementsAre("V1"), ElementsAre("a", "G3")));
}

TEST(Mutants, StatementsAreReadFromTheCallsOfChecks) {
  EXPECT_THAT(statements_in("checks.oracle(\"G65/\" + name + \"/re\", \"λ, (a)\", f(x, y), 0.0);"
                            "at.bound(\"V31\", \"elbo\", a, b);"
                            "checks.exact(id, \"statement\", a, b);"
                            "check_order(checks, \"V45/gap\", \"a ≤ b\", a, b);"),
              ElementsAre("(.*/)?G65/.*/re", "(.*/)?V31", "(.*/)?V45/gap"));
  EXPECT_TRUE(std::regex_match("gaussian/G65/hinge/re", std::regex("(.*/)?G65/.*/re")));
  EXPECT_FALSE(std::regex_match("V31/upper", std::regex("(.*/)?V31")));
}

}  // namespace
}  // namespace elbow::testing
