// The table of problems, and that each of its statements holds.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <regex>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "problems/configs.h"
#include "problems/problem.h"

namespace elbow::problems {
namespace {

std::vector<CheckResult> run(const Problem& problem, std::uint64_t seed = 1) {
  std::vector<CheckResult> results;
  ProblemContext context;
  context.seed = seed;
  problem.run(context, [&](const CheckResult& r) { results.push_back(r); });
  return results;
}

const Problem& problem(const std::string& name) {
  for (const Problem& p : all_problems())
    if (p.name == name) return p;
  throw std::out_of_range(name);
}

constexpr double kMostNats = 16.0;

/// The largest mistake, relative to max(1, |lhs|, |rhs|), that a statement of this kind may
/// overlook.
double overlooked(IdentityKind kind) {
  switch (kind) {
    case IdentityKind::exact:
      return 1e-3;
    case IdentityKind::oracle:
      return 0.03;  // what training reaches
    case IdentityKind::statistical:
      return 1.0;  // four standard errors
    case IdentityKind::bound:
      return 2.0;  // the same, of a few images
    case IdentityKind::optimum:
      break;
  }
  return std::numeric_limits<double>::infinity();
}

void expect_holds(const Problem& p, std::uint64_t seed = 1) {
  SCOPED_TRACE(p.name);
  const std::vector<CheckResult> results = run(p, seed);
  EXPECT_FALSE(results.empty());
  for (const CheckResult& r : results) {
    EXPECT_NE(r.verdict, Verdict::fails)
        << r.id << ": " << r.statement << "; " << r.lhs << " against " << r.rhs;
    const double size = std::max({1.0, std::abs(r.lhs), std::abs(r.rhs)});
    // A share of a large ln p is many nats: no more than what a dozen images leave open.
    const double most = std::isfinite(size) ? kMostNats : size;
    EXPECT_LE(r.tolerance, 1.001 * std::min(overlooked(r.kind) * size, most))
        << r.id << " cannot fail: " << r.lhs << " against " << r.rhs;
  }
}

TEST(Problems, DescribeThemselves) {
  std::set<std::string> names;
  for (const Problem& p : all_problems()) {
    SCOPED_TRACE(p.name);
    EXPECT_TRUE(names.insert(p.name).second);
    EXPECT_FALSE(p.summary.empty());
    EXPECT_FALSE(p.truth.empty());
    EXPECT_FALSE(p.reference.empty());
    EXPECT_TRUE(std::filesystem::exists(std::filesystem::path(ELBOW_SOURCE_DIR) / p.source));
    EXPECT_EQ(p.source, "problems/" + p.name + "_problem.cpp");
  }
  EXPECT_GE(names.size(), 10u);
}

TEST(Problems, CheckIdsAreUnique) {
  for (const char* name : {"identities", "dirac_gan", "transport"}) {
    std::set<std::string> ids;
    for (const CheckResult& r : run(problem(name)))
      EXPECT_TRUE(ids.insert(r.id).second) << name << ": " << r.id << " twice";
  }
}

/// Rows of the tables of docs/conventions.md: `| V25 | ...`, `| <a id="V25"></a>V25 | ...`.
TEST(Problems, NumberedStatementsStandInTheConventions) {
  namespace fs = std::filesystem;
  const fs::path root(ELBOW_SOURCE_DIR);
  const auto text_of = [](const fs::path& path) {
    std::ifstream file(path);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  const std::string conventions = text_of(root / "docs/conventions.md");
  const std::regex number("\"/?((V|GT?)[0-9]+)[/\"]");
  std::set<std::string> ids;
  for (const auto& entry : fs::directory_iterator(root / "problems")) {
    const std::string text = text_of(entry.path());
    for (std::sregex_iterator it(text.begin(), text.end(), number), end; it != end; ++it)
      ids.insert((*it)[1].str());
  }
  EXPECT_GT(ids.size(), 20u);
  for (const std::string& id : ids)
    EXPECT_TRUE(conventions.find("| " + id + " |") != std::string::npos ||
                conventions.find("</a>" + id + " |") != std::string::npos)
        << id;
}

TEST(Problems, ConfigsAreValid) {
  for (const auto& [stem, text] : config_texts()) EXPECT_NO_THROW(problem_config(stem)) << stem;
  EXPECT_THROW(problem_config("no_such"), std::exception);
}

TEST(Problems, IdentitiesHold) { expect_holds(problem("identities")); }

TEST(ProblemsSlow, EveryStatementHolds) {
  for (const Problem& p : all_problems())
    if (!p.only_full) expect_holds(p);
}

// Other random numbers: what holds may not hang on the seed.
TEST(ProblemsSlow, OtherSeeds) {
  for (const Problem& p : all_problems())
    if (!p.only_full) expect_holds(p, 5);
}

}  // namespace
}  // namespace elbow::problems
