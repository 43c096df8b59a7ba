#include "math/estimators/wasserstein.h"

#include <gtest/gtest.h>
TEST(Wasserstein, Fixture) {
  using namespace elbow;
  const Points u({0, 2, 3, 7}, 1), v({1, 1.5, 4, 6}, 1);
  EXPECT_NEAR(wasserstein1(u, v).value, .875, 1e-12);
  EXPECT_NEAR(wasserstein2_squared(u, v).value, .8125, 1e-12);
}
