#include "math/intrinsic_dimension.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "core/error.h"
#include "math/threefry.h"

namespace elbow {
namespace {

Points uniforms(std::int64_t n, std::int64_t d) {
  CounterStream random(51, static_cast<std::uint64_t>(d));
  Points points(n, d);
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t j = 0; j < d; ++j) points.row(i)[j] = random.uniform();
  }
  return points;
}

TEST(IntrinsicDimension, OfCubes) {
  for (const std::int64_t d : {1, 2, 3}) {
    const Estimate found = intrinsic_dimension(uniforms(1000, d));
    // Neighbourhoods at the faces are cut: a few per cent.
    EXPECT_NEAR(found.value, static_cast<double>(d),
                4.0 * *found.se + 0.08 * static_cast<double>(d));
  }
}

TEST(IntrinsicDimension, OfACircleAndOfLabelledLines) {
  const Points line = uniforms(1000, 1);
  Points circle(1000, 2), labelled(1000, 2);
  for (std::int64_t i = 0; i < 1000; ++i) {
    const double angle = 6.283185307179586 * line.row(i)[0];
    circle.row(i)[0] = std::cos(angle), circle.row(i)[1] = std::sin(angle);
    labelled.row(i)[0] = line.row(i)[0], labelled.row(i)[1] = static_cast<double>(i % 3);
  }
  for (const Points* points : {&circle, &labelled}) {
    const Estimate found = intrinsic_dimension(*points);
    EXPECT_NEAR(found.value, 1.0, 4.0 * *found.se);
  }
}

TEST(IntrinsicDimension, Extremes) {
  EXPECT_THROW(intrinsic_dimension(uniforms(10, 1)), Error);
  EXPECT_THROW(intrinsic_dimension(uniforms(20, 1), 1), Error);
  EXPECT_THROW(intrinsic_dimension(Points(std::vector<double>(50, 1.0), 1)), Error);
}

}  // namespace
}  // namespace elbow
