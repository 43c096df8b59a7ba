#include "instrumentation/known_samples.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "math/densities/expression.h"
#include "math/numeric.h"
#include "objectives/truth_identities.h"
#include "tests/support/identities.h"

namespace elbow {
namespace {

/// Four modes at (±2, ±2), sd 0.1.
DensityPtr square() {
  const std::string mode = ",[[0.01,0],[0,0.01]])";
  std::string text;
  for (const char* center : {"[-2,-2]", "[-2,2]", "[2,-2]", "[2,2]"})
    text += (text.empty() ? "" : ",") + ("0.25*normal(" + std::string(center)) + mode;
  return parse_density("mixture(" + text + ")");
}

const Points kNone(0, 2);

CheckResult check(const Values& values, const std::string& id) {
  for (const CheckResult& r : testing::check(known_samples_identities(), values))
    if (r.id == id) return r;
  throw Error("not evaluated: " + id);
}

TEST(KnownSamples, CountsPointsByHand) {
  // Two on the first mode, one 3.5 sd from the second, one between all of them.
  const Points samples({-2, -2, -2.1, -2, -2, 2.35, 0.1, 0.1}, 2);
  Values values;
  probe_samples(*square(), samples, kNone, values);
  EXPECT_EQ(values["truth/modes"], 4.0);
  EXPECT_EQ(values["probe/modes"], 1.0);
  EXPECT_EQ(values["probe/within_3_sd"], 0.5);
  EXPECT_EQ(values.at("probe/within_3_sd").count, 4);
  // Nearest modes: 2, 1, 0, 1 points.
  const double kl = 0.5 * std::log(0.5 / 0.25) + 2 * 0.25 * std::log(0.25 / 0.25);
  EXPECT_NEAR(values["probe/mode_kl"], kl, 1e-12);
  EXPECT_NEAR(values["probe/mode_kl/least"], std::log(4.0 / 3.0), 1e-12);
  EXPECT_NEAR(values["probe/mode_kl/floor"], 3.0 / 8.0, 1e-12);
  const double at_mode = -std::log(4.0) - kLn2Pi - std::log(0.01);
  const double far = 2.0 * std::pow(1.9 / 0.1, 2) / 2.0;  // squared distance over 2 variances
  EXPECT_NEAR(values["probe/log_density"], at_mode - (0.0 + 0.5 + 0.5 * 3.5 * 3.5 + far) / 4.0,
              1e-6);
  EXPECT_FALSE(values.contains("probe/log_density/data"));
}

// No mode sees another: H = ln 4 + ln 2πe σ².
TEST(KnownSamples, TruthIsClosedForm) {
  Values values;
  probe_samples(*square(), Points({-2, -2}, 2), kNone, values);
  EXPECT_NEAR(values["truth/log_density"], -std::log(4.0) - kLn2Pi - 1.0 - std::log(0.01), 2e-5);
  EXPECT_NEAR(values["truth/within_3_sd"], 0.988891, 1e-6);  // G77
}

TEST(KnownSamples, SamplesOfTheDataAreAtTheTruth) {
  const auto data = square();
  Values values;
  probe_samples(*data, draw(*data, 2000, 1, 1), draw(*data, 2000, 1, 2), values);
  for (const CheckResult& r : testing::check(known_samples_identities(), values))
    EXPECT_TRUE(r.verdict == Verdict::holds || r.kind == IdentityKind::optimum) << r.id;
  EXPECT_LT(std::abs(check(values, "G77").z), 4.0);
  EXPECT_LT(std::abs(values["probe/log_density"] - values["truth/log_density"]),
            4.0 * values.at("probe/log_density").se);
}

// What each check is there to see.
TEST(KnownSamples, MistakesAreSeen) {
  const auto data = square();
  const Points samples = draw(*data, 2000, 1, 1);
  const auto shrunken = [](Points points) {
    for (std::int64_t i = 0; i < points.size(); ++i) {
      for (int j = 0; j < 2; ++j) {
        double& x = points.row(i)[j];
        x = std::copysign(2.0, x) + 0.8 * (x - std::copysign(2.0, x));
      }
    }
    return points;
  };
  Values values;
  // Held-out data whose sd is a variance, or whose modes are too narrow.
  probe_samples(*data, samples, shrunken(draw(*data, 2000, 1, 2)), values);
  testing::expect_caught(known_samples_identities(), values, "G80");
  testing::expect_caught(known_samples_identities(), values, "G77.data");
  // A model whose modes have shrunk is above the ceiling: the meter shows it, nothing fails.
  probe_samples(*data, shrunken(samples), kNone, values);
  EXPECT_GT(check(values, "G77").z, 4.0);
  EXPECT_EQ(check(values, "G77").verdict, Verdict::inconclusive);
  // A divergence below what the missing modes alone make of it; more modes than there are.
  values.set("probe/mode_kl", 0.5 * values["probe/mode_kl/least"] - 0.01);
  testing::expect_caught(known_samples_identities(), values, "G76");
  values.set("probe/modes", 5.0);
  testing::expect_caught(known_samples_identities(), values, "G76.modes");
}

TEST(KnownSamples, NothingWithoutFiniteSamples) {
  Values values;
  probe_samples(*square(), kNone, kNone, values);
  probe_samples(*square(), Points({0.0, std::nan("")}, 2), kNone, values);
  EXPECT_TRUE(values.all().empty());
}

TEST(KnownSamples, EveryTermIsDeclaredAndEmitted) {
  const auto data = square();
  Values values;
  probe_samples(*data, draw(*data, 50, 1, 1), draw(*data, 50, 1, 2), values);
  std::set<std::string> declared, emitted;
  for (const TermSpec& term : known_samples_terms()) declared.insert(term.name);
  for (const auto& [key, moments] : values.all()) emitted.insert(key);
  EXPECT_EQ(declared, emitted);
}

}  // namespace
}  // namespace elbow
