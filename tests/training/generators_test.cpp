#include "training/generators.h"

#include <ATen/ops/equal.h>
#include <ATen/ops/randn.h>
#include <gtest/gtest.h>

namespace elbow {
namespace {

Tensor draw(at::Generator& generator) {
  return at::randn({5}, generator, at::TensorOptions().dtype(at::kFloat));
}

// splitmix64(0) and FNV-1a-64("") as published: Vigna, splitmix64.c (first output of state 0) and
// the FNV offset basis. derive_seed is composed of them.
TEST(Generators, SeedFollowsTheDocumentedHash) {
  const auto splitmix64 = [](std::uint64_t x) {
    x += 0x9e3779b97f4a7c15ULL;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
  };
  ASSERT_EQ(splitmix64(0), 0xe220a8397b1dcdafULL);
  EXPECT_EQ(derive_seed(0, ""), splitmix64(0xe220a8397b1dcdafULL ^ 0xcbf29ce484222325ULL));
  // FNV-1a-64("a") = af63dc4c8601ec8c (Noll's test suite).
  EXPECT_EQ(derive_seed(0, "a"), splitmix64(0xe220a8397b1dcdafULL ^ 0xaf63dc4c8601ec8cULL));
}

TEST(Generators, NamesAndSeedsGiveDifferentStreams) {
  Generators one(1), two(2);
  EXPECT_FALSE(at::equal(draw(one.at("latent")), draw(one.at("penalty"))));
  EXPECT_FALSE(at::equal(draw(one.at("init")), draw(two.at("init"))));
}

TEST(Generators, ANewNameLeavesOldStreamsAlone) {
  Generators plain(1), extended(1);
  draw(extended.at("probe"));
  EXPECT_TRUE(at::equal(draw(plain.at("latent")), draw(extended.at("latent"))));
}

TEST(Generators, RestoredStateContinuesTheStream) {
  Generators original(7);
  draw(original.at("latent"));
  const auto state = original.state();
  const Tensor next = draw(original.at("latent"));
  Generators resumed(7);
  resumed.restore(state);
  EXPECT_TRUE(at::equal(next, draw(resumed.at("latent"))));
  Generators fresh(7);
  EXPECT_FALSE(at::equal(next, draw(fresh.at("latent"))));
}

TEST(Generators, FreshStartsAnewAndMovesNothing) {
  Generators generators(3);
  at::Generator a = generators.fresh("evaluation");
  at::Generator b = generators.fresh("evaluation");
  EXPECT_TRUE(at::equal(draw(a), draw(b)));
  EXPECT_TRUE(generators.state().empty());
}

}  // namespace
}  // namespace elbow
