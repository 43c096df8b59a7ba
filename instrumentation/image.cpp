#include "instrumentation/image.h"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>

#include "core/error.h"

namespace elbow {
namespace {

// [n, width] float32 on the CPU, contiguous.
Tensor plain(const Tensor& t) { return t.detach().to(at::kCPU, at::kFloat).contiguous(); }

std::uint8_t to_byte(float value) {
  if (!(value > 0.0F)) return 0;  // NaN too
  return static_cast<std::uint8_t>(std::lround(std::min(value, 1.0F) * 255.0F));
}

}  // namespace

Image::Image(std::int64_t w, std::int64_t h, std::int64_t c, std::uint8_t fill)
    : width(w), height(h), channels(c), pixels(static_cast<std::size_t>(w * h * c), fill) {}

std::uint8_t& Image::at(std::int64_t x, std::int64_t y, std::int64_t channel) {
  return pixels[static_cast<std::size_t>((y * width + x) * channels + channel)];
}

std::uint8_t Image::at(std::int64_t x, std::int64_t y, std::int64_t channel) const {
  return pixels[static_cast<std::size_t>((y * width + x) * channels + channel)];
}

Image grid(const Tensor& images, std::int64_t height, std::int64_t width, bool symmetric,
           const GridLayout& layout) {
  if (images.dim() != 2 || height <= 0 || width <= 0 || images.size(1) != height * width) {
    throw Error("A grid of " + std::to_string(height) + " x " + std::to_string(width) +
                " images needs a tensor [n, " + std::to_string(height * width) + "].");
  }
  const Tensor data = plain(images);
  const float* values = data.data_ptr<float>();
  const std::int64_t n = data.size(0),
                     columns = std::min(layout.columns, std::max<std::int64_t>(n, 1));
  const std::int64_t rows = (n + columns - 1) / columns;
  const std::int64_t cell_w = width * layout.scale + layout.gap;
  const std::int64_t cell_h = height * layout.scale + layout.gap;
  Image image(columns * cell_w + layout.gap, rows * cell_h + layout.gap, 1, layout.background);
  for (std::int64_t i = 0; i < n; ++i) {
    const std::int64_t left = i % columns * cell_w + layout.gap;
    const std::int64_t top = i / columns * cell_h + layout.gap;
    for (std::int64_t y = 0; y < height * layout.scale; ++y) {
      for (std::int64_t x = 0; x < width * layout.scale; ++x) {
        const std::int64_t pixel = y / layout.scale * width + x / layout.scale;
        const float value = values[i * height * width + pixel];
        image.at(left + x, top + y) = to_byte(symmetric ? (value + 1.0F) / 2.0F : value);
      }
    }
  }
  return image;
}

Window window_of(const Tensor& points) {
  const Tensor data = plain(points);
  const float* values = data.data_ptr<float>();
  constexpr double infinity = std::numeric_limits<double>::infinity();
  std::array<double, 2> low{infinity, infinity}, high{-infinity, -infinity};
  for (std::int64_t i = 0; i < data.size(0); ++i) {
    if (!std::isfinite(values[2 * i]) || !std::isfinite(values[2 * i + 1])) continue;
    for (std::size_t k = 0; k < 2; ++k) {
      const double value = values[2 * static_cast<std::size_t>(i) + k];
      low[k] = std::min(low[k], value);
      high[k] = std::max(high[k], value);
    }
  }
  if (low[0] > high[0]) return {};
  const double radius = 0.5 * std::max(high[0] - low[0], high[1] - low[1]);
  return {.x = 0.5 * (low[0] + high[0]),
          .y = 0.5 * (low[1] + high[1]),
          .radius = radius > 0.0 ? 1.15 * radius : 1.0};
}

Tensor raster(const Window& window, std::int64_t size) {
  Tensor points = at::empty({size * size, 2}, at::kFloat);
  float* out = points.data_ptr<float>();
  const double step = 2.0 * window.radius / static_cast<double>(size);
  for (std::int64_t row = 0; row < size; ++row) {
    for (std::int64_t column = 0; column < size; ++column) {
      *out++ =
          static_cast<float>(window.x - window.radius + step * (static_cast<double>(column) + 0.5));
      *out++ =
          static_cast<float>(window.y + window.radius - step * (static_cast<double>(row) + 0.5));
    }
  }
  return points;
}

Image density_image(const Tensor& log_density, std::int64_t size) {
  Image image(size, size, 3, 255);
  if (!log_density.defined()) return image;
  const Tensor data = plain(log_density);
  const float* values = data.data_ptr<float>();
  const float top = *std::max_element(values, values + size * size);
  constexpr std::array<double, 3> peak{40.0, 90.0, 160.0};
  for (std::int64_t i = 0; i < size * size; ++i) {
    const double density = std::exp(static_cast<double>(values[i]) - static_cast<double>(top));
    // The square root keeps the tails of the density visible.
    const double ink = std::isfinite(density) ? std::sqrt(std::min(density, 1.0)) : 0.0;
    for (std::size_t c = 0; c < 3; ++c) {
      image.pixels[3 * static_cast<std::size_t>(i) + c] =
          static_cast<std::uint8_t>(std::lround(255.0 + ink * (peak[c] - 255.0)));
    }
  }
  return image;
}

void paint_points(Image& image, const Tensor& points, const Window& window, std::uint8_t red,
                  std::uint8_t green, std::uint8_t blue) {
  const Tensor data = plain(points);
  const float* values = data.data_ptr<float>();
  const double pixels = static_cast<double>(image.width) / (2.0 * window.radius);
  const std::array<std::uint8_t, 3> color{red, green, blue};
  for (std::int64_t i = 0; i < data.size(0); ++i) {
    const double x = (values[2 * i] - window.x + window.radius) * pixels;
    const double y = (window.y + window.radius - values[2 * i + 1]) * pixels;
    if (!(x >= 0.0 && y >= 0.0 && x < static_cast<double>(image.width) &&
          y < static_cast<double>(image.height))) {
      continue;
    }
    const auto column = static_cast<std::int64_t>(x), row = static_cast<std::int64_t>(y);
    for (std::int64_t v = std::max<std::int64_t>(row - 1, 0);
         v <= std::min(row + 1, image.height - 1); ++v) {
      for (std::int64_t u = std::max<std::int64_t>(column - 1, 0);
           u <= std::min(column + 1, image.width - 1); ++u) {
        for (std::int64_t c = 0; c < 3; ++c) image.at(u, v, c) = color[static_cast<std::size_t>(c)];
      }
    }
  }
}

void paint_arrows(Image& image, const Tensor& points, const Tensor& vectors, const Window& window,
                  double longest) {
  const Tensor from = plain(points), field = plain(vectors);
  const float* at = from.data_ptr<float>();
  const float* v = field.data_ptr<float>();
  double most = 0.0;
  for (std::int64_t i = 0; i < field.size(0); ++i) {
    const double length = std::hypot(v[2 * i], v[2 * i + 1]);
    if (std::isfinite(length)) most = std::max(most, length);
  }
  if (!(most > 0.0)) return;
  const double pixels = static_cast<double>(image.width) / (2.0 * window.radius);
  const auto dot = [&](double x, double y, std::int64_t reach) {
    const auto column = static_cast<std::int64_t>(std::floor(x));
    const auto row = static_cast<std::int64_t>(std::floor(y));
    for (std::int64_t r = row - reach; r <= row + reach; ++r)
      for (std::int64_t u = column - reach; u <= column + reach; ++u)
        if (u >= 0 && r >= 0 && u < image.width && r < image.height)
          for (std::int64_t c = 0; c < 3; ++c) image.at(u, r, c) = 70;
  };
  for (std::int64_t i = 0; i < field.size(0); ++i) {
    const double length = std::hypot(v[2 * i], v[2 * i + 1]);
    if (!std::isfinite(length)) continue;
    const double x = (at[2 * i] - window.x + window.radius) * pixels;
    const double y = (window.y + window.radius - at[2 * i + 1]) * pixels;
    const double dx = v[2 * i] / most * longest, dy = -v[2 * i + 1] / most * longest;
    const auto steps = static_cast<std::int64_t>(length / most * longest) + 1;
    for (std::int64_t k = 0; k <= steps; ++k) {
      const double t = static_cast<double>(k) / static_cast<double>(steps);
      dot(x + t * dx, y + t * dy, 0);
    }
    dot(x + dx, y + dy, 1);
  }
}

}  // namespace elbow
