#include "instrumentation/image.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/error.h"

namespace elbow {
namespace {

Tensor tensor(std::vector<float> values, std::int64_t columns) {
  return at::from_blob(values.data(), {static_cast<std::int64_t>(values.size()) / columns, columns},
                       at::kFloat)
      .clone();
}

std::vector<int> row_of(const Image& image, std::int64_t y) {
  std::vector<int> row;
  for (std::int64_t x = 0; x < image.width; ++x) row.push_back(image.at(x, y));
  return row;
}

TEST(Grid, LayoutToThePixel) {
  // Three images of 1 x 2 pixels, two columns, one pixel gap, not enlarged.
  const Tensor images = tensor({0.0F, 1.0F, 0.2F, 0.4F, 0.6F, 0.8F}, 2);
  const Image image =
      grid(images, 1, 2, false, {.columns = 2, .scale = 1, .gap = 1, .background = 9});
  ASSERT_EQ(image.width, 7);
  ASSERT_EQ(image.height, 5);
  ASSERT_EQ(image.channels, 1);
  EXPECT_EQ(row_of(image, 0), std::vector<int>(7, 9));
  EXPECT_EQ(row_of(image, 1), (std::vector<int>{9, 0, 255, 9, 51, 102, 9}));
  EXPECT_EQ(row_of(image, 2), std::vector<int>(7, 9));
  EXPECT_EQ(row_of(image, 3), (std::vector<int>{9, 153, 204, 9, 9, 9, 9}));  // no fourth image
  EXPECT_EQ(row_of(image, 4), std::vector<int>(7, 9));
}

TEST(Grid, EnlargesEachPixel) {
  // One image of 2 x 2: a wrong order of rows and columns would show.
  const Image image = grid(tensor({0.0F, 0.2F, 0.4F, 0.6F}, 4), 2, 2, false,
                           {.columns = 4, .scale = 2, .gap = 0, .background = 9});
  ASSERT_EQ(image.width, 4);
  EXPECT_EQ(row_of(image, 0), (std::vector<int>{0, 0, 51, 51}));
  EXPECT_EQ(row_of(image, 1), (std::vector<int>{0, 0, 51, 51}));
  EXPECT_EQ(row_of(image, 2), (std::vector<int>{102, 102, 153, 153}));
}

TEST(Grid, SymmetricPixelsClippingAndNan) {
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  const GridLayout bare{.columns = 5, .scale = 1, .gap = 0};
  EXPECT_EQ(row_of(grid(tensor({-1.0F, 0.0F, 1.0F, 3.0F, nan}, 1), 1, 1, true, bare), 0),
            (std::vector<int>{0, 128, 255, 255, 0}));
  EXPECT_EQ(row_of(grid(tensor({-1.0F, 0.0F, 1.0F, 3.0F, nan}, 1), 1, 1, false, bare), 0),
            (std::vector<int>{0, 0, 255, 255, 0}));
}

TEST(Grid, WrongShapesAreErrors) {
  EXPECT_THROW(grid(at::zeros({2, 5}), 2, 2, false, {}), Error);
  EXPECT_THROW(grid(at::zeros({4}), 2, 2, false, {}), Error);
}

TEST(Plane, WindowHoldsThePointsWithAMargin) {
  const Window window = window_of(tensor({-1.0F, 0.0F, 3.0F, 1.0F, INFINITY, 0.0F}, 2));
  EXPECT_DOUBLE_EQ(window.x, 1.0);
  EXPECT_DOUBLE_EQ(window.y, 0.5);
  EXPECT_DOUBLE_EQ(window.radius, 1.15 * 2.0);
  EXPECT_GT(window_of(tensor({2.0F, 2.0F}, 2)).radius, 0.0);
}

TEST(Plane, RasterRunsFromTheTopLeft) {
  const Tensor points = raster({.x = 0.0, .y = 0.0, .radius = 2.0}, 4);
  EXPECT_EQ(points.size(0), 16);
  const float* p = points.data_ptr<float>();
  EXPECT_FLOAT_EQ(p[0], -1.5F);
  EXPECT_FLOAT_EQ(p[1], 1.5F);
  EXPECT_FLOAT_EQ(p[2], -0.5F);  // to the right
  EXPECT_FLOAT_EQ(p[3], 1.5F);
  EXPECT_FLOAT_EQ(p[31], -1.5F);  // bottom
}

TEST(Plane, APointFallsOnTheRasterCellThatHoldsIt) {
  const Window window{.x = 1.0, .y = -2.0, .radius = 3.0};
  const Tensor cells = raster(window, 30);
  for (const std::int64_t cell : {0, 29, 465, 899}) {
    Image image(30, 30, 3, 255);
    paint_points(image, cells.slice(0, cell, cell + 1), window, 10, 20, 30);
    const std::int64_t x = cell % 30, y = cell / 30;
    EXPECT_EQ(image.at(x, y, 0), 10) << cell;
    EXPECT_EQ(image.at(x, y, 1), 20);
    EXPECT_EQ(image.at(x, y, 2), 30);
    EXPECT_EQ(image.at((x + 10) % 30, y, 0), 255);
  }
  Image image(30, 30, 3, 255);
  paint_points(image, tensor({100.0F, 0.0F, NAN, 0.0F}, 2), window, 0, 0, 0);
  EXPECT_EQ(image.pixels, Image(30, 30, 3, 255).pixels) << "outside the window";
}

TEST(Plane, AnArrowGoesFromItsPointAlongItsVector) {
  Image image(40, 40, 3, 255);
  const Window window{.x = 0.0, .y = 0.0, .radius = 4.0};
  // Upwards from the middle, half as long to the right from (2, -2); one that is no number.
  paint_arrows(image, tensor({0.0F, 0.0F, 2.0F, -2.0F, -2.0F, 0.0F}, 2),
               tensor({0.0F, 6.0F, 3.0F, 0.0F, NAN, 0.0F}, 2), window, 8.0);
  EXPECT_LT(image.at(20, 20), 255);
  EXPECT_LT(image.at(20, 12), 255);
  EXPECT_EQ(image.at(20, 24), 255);
  EXPECT_EQ(image.at(20, 10), 255);
  EXPECT_LT(image.at(34, 30), 255);
  EXPECT_EQ(image.at(36, 30), 255);
  EXPECT_EQ(image.at(10, 20), 255);
  // A field that is zero everywhere paints nothing.
  Image empty(40, 40, 3, 255);
  paint_arrows(empty, tensor({0.0F, 0.0F}, 2), tensor({0.0F, 0.0F}, 2), window, 8.0);
  EXPECT_EQ(empty.pixels, Image(40, 40, 3, 255).pixels);
}

TEST(Plane, DensityIsDarkestAtItsPeak) {
  Tensor log_density = at::zeros({16}) - 50.0;
  log_density[5] = 3.0;
  const Image image = density_image(log_density, 4);
  EXPECT_EQ(image.at(1, 1, 0), 40);
  EXPECT_EQ(image.at(1, 1, 2), 160);
  EXPECT_EQ(image.at(0, 0, 0), 255);
  EXPECT_EQ(density_image(Tensor(), 4).pixels, Image(4, 4, 3, 255).pixels);
}

}  // namespace
}  // namespace elbow
