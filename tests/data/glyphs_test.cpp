#include "data/glyphs.h"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <set>
#include <stdexcept>

#include "data/generated.h"
#include "data/mnist.h"

namespace elbow {
namespace {

/// Mass, centre and second moments of an image, in pixels; y downwards.
struct Shape {
  double mass = 0, x = 0, y = 0, xx = 0, xy = 0, yy = 0;
};

Shape shape(const GlyphImage& image) {
  Shape s;
  const auto each = [&](const auto& f) {
    for (int i = 0; i < 784; ++i) f(image[static_cast<std::size_t>(i)] / 255.0, i % 28, i / 28);
  };
  each([&](double v, int x, int y) { s.mass += v, s.x += v * x, s.y += v * y; });
  s.x /= s.mass, s.y /= s.mass;
  each([&](double v, int x, int y) {
    s.xx += v * (x - s.x) * (x - s.x) / s.mass;
    s.xy += v * (x - s.x) * (y - s.y) / s.mass;
    s.yy += v * (y - s.y) * (y - s.y) / s.mass;
  });
  return s;
}

TEST(Glyphs, DependOnSeedAndIndexOnly) {
  const Dataset a =
      make_glyphs({.name = "glyphs", .seed = 3, .train_count = 300, .test_count = 20});
  EXPECT_EQ(a.dim, 784);
  EXPECT_EQ(a.height * a.width, 784);
  EXPECT_EQ(a.classes, 10);
  for (std::uint64_t i : {0u, 7u, 299u}) {
    const GlyphFactors f = glyph_factors(3, i);
    const GlyphImage image = render_glyph(f.digit, f);
    EXPECT_EQ(a.train.labels[i], f.digit);
    EXPECT_TRUE(std::equal(image.begin(), image.end(),
                           a.train.pixels.begin() + static_cast<std::ptrdiff_t>(784 * i)));
  }
  const GlyphFactors f = glyph_factors(3, kTestIndex + 5);
  const GlyphImage image = render_glyph(f.digit, f);
  EXPECT_TRUE(std::equal(image.begin(), image.end(), a.test.pixels.begin() + 784 * 5));
  EXPECT_NE(make_glyphs({.name = "glyphs", .seed = 4, .train_count = 300, .test_count = 20}).sha256,
            a.sha256);
}

TEST(Glyphs, AreIndependentOfTheNumberOfThreads) {
  const DatasetRequest request{.name = "glyphs", .seed = 1, .train_count = 2000, .test_count = 1};
  const int before = at::get_num_threads();
  at::set_num_threads(1);
  const std::string one = make_glyphs(request).sha256;
  at::set_num_threads(3);
  EXPECT_EQ(make_glyphs(request).sha256, one);
  at::set_num_threads(before);
}

TEST(Glyphs, OtherDigitsAreRefused) {
  EXPECT_THROW(render_glyph(10, {}), std::invalid_argument);
  EXPECT_THROW(render_glyph(-1, {}), std::invalid_argument);
}

TEST(Glyphs, NoStrokeLeavesTheImage) {
  for (int digit = 0; digit < 10; ++digit) {
    for (unsigned corner = 0; corner < 128; ++corner) {
      GlyphFactors f;
      for (std::size_t i = 0; i < 7; ++i) {
        const GlyphRange& range = kGlyphRanges[i];
        f.*range.factor = (corner >> i & 1) != 0 ? range.high : range.low;
      }
      const GlyphImage image = render_glyph(digit, f);
      std::uint8_t border = 0;
      for (std::size_t i = 0; i < 28; ++i) {
        border =
            std::max({border, image[i], image[27 * 28 + i], image[28 * i], image[28 * i + 27]});
      }
      EXPECT_EQ(border, 0) << "digit " << digit << " corner " << corner;
    }
  }
}

TEST(Glyphs, FactorsDoWhatTheySay) {
  for (int digit = 0; digit < 10; ++digit) {
    GlyphFactors base, f;
    base.thickness = 2.5;
    const Shape s = shape(render_glyph(digit, base));

    f = base, f.shift_x = 1;
    const GlyphImage moved = render_glyph(digit, f), still = render_glyph(digit, base);
    for (std::size_t i = 1; i < 784; ++i) EXPECT_NEAR(moved[i], still[i - 1], 1) << digit;
    f = base, f.shift_y = 1;
    const GlyphImage lower = render_glyph(digit, f);
    for (std::size_t i = 28; i < 784; ++i) EXPECT_NEAR(lower[i], still[i - 28], 1) << digit;

    // A stroke's area is about its length times its width: within 30 %, for crossings and ends.
    f = base, f.thickness = 1.7;
    EXPECT_NEAR(s.mass / shape(render_glyph(digit, f)).mass, 2.5 / 1.7, 0.3 * 2.5 / 1.7);

    // Second moments grow with the square of the scale, but for the stroke's own width.
    f = base, f.scale = 1.06;
    EXPECT_NEAR(shape(render_glyph(digit, f)).yy / s.yy, 1.06 * 1.06, 0.04);

    // Shear x -= slant (y - centre): xy moment changes by -slant yy.
    f = base, f.slant = 0.2;
    EXPECT_NEAR(shape(render_glyph(digit, f)).xy, s.xy - 0.2 * s.yy, 0.3 * 0.2 * s.yy);

    // Counter-clockwise by a, y down: xy becomes cos(2a) xy + sin(2a) / 2 (yy - xx).
    f = base, f.rotation = 0.12;
    const double turned = s.xy * std::cos(0.24) + std::sin(0.24) / 2 * (s.yy - s.xx);
    EXPECT_NEAR(shape(render_glyph(digit, f)).xy, turned, 0.15);

    // The bow moves both ends right and the middle left, each by 0.06 of the height.
    // Where a stroke lies flat the centre of a row follows less.
    f = base, f.curvature = 0.12;
    const GlyphImage bowed = render_glyph(digit, f);
    const auto mean_x = [](const GlyphImage& image, int first, int last) {
      double sum = 0, mass = 0;
      for (int i = 28 * first; i < 28 * (last + 1); ++i) {
        sum += image[static_cast<std::size_t>(i)] * (i % 28);
        mass += image[static_cast<std::size_t>(i)];
      }
      return sum / mass;
    };
    EXPECT_GT(mean_x(bowed, 5, 7), mean_x(still, 5, 7) + 0.1) << digit;
    EXPECT_GT(mean_x(bowed, 20, 22), mean_x(still, 20, 22) + 0.1) << digit;
    EXPECT_LT(mean_x(bowed, 12, 15), mean_x(still, 12, 15) - 0.1) << digit;
    if (digit == 1) {
      EXPECT_NEAR(mean_x(bowed, 13, 14), mean_x(still, 13, 14) - 0.06 * kGlyphHeight, 0.05);
    }
  }
}

// Moments of each factor, of the digit, and of pairs, within five standard errors.
TEST(GlyphsStatistical, FactorsAreUniformAndIndependent) {
  constexpr std::uint64_t n = 60'000;
  std::array<double, 10> digits{};
  std::array<double, 8> mean{};
  std::array<std::array<double, 8>, 8> product{};
  for (std::uint64_t i = 0; i < n; ++i) {
    const GlyphFactors f = glyph_factors(1, i);
    ++digits.at(static_cast<std::size_t>(f.digit));
    std::array<double, 8> u{};  // standardised to mean 0 and variance 1
    for (std::size_t k = 0; k < 7; ++k) {
      const GlyphRange& range = kGlyphRanges[k];
      const double t = (f.*range.factor - range.low) / (range.high - range.low);
      ASSERT_GT(t, 0);
      ASSERT_LT(t, 1);
      u[k] = (t - 0.5) * std::sqrt(12.0);
    }
    u[7] = (f.digit - 4.5) / std::sqrt(8.25);
    for (std::size_t a = 0; a < 8; ++a) {
      mean[a] += u[a] / n;
      for (std::size_t b = 0; b < 8; ++b) product[a][b] += u[a] * u[b] / n;
    }
  }
  const double se = 1 / std::sqrt(double{n});
  for (std::size_t a = 0; a < 8; ++a) {
    EXPECT_NEAR(mean[a], 0, 5 * se) << a;
    for (std::size_t b = 0; b < 8; ++b) {
      // Var(u^2) = 0.8 for a uniform one and less than that for the digit.
      EXPECT_NEAR(product[a][b], a == b ? 1 : 0, 5 * se) << a << " " << b;
    }
  }
  double chi2 = 0;
  for (const double count : digits) chi2 += std::pow(count - n / 10.0, 2) / (n / 10.0);
  EXPECT_LT(chi2, 9 + 5 * std::sqrt(18.0));
}

// The mean grey level of MNIST's training images is 0.1307.
TEST(GlyphsStatistical, AreAsBrightAsMnist) {
  const Dataset data = make_glyphs({.name = "glyphs", .train_count = 5000, .test_count = 1});
  double mean = 0;
  for (const std::uint8_t k : data.train.pixels) mean += k / 255.0 / (5000.0 * 784);
  EXPECT_NEAR(mean, 0.1307, 0.01);
}

/// Share of `test` whose nearest neighbour in `train` (squared distance of pixels) has their label.
double nearest_neighbour_accuracy(const Split& train, std::int64_t n, const Split& test,
                                  std::int64_t m) {
  double right = 0;
  for (std::int64_t i = 0; i < m; ++i) {
    const std::uint8_t* a = test.pixels.data() + 784 * i;
    std::int32_t best = INT32_MAX;
    std::int64_t nearest = 0;
    for (std::int64_t j = 0; j < n; ++j) {
      const std::uint8_t* b = train.pixels.data() + 784 * j;
      std::int32_t sum = 0;
      for (int p = 0; p < 784; ++p) sum += (a[p] - b[p]) * (a[p] - b[p]);
      if (sum < best) best = sum, nearest = j;
    }
    right +=
        train.labels[static_cast<std::size_t>(nearest)] == test.labels[static_cast<std::size_t>(i)];
  }
  return right / static_cast<double>(m);
}

TEST(GlyphsSlow, ClassesAreTold) {
  const Dataset data = make_glyphs({.name = "glyphs", .train_count = 5000, .test_count = 500});
  EXPECT_GT(nearest_neighbour_accuracy(data.train, 5000, data.test, 500), 0.97);
}

// Someone who knows only MNIST's digits reads the glyphs: chance is 10 %.
TEST(GlyphsSlow, AreReadByMnistsNeighbours) {
  const char* dir = std::getenv("ELBOW_DATA");
  const auto found =
      find_mnist(dir == nullptr ? std::nullopt : std::optional<std::filesystem::path>(dir));
  if (!found) GTEST_SKIP() << "needs MNIST: set ELBOW_DATA";
  const Dataset mnist = load_mnist(*found);
  const Dataset data = make_glyphs({.name = "glyphs", .train_count = 1, .test_count = 500});
  const double accuracy = nearest_neighbour_accuracy(mnist.train, 10'000, data.test, 500);
  RecordProperty("accuracy", std::to_string(accuracy));
  EXPECT_GT(accuracy, 0.7);
}

}  // namespace
}  // namespace elbow
