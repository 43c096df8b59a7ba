// Each identity that a run is held to stands in a test with a planted mistake that it catches.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "objectives/registry.h"
#include "tests/structure/tree.h"
#include "tests/support/temp_dir.h"

namespace elbow::testing {
namespace {

using ::testing::ElementsAre;

/// The texts in quotes within the calls of expect_caught (tests/support/identities.h and
/// tests/app/command_line_test.cpp): the ids that a planted mistake must fail, among others.
std::set<std::string> caught_in(const std::string& source) {
  std::set<std::string> found;
  const std::string call = "expect_caught(";
  for (auto at = source.find(call); at != std::string::npos; at = source.find(call, at + 1)) {
    const auto end = source.find(';', at);
    for (auto open = source.find('"', at); open < end; open = source.find('"', open + 1)) {
      const auto close = source.find('"', open + 1);
      found.insert(source.substr(open + 1, close - open - 1));
      open = close;
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
    if (!starts_with(file, "tests/structure/"))
      caught.merge(caught_in(read_file(source_root() / file)));
  }
  for (const auto& spec : component_specs()) {
    for (const auto& identity : spec.identities) {
      if (identity.kind == IdentityKind::optimum) continue;  // a meter: it cannot fail
      EXPECT_EQ(caught.count(of_any_tier(identity.id)), 1u)
          << "no test shows that " << identity.id << " of " << spec.source << " can fail";
    }
  }
}

TEST(Mutants, IdsAreReadFromTheCallsAlone) {
  EXPECT_THAT(caught_in("EXPECT_EQ(id, \"V9\"); expect_caught(all, values,\n  \"V1\");"
                        "check(\"V2\"); expect_caught(run({\"a\", e}), \"G3\");"),
              ElementsAre("G3", "V1", "a"));
}

}  // namespace
}  // namespace elbow::testing
