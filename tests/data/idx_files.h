// IDX and gzip bytes for tests.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/support/temp_dir.h"

namespace elbow::testing {

inline std::string big_endian(std::uint32_t n) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(n >> shift);
  return bytes;
}

inline std::string idx_bytes(const std::vector<std::uint32_t>& dims, const std::string& values) {
  std::string bytes = {0, 0, 8, static_cast<char>(dims.size())};
  for (const std::uint32_t size : dims) bytes += big_endian(size);
  return bytes + values;
}

inline std::string gzip(const std::string& bytes, int level = 6) {
  z_stream stream{};
  if (deflateInit2(&stream, level, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::runtime_error("deflateInit2");
  }
  std::string out(deflateBound(&stream, bytes.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) throw std::runtime_error("deflate");
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

inline const std::vector<std::string>& mnist_names() {
  static const std::vector<std::string> names = {
      "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte",
      "t10k-labels-idx1-ubyte"};
  return names;
}

inline std::string image_bytes(std::uint32_t count) {
  std::string values(count * 784, '\0');
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<char>(i * 31 % 251);
  return idx_bytes({count, 28, 28}, values);
}

inline std::string label_bytes(std::uint32_t count) {
  std::string values(count, '\0');
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<char>(i % 10);
  return idx_bytes({count}, values);
}

/// A directory in MNIST's layout: 20 training images (gzip) and 10 test images (raw).
inline void write_small_mnist(const TempDir& dir, const std::string& below = "") {
  const std::string prefix = below.empty() ? "" : below + "/";
  dir.write(prefix + mnist_names()[0] + ".gz", gzip(image_bytes(20)));
  dir.write(prefix + mnist_names()[1] + ".gz", gzip(label_bytes(20)));
  dir.write(prefix + mnist_names()[2], image_bytes(10));
  dir.write(prefix + mnist_names()[3], label_bytes(10));
}

}  // namespace elbow::testing
