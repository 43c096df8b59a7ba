#include "training/crc32.h"

#include <array>
#include <cstddef>
#include <cstring>

namespace elbow {
namespace {

using Tables = std::array<std::array<std::uint32_t, 256>, 8>;

/// Entry [k][b]: the effect of byte b that k more bytes follow.
constexpr Tables make_tables() {
  Tables t{};
  for (std::uint32_t b = 0; b < 256; ++b) {
    std::uint32_t crc = b;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1U) != 0 ? 0xEDB88320U : 0U);
    t[0][b] = crc;
  }
  for (std::size_t k = 1; k < 8; ++k) {
    for (std::size_t b = 0; b < 256; ++b) {
      t[k][b] = (t[k - 1][b] >> 8) ^ t[0][t[k - 1][b] & 0xFFU];
    }
  }
  return t;
}

constexpr Tables kTables = make_tables();

}  // namespace

std::uint32_t crc32(std::string_view bytes) {
  std::uint32_t crc = 0xFFFFFFFFU;
  const char* p = bytes.data();
  std::size_t n = bytes.size();
  // Eight bytes at a time: a checkpoint's megabytes cost milliseconds instead of tens of them.
  for (; n >= 8; n -= 8, p += 8) {
    std::array<std::uint8_t, 8> c{};
    std::memcpy(c.data(), p, 8);
    crc = kTables[7][c[0] ^ (crc & 0xFFU)] ^ kTables[6][c[1] ^ ((crc >> 8) & 0xFFU)] ^
          kTables[5][c[2] ^ ((crc >> 16) & 0xFFU)] ^ kTables[4][c[3] ^ (crc >> 24)] ^
          kTables[3][c[4]] ^ kTables[2][c[5]] ^ kTables[1][c[6]] ^ kTables[0][c[7]];
  }
  for (; n > 0; --n, ++p) {
    crc = (crc >> 8) ^ kTables[0][(crc ^ static_cast<std::uint8_t>(*p)) & 0xFFU];
  }
  return ~crc;
}

}  // namespace elbow
