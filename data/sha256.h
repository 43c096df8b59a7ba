// SHA-256 (FIPS 180-4), for naming data sets and verifying files.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace elbow {

/// Hashes bytes as they come.
class Sha256 {
 public:
  void update(std::span<const std::uint8_t> bytes);
  /// The digest of everything so far in lower-case hexadecimal, 64 characters. Ends the object's
  /// use.
  std::string hex();

 private:
  void compress(const std::uint8_t* block);
  std::array<std::uint32_t, 8> hash_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                     0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<std::uint8_t, 64> buffer_{};
  std::size_t buffered_ = 0;
  std::uint64_t length_ = 0;  ///< bytes
};

std::string sha256_hex(std::span<const std::uint8_t> bytes);

}  // namespace elbow
