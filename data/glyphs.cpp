#include "data/glyphs.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "data/generated.h"
#include "data/glyph_strokes.h"
#include "math/threefry.h"

namespace elbow {
namespace {

constexpr int kSide = 28;

/// Raises `grey` to the coverage of the segment from p to q, drawn with a round pen.
void draw_segment(std::array<float, 784>& grey, const std::array<double, 2>& p,
                  const std::array<double, 2>& q, double radius) {
  const double reach = radius + 0.5;
  const auto first = [&](double v) { return std::max(0, static_cast<int>(std::ceil(v - reach))); };
  const auto last = [&](double v) {
    return std::min(kSide - 1, static_cast<int>(std::floor(v + reach)));
  };
  const double dx = q[0] - p[0], dy = q[1] - p[1];
  const double inverse = 1.0 / std::max(dx * dx + dy * dy, 1e-12);
  for (int y = first(std::min(p[1], q[1])); y <= last(std::max(p[1], q[1])); ++y) {
    for (int x = first(std::min(p[0], q[0])); x <= last(std::max(p[0], q[0])); ++x) {
      const double px = x - p[0], py = y - p[1];
      const double along = std::clamp((px * dx + py * dy) * inverse, 0.0, 1.0);
      const double ex = px - along * dx, ey = py - along * dy;
      const double coverage = std::clamp(reach - std::sqrt(ex * ex + ey * ey), 0.0, 1.0);
      float& pixel = grey[static_cast<std::size_t>(y * kSide + x)];
      pixel = std::max(pixel, static_cast<float>(coverage));
    }
  }
}

Split draw(std::int64_t seed, std::int64_t count, std::uint64_t first_index) {
  Split split;
  split.count = count;
  split.pixels.resize(static_cast<std::size_t>(count) * 784);
  split.labels.resize(static_cast<std::size_t>(count));
  at::parallel_for(0, count, 256, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const GlyphFactors factors = glyph_factors(seed, first_index + static_cast<std::uint64_t>(i));
      const GlyphImage image = render_glyph(factors.digit, factors);
      std::copy(image.begin(), image.end(), split.pixels.begin() + i * 784);
      split.labels[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(factors.digit);
    }
  });
  return split;
}

}  // namespace

// Narrow enough that no stroke leaves the image.
const std::array<GlyphRange, 7> kGlyphRanges = {{
    {"slant", &GlyphFactors::slant, -0.1, 0.3},
    {"thickness", &GlyphFactors::thickness, 1.7, 3.6},
    {"rotation", &GlyphFactors::rotation, -0.12, 0.12},
    {"scale", &GlyphFactors::scale, 0.85, 1.06},
    {"shift_x", &GlyphFactors::shift_x, -1.0, 1.0},
    {"shift_y", &GlyphFactors::shift_y, -1.0, 1.0},
    {"curvature", &GlyphFactors::curvature, -0.12, 0.12},
}};

GlyphFactors glyph_factors(std::int64_t seed, std::uint64_t index) {
  CounterStream random(generated_key("glyphs", seed), index);
  GlyphFactors factors;
  factors.digit = static_cast<int>(random.below(10));
  for (const GlyphRange& range : kGlyphRanges) {
    factors.*range.factor = random.uniform(range.low, range.high);
  }
  return factors;
}

GlyphImage render_glyph(int digit, const GlyphFactors& factors) {
  if (digit < 0 || digit > 9) {
    throw std::invalid_argument("render_glyph: digit " + std::to_string(digit) + " is not 0 to 9");
  }
  const double height = kGlyphHeight * factors.scale;
  const double cosine = std::cos(factors.rotation), sine = std::sin(factors.rotation);
  const double center = 0.5 * (kSide - 1);
  const auto place = [&](const std::array<double, 2>& p) -> std::array<double, 2> {
    const double bowed = p[0] + factors.curvature * (4.0 * p[1] * p[1] - 0.5);
    const double x = height * (bowed - factors.slant * p[1]), y = height * p[1];
    return {center + factors.shift_x + cosine * x + sine * y,
            center + factors.shift_y - sine * x + cosine * y};
  };
  std::array<float, 784> grey{};
  for (const Stroke& stroke : glyph_strokes(digit)) {
    std::array<double, 2> from = place(stroke.front());
    for (std::size_t i = 1; i < stroke.size(); ++i) {
      const std::array<double, 2> to = place(stroke[i]);
      draw_segment(grey, from, to, 0.5 * factors.thickness);
      from = to;
    }
  }
  GlyphImage image;
  std::transform(grey.begin(), grey.end(), image.begin(),
                 [](float v) { return static_cast<std::uint8_t>(std::lround(255.0f * v)); });
  return image;
}

Dataset make_glyphs(const DatasetRequest& request) {
  Dataset data;
  data.name = "glyphs";
  data.dim = 784;
  data.height = data.width = kSide;
  data.classes = 10;
  data.train = draw(request.seed, generated_count(request.train_count, 60'000), 0);
  data.test = draw(request.seed, generated_count(request.test_count, 10'000), kTestIndex);
  data.sha256 = generated_sha256(data);
  data.description = "built-in digits, generated with seed " + std::to_string(request.seed);
  return data;
}

}  // namespace elbow
