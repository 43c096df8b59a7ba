#include "data/idx.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>

#include "core/error.h"

namespace elbow {
namespace {

namespace fs = std::filesystem;

/// Of a table of labels; QMNIST's has 8.
constexpr std::int64_t kMostColumns = 64;

std::string quantity(std::int64_t n, const char* one) {
  return std::to_string(n) + " " + one + (n == 1 ? "" : "s");
}

[[noreturn]] void fail(const fs::path& path, std::int64_t byte, const std::string& what) {
  throw Error(
      path.string() + ": byte " + std::to_string(byte) + ": " + what +
          "\nIf MNIST is what you want: scripts/get_mnist.sh OTHER_DIRECTORY gets it beside "
          "this file, which stays.",
      ExitCode::data);
}

/// The decompressed bytes of a file, one piece after another.
class Source {
 public:
  explicit Source(const fs::path& path) : path_(path), file_(std::fopen(path.c_str(), "rb")) {
    std::error_code error;
    if (!file_ || fs::is_directory(path, error)) {
      throw Error(path.string() + ": cannot be read (" + std::strerror(file_ ? EISDIR : errno) +
                      "). Check its permissions.",
                  ExitCode::data);
    }
    size_ = static_cast<std::int64_t>(fs::file_size(path, error));
    if (error) fail(path, 0, "is no regular file.");
    fill();
    refuse_other_formats();
    gzip_ = input_.size() >= 2 && input_[0] == 0x1f && input_[1] == 0x8b;
    if (gzip_ && inflateInit2(&stream_, 16 + MAX_WBITS) != Z_OK) {
      throw Error("zlib could not be initialised.");
    }
    inflating_ = gzip_;
  }
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  ~Source() {
    if (gzip_) inflateEnd(&stream_);
  }

  bool gzip() const { return gzip_; }
  std::int64_t file_size() const { return size_; }

  /// Fills `out` as far as the source goes; returns the number of bytes.
  std::int64_t read(std::uint8_t* out, std::int64_t n) {
    const std::int64_t got = gzip_ ? inflate_into(out, n) : copy_into(out, n);
    offset_ += got;
    return got;
  }

  /// Where an error about decompressed byte `offset` is: that byte itself in a raw file.
  [[noreturn]] void fail_at(std::int64_t offset, const std::string& what) const {
    fail(path_, offset, (gzip_ ? "(of the decompressed data) " : "") + what);
  }

  /// The end of the data must be the end of the file, with a good checksum.
  void expect_end() {
    std::uint8_t surplus = 0;
    if (read(&surplus, 1) != 0) {
      fail_at(offset_ - 1, "the header ends the data here, but more bytes follow.");
    }
    if (gzip_ && (position_ < input_.size() || (fill(), position_ < input_.size()))) {
      fail(path_, consumed(), "bytes follow the end of the gzip stream.");
    }
  }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  void fill() {
    before_ += static_cast<std::int64_t>(input_.size());
    input_.resize(1 << 16);
    const std::size_t n = std::fread(input_.data(), 1, input_.size(), file_.get());
    input_.resize(n);
    if (std::ferror(file_.get()) != 0) fail(path_, before_, "reading failed.");
    position_ = 0;
  }
  std::int64_t consumed() const { return before_ + static_cast<std::int64_t>(position_); }

  void refuse_other_formats() const {
    if (input_.empty()) fail(path_, 0, "the file is empty.");
    const auto start = std::find_if(input_.begin(), input_.end(), [](std::uint8_t c) {
      return std::strchr(" \t\r\n\xEF\xBB\xBF", c) == nullptr || c == 0;
    });
    if (start != input_.end() && *start == '<') {
      fail(path_, start - input_.begin(),
           "this is an HTML or XML page, not an IDX file: a login page, a proxy or an error page "
           "answered in place of the server.");
    }
  }

  std::int64_t copy_into(std::uint8_t* out, std::int64_t n) {
    std::int64_t got = 0;
    while (got < n) {
      if (position_ == input_.size()) fill();
      if (input_.empty()) break;
      const std::size_t piece =
          std::min(static_cast<std::size_t>(n - got), input_.size() - position_);
      std::memcpy(out + got, input_.data() + position_, piece);
      position_ += piece;
      got += static_cast<std::int64_t>(piece);
    }
    return got;
  }

  /// A gzip file may be several streams, one after another (RFC 1952, 2.2).
  bool next_member() {
    if (position_ == input_.size()) fill();
    if (position_ == input_.size() || input_[position_] != 0x1f) return false;
    return inflateReset(&stream_) == Z_OK;
  }

  std::int64_t inflate_into(std::uint8_t* out, std::int64_t n) {
    std::int64_t got = 0;
    while (inflating_ && got < n) {
      if (position_ == input_.size()) fill();
      if (input_.empty()) {
        fail(path_, consumed(),
             "the gzip stream breaks off after " + quantity(offset_ + got, "decompressed byte") +
                 ": the file is truncated.");
      }
      const auto room = static_cast<uInt>(std::min<std::int64_t>(n - got, 1 << 30));
      stream_.next_in = input_.data() + position_;
      stream_.avail_in = static_cast<uInt>(input_.size() - position_);
      stream_.next_out = out + got;
      stream_.avail_out = room;
      const int status = inflate(&stream_, Z_NO_FLUSH);
      position_ = input_.size() - stream_.avail_in;
      got += room - stream_.avail_out;
      if (status == Z_STREAM_END) {
        inflating_ = next_member();
      } else if (status != Z_OK) {
        fail(path_, consumed(),
             std::string("the gzip stream is corrupt (") +
                 (stream_.msg != nullptr ? stream_.msg : zError(status)) + ").");
      }
    }
    return got;
  }

  fs::path path_;
  std::unique_ptr<std::FILE, Close> file_;
  std::int64_t size_ = 0, offset_ = 0;
  std::vector<std::uint8_t> input_;
  std::size_t position_ = 0;
  std::int64_t before_ = 0;  // bytes of the file before the buffer
  bool gzip_ = false, inflating_ = false;
  z_stream stream_{};
};

std::string hex(const std::array<std::uint8_t, 4>& magic) {
  char text[32];
  std::snprintf(text, sizeof text, "%02x %02x %02x %02x", magic[0], magic[1], magic[2], magic[3]);
  return text;
}

/// The first four bytes: 0, 0, type, rank.
std::array<std::uint8_t, 4> read_magic(Source& source) {
  std::array<std::uint8_t, 4> magic{};
  const std::int64_t got = source.read(magic.data(), 4);
  if (got < 4) source.fail_at(got, "the file ends inside the header: it is truncated.");
  if (magic[0] != 0 || magic[1] != 0) {
    source.fail_at(
        0, "wrong magic number " + hex(magic) + ": an IDX file starts with two zero bytes.");
  }
  return magic;
}

/// The sizes after a magic number that must have this rank; at most kIdxLimit values.
std::vector<std::int64_t> read_sizes(Source& source, const std::array<std::uint8_t, 4>& magic,
                                     std::size_t rank) {
  if (magic[3] != rank) {
    source.fail_at(3, "the array has " + quantity(magic[3], "dimension") + ", but " +
                          std::to_string(rank) + " expected (" + (rank == 3 ? "images" : "labels") +
                          "): magic number " + hex(magic) + ".");
  }
  std::vector<std::int64_t> dims;
  std::int64_t total = 1;
  for (std::size_t d = 0; d < rank; ++d) {
    std::uint8_t b[4] = {};
    const auto at = static_cast<std::int64_t>(4 + 4 * d);
    const std::int64_t n = source.read(b, 4);
    if (n < 4) source.fail_at(at + n, "the file ends inside the header: it is truncated.");
    const std::int64_t size = std::int64_t{b[0]} << 24 | b[1] << 16 | b[2] << 8 | b[3];
    if (size == 0) source.fail_at(at, "dimension " + std::to_string(d) + " is 0.");
    if (size > kIdxLimit / total) {
      source.fail_at(at, "dimension " + std::to_string(d) + " is " + std::to_string(size) +
                             ", which makes the array larger than " + std::to_string(kIdxLimit) +
                             " bytes: the header is corrupt.");
    }
    total *= size;
    dims.push_back(size);
  }
  return dims;
}

std::vector<std::int64_t> read_header(Source& source, std::size_t rank) {
  const auto magic = read_magic(source);
  if (magic[2] != 8) {
    source.fail_at(
        2, "wrong type in the magic number " + hex(magic) + ": unsigned bytes (08) are expected.");
  }
  return read_sizes(source, magic, rank);
}

}  // namespace

IdxArray read_idx_labels(const fs::path& path) {
  std::array<std::uint8_t, 4> magic{};
  {
    Source source(path);
    magic = read_magic(source);
  }
  if (magic[2] != 0x0C || magic[3] != 2) return read_idx(path, 1);
  Source source(path);
  read_magic(source);
  const std::vector<std::int64_t> dims = read_sizes(source, magic, 2);
  if (dims[1] > kMostColumns) {
    source.fail_at(8, "a label has " + quantity(dims[1], "number") + ", which no known file has.");
  }
  IdxArray labels{.dims = {dims[0]}, .values = {}};
  std::vector<std::uint8_t> row(static_cast<std::size_t>(4 * dims[1]));
  for (std::int64_t i = 0; i < dims[0]; ++i) {
    const std::int64_t at = 12 + i * static_cast<std::int64_t>(row.size());
    if (source.read(row.data(), static_cast<std::int64_t>(row.size())) <
        static_cast<std::int64_t>(row.size())) {
      source.fail_at(
          at, "the data end in the row of label " + std::to_string(i) + ": the file is truncated.");
    }
    if (row[0] != 0 || row[1] != 0 || row[2] != 0) {
      source.fail_at(at, "label " + std::to_string(i) + " is not in 0 to 255.");
    }
    labels.values.push_back(row[3]);
  }
  source.expect_end();
  return labels;
}

std::vector<std::uint8_t> idx_header(const std::vector<std::int64_t>& dims) {
  std::vector<std::uint8_t> header = {0, 0, 8, static_cast<std::uint8_t>(dims.size())};
  for (const std::int64_t size : dims) {
    for (int shift = 24; shift >= 0; shift -= 8) {
      header.push_back(static_cast<std::uint8_t>(size >> shift));
    }
  }
  return header;
}

IdxArray read_idx(const fs::path& path, std::size_t rank) {
  Source source(path);
  IdxArray array;
  array.dims = read_header(source, rank);
  const auto header = static_cast<std::int64_t>(4 + 4 * rank);
  std::int64_t total = 1;
  for (const std::int64_t size : array.dims) total *= size;
  if (!source.gzip() && source.file_size() != header + total) {
    const std::int64_t end = std::min(source.file_size(), header + total);
    source.fail_at(end, "the header promises " + quantity(header + total, "byte") +
                            ", but the file has " + std::to_string(source.file_size()) +
                            (source.file_size() < header + total ? ": it is truncated."
                                                                 : ": bytes follow the data."));
  }
  // Deflate cannot shrink by more than 1032, so a header that lies is found before allocating.
  if (source.gzip() && total / 1032 > source.file_size()) {
    source.fail_at(4, "the header promises " + quantity(header + total, "byte") +
                          ", more than a gzip file of " + quantity(source.file_size(), "byte") +
                          " can hold: it is truncated or corrupt.");
  }
  array.values.resize(static_cast<std::size_t>(total));
  const std::int64_t got = source.read(array.values.data(), total);
  if (got < total) {
    source.fail_at(header + got, "the header promises " + quantity(header + total, "byte") +
                                     ", but the data end here: the file is truncated.");
  }
  source.expect_end();
  return array;
}

}  // namespace elbow
