#include "training/ema.h"

#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <gtest/gtest.h>

#include <cmath>

namespace elbow {
namespace {

class OneWeight : public Network {
 public:
  explicit OneWeight(double w) { add_parameter("w", at::full({3}, w, at::kFloat)); }
  Tensor forward(const Tensor& x, Mode) override { return x * parameters()[0].tensor; }
  std::string describe() const override { return "one weight"; }
  void set(double w) { parameters()[0].tensor.variable_data().fill_(w); }
  double get() const {
    return static_cast<double>(parameters()[0].tensor.detach().data_ptr<float>()[1]);
  }
};

struct Fixture {
  std::shared_ptr<OneWeight> a = std::make_shared<OneWeight>(1.0);
  std::shared_ptr<OneWeight> b = std::make_shared<OneWeight>(5.0);
  Networks networks;
  Fixture() {
    networks.add("a", a);
    networks.add("b", b);
  }
};

double average(const Ema& ema, std::size_t i) {
  return static_cast<double>(ema.averages().at(i).tensor.data_ptr<float>()[0]);
}

// G20: against a constant target the remaining distance after k updates is decay^k.
TEST(Ema, RemainingDistanceIsDecayToTheK) {
  Fixture f;
  Ema ema(f.networks, 0.9);
  f.a->set(3.0);
  for (int k = 1; k <= 20; ++k) {
    ema.update({"a"});
    // Float32 averages of order 3.
    EXPECT_NEAR(3.0 - average(ema, 0), 2.0 * std::pow(0.9, k), 1e-6) << k;
  }
}

TEST(Ema, ThePlantedVariantsFail) {
  // Decay and its complement exchanged, or one update too many, are far outside the tolerance.
  EXPECT_GT(std::abs(std::pow(0.1, 3) - std::pow(0.9, 3)), 1e-2);
  EXPECT_GT(std::abs(std::pow(0.9, 4) - std::pow(0.9, 3)), 1e-2);
}

TEST(Ema, UpdatesOnlyTheNamedNetworks) {
  Fixture f;
  Ema ema(f.networks, 0.5);
  f.a->set(2.0);
  f.b->set(9.0);
  ema.update({"b"});
  EXPECT_EQ(average(ema, 0), 1.0);
  EXPECT_EQ(average(ema, 1), 7.0);
  EXPECT_EQ(ema.averages()[1].name, "b.w");
}

TEST(Ema, ScopeExchangesAndReturnsTheSameBits) {
  Fixture f;
  Ema ema(f.networks, 0.75);
  f.a->set(2.0);
  ema.update({"a"});
  const void* storage = f.a->parameters()[0].tensor.data_ptr();
  {
    const EmaScope scope(&ema);
    EXPECT_EQ(f.a->get(), 1.25);
    EXPECT_TRUE(f.a->parameters()[0].tensor.requires_grad());
  }
  EXPECT_EQ(f.a->get(), 2.0);
  EXPECT_EQ(f.a->parameters()[0].tensor.data_ptr(), storage);
  EXPECT_EQ(average(ema, 0), 1.25);
  const EmaScope nothing(nullptr);
}

TEST(Ema, AnAverageSharesNothingWithTheWeights) {
  Fixture f;
  const Ema ema(f.networks, 0.5);
  f.a->set(100.0);
  EXPECT_EQ(average(ema, 0), 1.0);
}

}  // namespace
}  // namespace elbow
