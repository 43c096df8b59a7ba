#include "training/ema.h"

#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"

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

// G20: against a constant target the remaining distance after k updates is the product of the
// decays, which is prod (1 + i)/(10 + i) = 10! / ((k + 2) ... (k + 10)) while it warms up, and
// shrinks by `decay` a step afterwards.
TEST(Ema, RemainingDistanceIsTheProductOfTheDecays) {
  Fixture f;
  Ema ema(f.networks, 0.9);
  f.a->set(3.0);
  const auto warming = [](int k) {
    double product = 1.0;
    for (int i = 2; i <= 10; ++i) product *= i / static_cast<double>(k + i);
    return product;
  };
  constexpr int kWarm = 80;  // (1 + k)/(10 + k) is 0.9
  for (int k = 1; k <= kWarm + 20; ++k) {
    ema.update({"a"});
    const double left = k <= kWarm ? warming(k) : warming(kWarm) * std::pow(0.9, k - kWarm);
    // Float32 averages of order 3.
    EXPECT_NEAR(3.0 - average(ema, 0), 2.0 * left, 1e-6) << k;
    EXPECT_DOUBLE_EQ(ema.decay_at(k), k < kWarm ? (1.0 + k) / (10.0 + k) : 0.9);
  }
}

TEST(Ema, ForgetsTheInitialWeightsEarly) {
  Fixture f;
  Ema ema(f.networks, 0.999);
  f.a->set(3.0);
  for (int k = 1; k <= 200; ++k) ema.update({"a"});
  // Without a warm-up 0.999^200 = 82 % of the initial weight would be left.
  EXPECT_NEAR(average(ema, 0), 3.0, 1e-5);
}

TEST(Ema, CountsTheUpdatesOfEachNetwork) {
  Fixture f;
  Ema ema(f.networks, 0.999), other(f.networks, 0.999);
  ema.update({"a", "b"});
  ema.update({"b"});
  EXPECT_EQ(ema.updates(), (std::vector<std::int64_t>{1, 2}));
  other.restore_updates(ema.updates());
  EXPECT_EQ(other.updates(), ema.updates());
  EXPECT_THROW(other.restore_updates({1}), Error);
}

TEST(Ema, UpdatesOnlyTheNamedNetworks) {
  Fixture f;
  Ema ema(f.networks, 0.125);  // below (1 + 1)/(10 + 1): no warm-up
  f.a->set(2.0);
  f.b->set(9.0);
  ema.update({"b"});
  EXPECT_EQ(average(ema, 0), 1.0);
  EXPECT_EQ(average(ema, 1), 8.5);
  EXPECT_EQ(ema.averages()[1].name, "b.w");
}

TEST(Ema, ScopeExchangesAndReturnsTheSameBits) {
  Fixture f;
  Ema ema(f.networks, 0.125);
  f.a->set(2.0);
  ema.update({"a"});
  const void* storage = f.a->parameters()[0].tensor.data_ptr();
  {
    const EmaScope scope(&ema);
    EXPECT_EQ(f.a->get(), 1.875);
    EXPECT_TRUE(f.a->parameters()[0].tensor.requires_grad());
  }
  EXPECT_EQ(f.a->get(), 2.0);
  EXPECT_EQ(f.a->parameters()[0].tensor.data_ptr(), storage);
  EXPECT_EQ(average(ema, 0), 1.875);
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
