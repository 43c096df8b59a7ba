// Critics with known slopes, for tests of penalties.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "tests/support/tiny_world.h"

namespace elbow::testing {

/// C(x) = w·x on images of [4, 3, 2, 2] values, w without symmetry; or a function of it.
struct LinearCritic {
  explicit LinearCritic(std::function<Tensor(const Tensor&)> outside = nullptr)
      : world(World::gan("wasserstein", at::kDouble)) {
    const Tensor w = 1.0 + fixed_numbers(1, 12, 9, at::kDouble);
    norm = w.norm().item<double>();
    world.networks = Networks();
    world.networks.add("generator",
                       std::make_shared<FunctionNetwork>(
                           [](const Tensor& z) {
                             return (0.3 * z.sum(1, true) * fixed_numbers(1, 12, 2, at::kDouble))
                                 .view({-1, 3, 2, 2});
                           },
                           at::kDouble));
    world.networks.add("discriminator", std::make_shared<FunctionNetwork>(
                                            [w, outside](const Tensor& x) {
                                              const Tensor l = x.flatten(1).matmul(w.t());
                                              return outside ? outside(l) : l;
                                            },
                                            at::kDouble));
    world.batch.x = fixed_numbers(4, 12, 1, at::kDouble).view({4, 3, 2, 2});
    world.batch_size = 4;
  }
  World world;
  double norm = 0.0;
};

/// One dimension: data near 0, samples at 100; slope 1 below 10, 3 up to 90, 5 beyond.
inline World piecewise_critic_world() {
  World w = World::gan("wasserstein", at::kDouble);
  w.batch.x = fixed_numbers(6, 1, 1, at::kDouble);
  w.networks = Networks();
  w.networks.add("generator",
                 std::make_shared<FunctionNetwork>(
                     [](const Tensor& z) { return 0.0 * z.narrow(1, 0, 1) + 100.0; }, at::kDouble));
  w.networks.add(
      "discriminator",
      std::make_shared<FunctionNetwork>(
          [](const Tensor& x) { return x + 2.0 * (x - 10.0).relu() + 2.0 * (x - 90.0).relu(); },
          at::kDouble));
  return w;
}

}  // namespace elbow::testing
