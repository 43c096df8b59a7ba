#include "math/threefry.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <set>

namespace elbow {
namespace {

using Words = std::array<std::uint32_t, 4>;

Words block(Words x, const Words& key) {
  threefry4x32(x[0], x[1], x[2], x[3], key);
  return x;
}

// Random123, tests/kat_vectors, "threefry4x32 20": counter, key, result.
TEST(Threefry, KnownAnswers) {
  const std::uint32_t all = 0xffffffff;
  EXPECT_EQ(block({0, 0, 0, 0}, {0, 0, 0, 0}),
            (Words{0x9c6ca96a, 0xe17eae66, 0xfc10ecd4, 0x5256a7d8}));
  EXPECT_EQ(block({all, all, all, all}, {all, all, all, all}),
            (Words{0x2a881696, 0x57012287, 0xf6c7446e, 0xa16a6732}));
  EXPECT_EQ(block({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
                  {0xa4093822, 0x299f31d0, 0x082efa98, 0xec4e6c89}),
            (Words{0x59cd1dbb, 0xb8879579, 0x86b5d00c, 0xac8b6d84}));
}

TEST(Threefry, StreamsAndKeysDiffer) {
  std::set<std::uint32_t> first;
  for (std::uint64_t key : {0ull, 1ull, 1ull << 32}) {
    for (std::uint64_t stream : {0ull, 1ull, 1ull << 32}) {
      first.insert(CounterStream(key, stream).bits());
    }
  }
  EXPECT_EQ(first.size(), 9u);
  CounterStream a(7, 3), b(7, 3);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(a.bits(), b.bits());
}

TEST(Threefry, BelowOneIsZero) {
  CounterStream random(1, 1);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(random.below(1), 0u);
}

// Moments within five standard errors of their exact values, at a fixed seed.
TEST(ThreefryStatistical, UniformAndNormalMoments) {
  constexpr int n = 400'000;
  CounterStream random(11, 0);
  double u1 = 0, u2 = 0, z1 = 0, z2 = 0, z4 = 0, lag = 0, previous = 0;
  for (int i = 0; i < n; ++i) {
    const double u = random.uniform();
    ASSERT_GT(u, 0.0);
    ASSERT_LT(u, 1.0);
    const double z = random.normal();
    u1 += u / n;
    u2 += u * u / n;
    z1 += z / n;
    z2 += z * z / n;
    z4 += z * z * z * z / n;
    lag += z * previous / n;
    previous = z;
  }
  const double root = std::sqrt(static_cast<double>(n));
  EXPECT_NEAR(u1, 1.0 / 2, 5 * std::sqrt(1.0 / 12) / root);
  EXPECT_NEAR(u2, 1.0 / 3, 5 * std::sqrt(4.0 / 45) / root);
  EXPECT_NEAR(z1, 0, 5 * 1.0 / root);
  EXPECT_NEAR(z2, 1, 5 * std::sqrt(2.0) / root);
  EXPECT_NEAR(z4, 3, 5 * std::sqrt(96.0) / root);
  EXPECT_NEAR(lag, 0, 5 * 1.0 / root);
}

TEST(ThreefryStatistical, BelowIsUniform) {
  constexpr int n = 300'000, k = 7;
  CounterStream random(5, 5);
  std::array<int, k> counts{};
  for (int i = 0; i < n; ++i) ++counts.at(random.below(k));
  double chi2 = 0;
  for (const int count : counts) chi2 += std::pow(count - n / double{k}, 2) / (n / double{k});
  EXPECT_LT(chi2, (k - 1) + 5 * std::sqrt(2.0 * (k - 1)));  // mean and sd of chi-square
}

}  // namespace
}  // namespace elbow
