#include "instrumentation/png.h"

#include <gtest/gtest.h>
#include <png.h>

#include <cstdio>

#include "core/error.h"
#include "tests/support/temp_dir.h"

namespace elbow {
namespace {

using testing::TempDir;

Image pattern(std::int64_t channels) {
  Image image(5, 3, channels);
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    image.pixels[i] = static_cast<std::uint8_t>(7 * i + 3);
  }
  return image;
}

TEST(Png, RoundTripOfPixelsAndText) {
  const TempDir directory;
  const PngText text{{"step", "500"},
                     {"caption", "Samples, β = 4, σ²"},
                     {"config", "[run]\n" + std::string(5000, 'x')}};
  for (const std::int64_t channels : {1, 3}) {
    const Image image = pattern(channels);
    write_png(directory / "a.png", image, text);
    PngText read;
    const Image back = read_png(directory / "a.png", &read);
    EXPECT_EQ(back.width, 5);
    EXPECT_EQ(back.height, 3);
    EXPECT_EQ(back.channels, channels);
    EXPECT_EQ(back.pixels, image.pixels);
    EXPECT_EQ(read, text);
  }
  EXPECT_FALSE(std::filesystem::exists(directory / "a.png.part"));
}

// Independent of our reader: libpng's simplified interface.
TEST(Png, OtherReadersSeeTheSamePixels) {
  const TempDir directory;
  const Image image = pattern(3);
  write_png(directory / "a.png", image);
  png_image reader{};
  reader.version = PNG_IMAGE_VERSION;
  ASSERT_NE(png_image_begin_read_from_file(&reader, (directory / "a.png").c_str()), 0);
  EXPECT_EQ(reader.width, 5U);
  EXPECT_EQ(reader.height, 3U);
  reader.format = PNG_FORMAT_RGB;
  std::vector<std::uint8_t> pixels(PNG_IMAGE_SIZE(reader));
  ASSERT_NE(png_image_finish_read(&reader, nullptr, pixels.data(), 0, nullptr), 0);
  EXPECT_EQ(pixels, image.pixels);
}

TEST(Png, ErrorsNameTheFile) {
  const TempDir directory;
  EXPECT_THROW(write_png("/nonexistent/a.png", pattern(1)), Error);
  EXPECT_THROW(write_png(directory / "empty.png", Image(0, 0, 1)), Error);
  EXPECT_FALSE(std::filesystem::exists(directory / "empty.png.part"));
  EXPECT_THROW(read_png(directory / "missing.png"), Error);
  directory.write("text.png", "<html>no picture</html>");
  try {
    read_png(directory / "text.png");
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("text.png"), std::string::npos);
  }
  write_png(directory / "cut.png", pattern(3));
  const std::string bytes = testing::read_file(directory / "cut.png");
  directory.write("cut.png", bytes.substr(0, bytes.size() - 20));
  EXPECT_THROW(read_png(directory / "cut.png"), Error);
}

}  // namespace
}  // namespace elbow
