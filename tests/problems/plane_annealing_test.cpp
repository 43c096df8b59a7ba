#include "problems/plane_annealing.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "math/numeric.h"
#include "math/threefry.h"
#include "tests/problems/verdicts.h"

namespace elbow::problems {
namespace {

constexpr std::int64_t kImages = 40, kChains = 64;

struct Bounds {
  AnnealedImages run;
  std::vector<double> log_p, elbo, unreached;
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
    b.unreached.push_back(0.001);
    b.elbo.push_back(log_p - 1.0 + 0.1 * std::sin(static_cast<double>(i)));
  }
  return b;
}

Verdicts of(const Bounds& b) {
  return verdicts([&](const Checks& c) {
    check_chain_of_bounds(c, b.run, b.log_p);
    check_weights(c, b.run.log_w, b.log_p, b.unreached);
    check_own_elbo(c, b.elbo, b.log_p);
  });
}

/// After something was moved.
Verdicts after(const std::function<void(Bounds&)>& mistake) {
  Bounds b = bounds();
  mistake(b);
  return of(b);
}

void move(std::vector<double>& values, double by) {
  for (double& v : values) v += by;
}

TEST(PlaneAnnealing, ValidBoundsHold) {
  for (const auto& [id, verdict] : of(bounds())) EXPECT_EQ(verdict, Verdict::holds) << id;
}

TEST(PlaneAnnealing, EachBoundCanFail) {
  // A flipped KL in the elbo; an elbo far above by a constant would be the same.
  expect_caught(after([](Bounds& b) { move(b.run.log_start, 1.1); }), "V45/elbo");
  expect_caught(after([](Bounds& b) { move(b.run.log_w, 0.1); }), "V45/chain");
  expect_caught(after([](Bounds& b) { move(b.run.lower, 0.1); }), "V45/lower");
  expect_caught(after([](Bounds& b) { move(b.elbo, 1.2); }), "V31/elbo");
  expect_caught(after([](Bounds& b) { move(b.run.upper, -0.2); }), "V45/upper");
  expect_caught(after([](Bounds& b) { move(b.run.eubo, -1.2); }), "V31/eubo");
  expect_caught(after([](Bounds& b) { move(b.run.eubo, -1.3); }), "V31");
  expect_caught(after([](Bounds& b) { move(b.run.upper, -0.3); }), "V45/gap");
}

TEST(PlaneAnnealing, WeightsWithoutTheirMeanAreCaught) {
  // A tenth of a nat, of all images together and of one.
  expect_caught(after([](Bounds& b) { move(b.run.log_w, 0.1); }), "V45/weights");
  expect_caught(after([](Bounds& b) { b.log_p[3] += 0.5; }), "image3/V45/weights");
  expect_caught(after([](Bounds& b) { b.log_p[3] -= 0.5; }), "image3/V45/ais");
}

TEST(PlaneAnnealing, SpreadWeightsAreOnlyAMeter) {
  const Verdicts wide = after([](Bounds& b) {
    CounterStream random(6, 0);
    for (double& w : b.run.log_w) w += 3.0 * random.normal();
  });
  EXPECT_EQ(wide.at("image0/V45/weights"), Verdict::inconclusive);
}

TEST(PlaneAnnealing, WeightsThatMayMissAModeAreOnlyAMeter) {
  const auto low = [](Bounds& b) { move(b.run.log_w, -0.4); };
  expect_caught(after(low), "image0/V45/weights");
  const Verdicts missed = after([&](Bounds& b) {
    low(b);
    b.unreached[0] = 0.3;
  });
  EXPECT_EQ(missed.at("image0/V45/weights"), Verdict::inconclusive);
  EXPECT_EQ(missed.at("image1/V45/weights"), Verdict::fails);
  EXPECT_EQ(missed.at("V45/weights"), Verdict::inconclusive);
}

}  // namespace
}  // namespace elbow::problems
