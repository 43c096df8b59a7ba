#include "training/penalty_samples.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "tests/training/small_run.h"

namespace elbow {
namespace {

using testing::kGan;
using testing::kVae;
using testing::small_session;

std::map<std::string, double> values(Session& session, std::vector<std::int64_t> rows) {
  const Tensor x = session.examples(session.data().test, rows, 1).x;
  std::map<std::string, double> all;
  for (const auto& [key, value] : penalties_of_samples(session, x, 0)) all[key] = value;
  return all;
}

// G6 on penalties that are right; a whole-batch norm is among the mutants of tests/app.
TEST(PenaltySamples, OfABatchAreTheMeanOfItsSamples) {
  for (const char* name : {"r1", "gradient_penalty"}) {
    std::string text = kGan;
    const std::string old = "name = \"r1\"\ngamma = 1.0";
    if (const auto at = text.find(old); std::string(name) != "r1" && at != std::string::npos) {
      text.replace(at, old.size(), "name = \"gradient_penalty\"");
    }
    const auto s = small_session(text);
    const auto all = values(*s, {0, 1, 2, 3, 4});
    ASSERT_EQ(all.size(), 2u) << name;
    const double batch = all.begin()->second, samples = all.rbegin()->second;
    EXPECT_GT(batch, 0.0);
    EXPECT_NEAR(batch, samples, 1e-5 * std::max(1.0, batch)) << name;
  }
}

TEST(PenaltySamples, NeedTwoRowsAndAPenaltyAndChangeNothing) {
  const auto gan = small_session(kGan), vae = small_session(kVae);
  EXPECT_TRUE(values(*vae, {0, 1, 2}).empty());
  EXPECT_TRUE(values(*gan, {0}).empty());
  const std::string before = testing::weight_bytes(*gan);
  const auto first = values(*gan, {0, 1, 2});
  EXPECT_EQ(values(*gan, {0, 1, 2}), first);
  EXPECT_EQ(testing::weight_bytes(*gan), before);
}

}  // namespace
}  // namespace elbow
