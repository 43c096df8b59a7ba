#include "instrumentation/png.h"

#include <png.h>

#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <memory>

#include "core/error.h"

namespace elbow {
namespace {

constexpr std::size_t kCompressFrom = 1024;  // bytes of text

struct FileCloser {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, FileCloser>;

// libpng reports errors here; its contract asks for a jump, so the functions that call setjmp keep
// nothing that has a destructor.
void on_error(png_structp png, png_const_charp message) {
  auto* words = static_cast<std::string*>(png_get_error_ptr(png));
  *words = message;
  png_longjmp(png, 1);
}
void on_warning(png_structp, png_const_charp) {}

bool encode(std::FILE* file, const Image& image, png_textp text, int texts, png_bytepp rows,
            std::string* error) {
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, error, on_error, on_warning);
  png_infop info = png == nullptr ? nullptr : png_create_info_struct(png);
  if (info == nullptr || setjmp(png_jmpbuf(png)) != 0) {
    png_destroy_write_struct(&png, &info);
    return false;
  }
  png_init_io(png, file);
  png_set_IHDR(png, info, static_cast<png_uint_32>(image.width),
               static_cast<png_uint_32>(image.height), 8,
               image.channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  if (texts > 0) png_set_text(png, info, text, texts);
  png_write_info(png, info);
  png_write_image(png, rows);
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  return true;
}

struct Reader {
  png_structp png = nullptr;
  png_infop info = nullptr;
  ~Reader() { png_destroy_read_struct(&png, &info, nullptr); }
};

bool read_header(Reader& reader, std::FILE* file) {
  if (setjmp(png_jmpbuf(reader.png)) != 0) return false;
  png_init_io(reader.png, file);
  png_read_info(reader.png, reader.info);
  return true;
}

bool read_rows(Reader& reader, png_bytepp rows) {
  if (setjmp(png_jmpbuf(reader.png)) != 0) return false;
  png_read_image(reader.png, rows);
  png_read_end(reader.png, reader.info);
  return true;
}

std::vector<png_bytep> rows_of(Image& image) {
  std::vector<png_bytep> rows;
  const auto stride = static_cast<std::size_t>(image.width * image.channels);
  for (std::size_t y = 0; y < static_cast<std::size_t>(image.height); ++y) {
    rows.push_back(image.pixels.data() + y * stride);
  }
  return rows;
}

}  // namespace

void write_png(const std::filesystem::path& path, const Image& image, const PngText& text) {
  std::vector<png_text> chunks;
  PngText copy = text;  // libpng takes pointers that may be written to
  for (auto& [keyword, words] : copy) {
    png_text chunk{};
    chunk.compression =
        words.size() >= kCompressFrom ? PNG_ITXT_COMPRESSION_zTXt : PNG_ITXT_COMPRESSION_NONE;
    chunk.key = keyword.data();
    chunk.text = words.data();
    chunk.itxt_length = words.size();
    chunks.push_back(chunk);
  }
  Image pixels = image;
  std::vector<png_bytep> rows = rows_of(pixels);
  std::filesystem::path temporary = path;
  temporary += ".part";
  File file(std::fopen(temporary.c_str(), "wb"));
  if (!file) {
    throw Error("Cannot write " + temporary.string() + ": " + std::strerror(errno) + ".");
  }
  std::string error = "out of memory";
  const bool encoded = encode(file.get(), pixels, chunks.data(), static_cast<int>(chunks.size()),
                              rows.data(), &error);
  const bool closed = std::fclose(file.release()) == 0;
  std::error_code renamed;
  if (encoded && closed) std::filesystem::rename(temporary, path, renamed);
  if (!encoded || !closed || renamed) {
    std::error_code ignored;
    std::filesystem::remove(temporary, ignored);
    throw Error("Cannot write " + path.string() + ": " +
                (!encoded  ? error
                 : renamed ? renamed.message()
                           : "the disk may be full") +
                ".");
  }
}

Image read_png(const std::filesystem::path& path, PngText* text) {
  const File file(std::fopen(path.c_str(), "rb"));
  if (!file) throw Error("Cannot read " + path.string() + ": " + std::strerror(errno) + ".");
  std::string error = "out of memory";
  const auto fail = [&]() -> Error {
    return Error("Cannot read " + path.string() + ": " + error + ".");
  };
  Reader reader;
  reader.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &error, on_error, on_warning);
  reader.info = reader.png == nullptr ? nullptr : png_create_info_struct(reader.png);
  if (reader.info == nullptr || !read_header(reader, file.get())) throw fail();
  const auto type = png_get_color_type(reader.png, reader.info);
  const bool known = type == PNG_COLOR_TYPE_GRAY || type == PNG_COLOR_TYPE_RGB;
  if (!known || png_get_bit_depth(reader.png, reader.info) != 8 ||
      png_get_interlace_type(reader.png, reader.info) != PNG_INTERLACE_NONE) {
    error = "it is not an 8-bit grey or RGB picture";
    throw fail();
  }
  Image image(png_get_image_width(reader.png, reader.info),
              png_get_image_height(reader.png, reader.info), type == PNG_COLOR_TYPE_GRAY ? 1 : 3);
  std::vector<png_bytep> rows = rows_of(image);
  if (!read_rows(reader, rows.data())) throw fail();
  if (text != nullptr) {
    png_textp chunks = nullptr;
    int count = 0;
    png_get_text(reader.png, reader.info, &chunks, &count);
    for (int i = 0; i < count; ++i) text->emplace_back(chunks[i].key, chunks[i].text);
  }
  return image;
}

}  // namespace elbow
