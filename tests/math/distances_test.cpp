#include "math/distances.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/normal_points.h"

namespace elbow::testing {
namespace {

TEST(Distances, EverySizeAgainstThePlainSum) {
  for (const std::int64_t n : {1, 3, 4, 33}) {
    for (const std::int64_t m : {1, 7, 8, 9, 17}) {
      for (const std::int64_t d : {1, 2, 5}) {
        const Points p = normal_points(n, d, 1, 1), q = normal_points(m, d, 1, 2);
        const std::vector<double> all = squared_distances(p, q);
        for (std::int64_t i = 0; i < n; ++i) {
          for (std::int64_t j = 0; j < m; ++j) {
            double plain = 0.0;
            for (std::int64_t k = 0; k < d; ++k) plain += std::pow(p.row(i)[k] - q.row(j)[k], 2);
            EXPECT_NEAR(all[static_cast<std::size_t>(i * m + j)], plain, 1e-14 * (1.0 + plain));
          }
        }
      }
    }
  }
}

// DW8: ‖x‖² + ‖y‖² - 2 x·y is 0 for distinct points far from the origin.
TEST(Distances, DW8LargeOffsetKeepsEveryDigit) {
  const Points p({1e8, 1e8 + 1.0}, 1);
  const std::vector<double> all = squared_distances(p, p);
  EXPECT_EQ(all[0], 0.0);
  EXPECT_EQ(all[1], 1.0);
  const double x = 1e8, y = 1e8 + 1.0;
  EXPECT_NE(x * x + y * y - 2.0 * (x * y), 1.0);
}

}  // namespace
}  // namespace elbow::testing
