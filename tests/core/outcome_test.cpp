#include "core/outcome.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <string_view>

namespace elbow {
namespace {

TEST(Outcome, EachHasItsOwnWords) {
  std::set<std::string_view> names;
  for (const Outcome outcome : {Outcome::finished, Outcome::early_stopped, Outcome::interrupted,
                                Outcome::stopped, Outcome::diverged, Outcome::failed}) {
    EXPECT_TRUE(names.insert(to_string(outcome)).second) << to_string(outcome);
    EXPECT_EQ(outcome_words(outcome).find('_'), std::string::npos);
  }
  EXPECT_EQ(to_string(Outcome::early_stopped), "early_stopped");
  EXPECT_EQ(outcome_words(Outcome::early_stopped), "stopped early");
  EXPECT_EQ(outcome_words(Outcome::diverged), "diverged");
}

}  // namespace
}  // namespace elbow
