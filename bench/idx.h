// Reads the MNIST training images for the baselines, which may not use the program's own reader.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

/// The 60,000 x 784 bytes of train-images-idx3-ubyte(.gz) in `directory`.
inline std::vector<std::uint8_t> read_mnist_images(const std::string& directory) {
  gzFile file = nullptr;
  for (const char* name : {"/train-images-idx3-ubyte.gz", "/train-images-idx3-ubyte"}) {
    if (file == nullptr) file = gzopen((directory + name).c_str(), "rb");
  }
  if (file == nullptr) throw std::runtime_error("no MNIST training images in " + directory);
  std::vector<std::uint8_t> header(16), pixels(60000u * 784u);
  const bool complete = gzread(file, header.data(), 16) == 16 &&
                        gzread(file, pixels.data(), static_cast<unsigned>(pixels.size())) ==
                            static_cast<int>(pixels.size());
  gzclose(file);
  if (!complete || header[2] != 8 || header[3] != 3) {
    throw std::runtime_error("not the MNIST training images: " + directory);
  }
  return pixels;
}
