#include "problems/evidence_gap.h"

#include <gtest/gtest.h>

#include <vector>

#include "math/threefry.h"
#include "tests/problems/verdicts.h"

namespace elbow::problems {
namespace {

/// Images that differ by 20 nats; ln w normal around ln p with E w = p(x), moved by a mistake.
Verdicts after(double mistake, double spread = 0.2) {
  CounterStream random(3, 0);
  std::vector<double> log_w, log_p;
  for (int i = 0; i < 2000; ++i) {
    log_p.push_back(-100.0 + 20.0 * random.normal());
    log_w.push_back(log_p.back() - 0.5 * spread * spread + spread * random.normal() + mistake);
  }
  return verdicts([&](const Checks& c) { check_gap(c, log_w, log_p); });
}

TEST(EvidenceGap, HoldsForTheRightWeights) {
  for (const auto& [id, verdict] : after(0.0)) EXPECT_EQ(verdict, Verdict::holds) << id;
}

// Between images the standard error of the elbo is 0.45: unpaired, neither would be seen.
TEST(EvidenceGap, PairsShowATwentiethOfANat) {
  expect_caught(after(0.05), "V26");
  expect_caught(after(0.05), "V30");
  expect_caught(after(-0.05), "V30");
}

TEST(EvidenceGap, SpreadWeightsAreOnlyAMeter) {
  EXPECT_EQ(after(0.0, 2.0).at("V30"), Verdict::inconclusive);
}

}  // namespace
}  // namespace elbow::problems
