#include "core/config/describe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/core/config/small_schema.h"

namespace elbow {
namespace {

using ::testing::HasSubstr;
using testing::small_schema;

TEST(DescribeKeys, OneSection) {
  EXPECT_EQ(describe_keys(small_schema(), "checkpoint"),
            "[checkpoint]\n"
            "  every                       integer >= 0, default 500\n"
            "      Steps between checkpoints; 0: only at the end and when stopped.\n"
            "  keep                        integer >= 1, default 3\n"
            "      How many checkpoints are kept.\n");
}

TEST(DescribeKeys, SaysWhoUsesAKey) {
  const std::string text = describe_keys(small_schema(), "optimizer");
  EXPECT_THAT(text, HasSubstr("Only where optimizer.name = \"sgd\" or \"rmsprop\".\n"));
  EXPECT_THAT(text, HasSubstr("lr                          real or schedule >= 0, default 0.001"));
  EXPECT_THAT(text, ::testing::Not(HasSubstr("[optimizer.generator]")));
  EXPECT_THAT(describe_keys(small_schema(), "optimizer.generator"),
              HasSubstr("inherited from [optimizer]"));
}

TEST(DescribeKeys, ComponentsListTheirParameters) {
  const std::string text = describe_keys(small_schema(), "penalty");
  EXPECT_THAT(text, HasSubstr("[[penalty]]\n"));
  EXPECT_THAT(text, HasSubstr("r1 | bounds, required"));
  EXPECT_THAT(text, HasSubstr("real >= 0, required\n        Number c.\n"));
}

TEST(DescribeKeys, WithoutASectionHoldsAll) {
  const std::string text = describe_keys(small_schema());
  for (const KeySpec& key : small_schema().keys) {
    EXPECT_THAT(text, HasSubstr("\n  " + key.parameter.name + " ")) << key.path();
  }
}

TEST(DescribeKeys, UnknownSection) {
  EXPECT_EQ(testing::report_of([] { describe_keys(small_schema(), "modle"); }),
            "There is no section 'modle'; did you mean 'model'?");
}

TEST(DescribeKey, EveryPathHasAnEntryAndNoOtherHas) {
  const Schema schema = small_schema();
  const std::vector<std::string> paths = key_paths(schema);
  EXPECT_EQ(std::set<std::string>(paths.begin(), paths.end()).size(), paths.size());
  std::size_t parameters = 0;
  for (const std::string& path : paths) {
    const std::string name = path.substr(path.rfind('.') + 1);
    EXPECT_THAT(describe_key(schema, path), HasSubstr("\n  " + name + " ")) << path;
    parameters += path.starts_with("objective.") && name != "name" ? 1 : 0;
  }
  EXPECT_GT(parameters, 0u) << "components' parameters are keys too";
  EXPECT_EQ(describe_key(schema, "run.stepz"), "");
  EXPECT_EQ(describe_key(schema, "run"), "");
}

TEST(RunKeys, AreCompleteAndOnlyOnce) {
  std::set<std::string> seen;
  for (const KeySpec& key : run_keys()) {
    EXPECT_TRUE(seen.insert(key.path()).second) << key.path();
    EXPECT_FALSE(key.parameter.description.empty()) << key.path();
    EXPECT_EQ(key.parameter.description.back(), '.') << key.path();
  }
  // Conditions speak of keys that exist, and of choices that these have.
  for (const KeySpec& key : run_keys()) {
    for (const Condition& condition : key.any_of) {
      ASSERT_EQ(seen.count(condition.key), 1U) << condition.key;
      for (const KeySpec& other : run_keys()) {
        if (other.path() != condition.key) continue;
        EXPECT_THAT(other.parameter.choices, ::testing::IsSupersetOf(condition.values));
      }
    }
  }
}

TEST(RunKeys, SectionsStandTogether) {
  std::set<std::string> closed;
  std::string current;
  for (const KeySpec& key : run_keys()) {
    if (key.section == current) continue;
    EXPECT_TRUE(closed.insert(key.section).second) << key.section;
    current = key.section;
  }
}

}  // namespace
}  // namespace elbow
