#include "problems/plane_annealing.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "math/numeric.h"
#include "math/threefry.h"

namespace elbow::problems {
namespace {

using Verdicts = std::map<std::string, Verdict>;

constexpr std::int64_t kImages = 40, kChains = 64;

struct Bounds {
  AnnealedImages run;
  std::vector<double> log_p;
};

/// ln w normal with E w = p(x), an encoder that is a nat too low, and an upper bound as close. The
/// images differ far more than the bounds of one image.
Bounds bounds() {
  Bounds b;
  CounterStream random(5, 0);
  for (std::int64_t i = 0; i < kImages; ++i) {
    const double log_p = -100.0 + 20.0 * random.normal();
    std::vector<double> own;
    for (std::int64_t c = 0; c < kChains; ++c) {
      b.run.log_start.push_back(log_p - 1.0 + 0.3 * random.normal());
      own.push_back(log_p - 0.02 + 0.2 * random.normal());
    }
    b.run.lower.push_back(log_mean_exp(own));
    b.run.log_w.insert(b.run.log_w.end(), own.begin(), own.end());
    b.run.upper.push_back(log_p + 0.1 + 0.05 * random.normal());
    b.run.eubo.push_back(log_p + 1.0 + 0.3 * random.normal());
    b.log_p.push_back(log_p);
  }
  return b;
}

Verdicts verdicts(const Bounds& b) {
  Verdicts all;
  const Emit emit = [&](const CheckResult& r) { all[r.id] = r.verdict; };
  check_chain_of_bounds(Checks(emit), b.run, b.log_p);
  check_weights(Checks(emit), b.run.log_w, b.log_p);
  return all;
}

/// The verdict on a statement after something was moved.
Verdict after(const std::string& id, const std::function<void(Bounds&)>& mistake) {
  Bounds b = bounds();
  mistake(b);
  return verdicts(b).at(id);
}

void move(std::vector<double>& values, double by) {
  for (double& v : values) v += by;
}

TEST(PlaneAnnealing, ValidBoundsHold) {
  for (const auto& [id, verdict] : verdicts(bounds())) EXPECT_EQ(verdict, Verdict::holds) << id;
}

TEST(PlaneAnnealing, EachBoundCanFail) {
  // A flipped KL in the elbo; an elbo far above by a constant would be the same.
  EXPECT_EQ(after("V45/elbo", [](Bounds& b) { move(b.run.log_start, 1.1); }), Verdict::fails);
  EXPECT_EQ(after("V45/chain", [](Bounds& b) { move(b.run.log_w, 0.1); }), Verdict::fails);
  EXPECT_EQ(after("V45/lower", [](Bounds& b) { move(b.run.lower, 0.1); }), Verdict::fails);
  EXPECT_EQ(after("V45/upper", [](Bounds& b) { move(b.run.upper, -0.2); }), Verdict::fails);
  EXPECT_EQ(after("V31/eubo", [](Bounds& b) { move(b.run.eubo, -1.2); }), Verdict::fails);
  EXPECT_EQ(after("V31", [](Bounds& b) { move(b.run.eubo, -1.3); }), Verdict::fails);
  EXPECT_EQ(after("V45/gap", [](Bounds& b) { move(b.run.upper, -0.3); }), Verdict::fails);
}

TEST(PlaneAnnealing, WeightsWithoutTheirMeanAreCaught) {
  // A tenth of a nat, of all images together and of one.
  EXPECT_EQ(after("V45/weights", [](Bounds& b) { move(b.run.log_w, 0.1); }), Verdict::fails);
  EXPECT_EQ(after("image3/V45/weights", [](Bounds& b) { b.log_p[3] += 0.5; }), Verdict::fails);
  EXPECT_EQ(after("image3/V45/ais", [](Bounds& b) { b.log_p[3] -= 0.5; }), Verdict::fails);
}

TEST(PlaneAnnealing, SpreadWeightsAreOnlyAMeter) {
  const Verdict wide = after("image0/V45/weights", [](Bounds& b) {
    CounterStream random(6, 0);
    for (double& w : b.run.log_w) w += 3.0 * random.normal();
  });
  EXPECT_EQ(wide, Verdict::inconclusive);
}

}  // namespace
}  // namespace elbow::problems
