// Pixels of pictures: grids of images, points, densities.
#pragma once

#include "math/tensor.h"

#include <cstdint>
#include <vector>

namespace elbow {

/// 8-bit picture, row-major from the top left; channels 1 (grey) or 3 (RGB).
struct Image {
  std::int64_t width = 0, height = 0, channels = 1;
  std::vector<std::uint8_t> pixels;

  Image() = default;
  Image(std::int64_t width, std::int64_t height, std::int64_t channels, std::uint8_t fill = 0);
  std::uint8_t& at(std::int64_t x, std::int64_t y, std::int64_t channel = 0);
  std::uint8_t at(std::int64_t x, std::int64_t y, std::int64_t channel = 0) const;
};

struct GridLayout {
  std::int64_t columns = 8;
  std::int64_t scale = 2;        ///< each pixel becomes scale x scale
  std::int64_t gap = 2;          ///< pixels between cells and around them
  std::uint8_t background = 96;  ///< of the gaps
};

/// images: [n, height * width] in [0, 1], or in [-1, 1] if `symmetric`; values outside are clipped,
/// NaN is black. Image i stands in row i / columns, column i % columns. Errors: shapes differ.
Image grid(const Tensor& images, std::int64_t height, std::int64_t width, bool symmetric,
           const GridLayout& layout);

/// A square piece of the plane, [x - radius, x + radius] x [y - radius, y + radius].
struct Window {
  double x = 0.0, y = 0.0, radius = 4.0;
};

/// The least square around `points` [n, 2] with a margin of 15 %. Non-finite points are left out.
Window window_of(const Tensor& points);

/// Centres of a size x size raster over the window, [size * size, 2] float32, from the top left.
Tensor raster(const Window& window, std::int64_t size);

/// White to blue by exp(log_density - max) of a raster's points [size * size]; undefined: all
/// white.
Image density_image(const Tensor& log_density, std::int64_t size);

/// Paints points [n, 2] as dots of 3 x 3 pixels; those outside the window are left out.
void paint_points(Image& image, const Tensor& points, const Window& window, std::uint8_t red,
                  std::uint8_t green, std::uint8_t blue);

/// Paints vectors [n, 2] at points [n, 2] as grey lines with a dot of 3 x 3 pixels at the tip. The
/// longest is `longest` pixels, the others in proportion; those that are not finite are left out.
void paint_arrows(Image& image, const Tensor& points, const Tensor& vectors, const Window& window,
                  double longest);

}  // namespace elbow
