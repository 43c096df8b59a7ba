// CRC-32, to tell a damaged file from a whole one.
#pragma once

#include <cstdint>
#include <string_view>

namespace elbow {

/// CRC-32 of IEEE 802.3 (reflected polynomial 0xEDB88320), as of zip, PNG and Python's zlib.crc32.
std::uint32_t crc32(std::string_view bytes);

}  // namespace elbow
