#include "math/cholesky.h"

#include <gtest/gtest.h>

#include <cmath>

namespace elbow {
namespace {

TEST(Cholesky, SolvesAndTakesDeterminants) {
  const Cholesky factor({4.0, 0.0, 2.0, 3.0}, 2);  // [[4, 2], [2, 3]]
  ASSERT_TRUE(factor.ok());
  EXPECT_NEAR(factor.log_det(), std::log(8.0), 1e-15);
  const std::vector<double> x = factor.solve(std::vector<double>{10.0, 8.0});
  EXPECT_NEAR(x[0], 1.75, 1e-15);
  EXPECT_NEAR(x[1], 1.5, 1e-15);
  const std::vector<double> y = factor.solve_lower(std::vector<double>{10.0, 8.0});
  EXPECT_NEAR(y[0] * y[0] + y[1] * y[1], 10.0 * 1.75 + 8.0 * 1.5, 1e-13);
}

TEST(Cholesky, RefusesWhatIsNotPositiveDefinite) {
  EXPECT_FALSE(Cholesky({1.0, 0.0, 1.0, 1.0}, 2).ok());
  EXPECT_FALSE(Cholesky({-1.0}, 1).ok());
  EXPECT_FALSE(Cholesky({std::nan("")}, 1).ok());
  EXPECT_TRUE(Cholesky({1e-200}, 1).ok());
}

}  // namespace
}  // namespace elbow
