#include "instrumentation/sample_distances.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <string>

#include "core/error.h"
#include "math/densities/expression.h"
#include "objectives/truth_identities.h"
#include "tests/support/identities.h"

namespace elbow {
namespace {

Points normal(std::int64_t n, std::uint64_t stream, double shift = 0.0) {
  Points points = draw(*parse_density("normal([0,0],[[1,0],[0,1]])"), n, 11, stream);
  for (std::int64_t i = 0; i < n; ++i) points.row(i)[0] += shift;
  return points;
}

TEST(SampleDistances, SmallPlaneByHand) {
  // Reals (0,0), (2,0), others (0,1), (2,1): W₁ = 1 both times.
  const SampleDistances distances(Points({0, 0, 2, 0, 0, 1, 2, 1}, 2));
  ASSERT_EQ(distances.samples(), 2);
  Values values;
  distances.add(Points({0, -1, 2, -1}, 2), values);
  EXPECT_DOUBLE_EQ(values["epoch/wasserstein1"], 1.0);
  EXPECT_DOUBLE_EQ(values["epoch/wasserstein1/floor"], 1.0);
  EXPECT_DOUBLE_EQ(values["epoch/mean_distance"], 1.0);
  // 2 E‖X − Y‖ = 1 + √5, E‖X − X'‖ = E‖Y − Y'‖ = 2 over pairs.
  EXPECT_NEAR(values["epoch/energy"], 1.0 + std::sqrt(5.0) - 4.0, 1e-12);
}

TEST(SampleDistances, SamplesOfTheDataAreAtTheFloorAndShiftedOnesAboveIt) {
  const SampleDistances distances(normal(512, 1));
  ASSERT_EQ(distances.samples(), 256);
  Values same, shifted;
  distances.add(normal(256, 2), same);
  distances.add(normal(256, 2, 1.0), shifted);
  EXPECT_LT(std::abs(same["epoch/energy"]), 0.03);
  EXPECT_NEAR(same["epoch/wasserstein1"] / same["epoch/wasserstein1/floor"], 1.0, 0.4);
  EXPECT_GT(shifted["epoch/energy"], 4.0 * shifted.at("epoch/energy").se);
  EXPECT_GT(shifted["epoch/energy"], 10.0 * std::abs(shifted["epoch/energy/floor"]));
  EXPECT_GT(shifted["epoch/wasserstein1"], 2.0 * shifted["epoch/wasserstein1/floor"]);
  for (const Values& values : {same, shifted})
    for (const CheckResult& r : testing::check(sample_distance_identities(), values))
      EXPECT_EQ(r.verdict, Verdict::holds) << r.id;
}

// W₁ of the one-sided 1-D margins, or of points in another order of the columns, falls below.
TEST(SampleDistances, ATransportBelowTheShiftOfTheMeansIsCaught) {
  const SampleDistances distances(normal(100, 1));
  Values values;
  distances.add(normal(50, 2, 3.0), values);
  values.set("epoch/wasserstein1", 0.9 * values["epoch/mean_distance"]);
  testing::expect_caught(sample_distance_identities(), values, "G46");
}

TEST(SampleDistances, RefusesTooFewAndSkipsWhatIsNotFinite) {
  EXPECT_THROW(SampleDistances(normal(3, 1)), Error);
  const SampleDistances distances(normal(8, 1));
  Values values;
  Points bad = normal(4, 2);
  bad.row(1)[0] = std::nan("");
  distances.add(bad, values);
  distances.add(normal(3, 2), values);
  EXPECT_TRUE(values.all().empty());
}

TEST(SampleDistances, EveryTermIsDeclaredAndEmitted) {
  const SampleDistances distances(normal(8, 1));
  Values values;
  distances.add(normal(4, 2), values);
  std::set<std::string> declared, emitted;
  for (const TermSpec& term : sample_distance_terms()) declared.insert(term.name);
  for (const auto& [key, moments] : values.all()) emitted.insert(key);
  EXPECT_EQ(declared, emitted);
}

}  // namespace
}  // namespace elbow
