// The IDX format of LeCun's digits: 0, 0, type, rank, then big-endian sizes, then the values.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace elbow {

/// Unsigned bytes of rank `dims.size()`, row-major.
struct IdxArray {
  std::vector<std::int64_t> dims;
  std::vector<std::uint8_t> values;
};

/// Reads an IDX file of unsigned bytes and the given rank, raw or gzip, of one member or several
/// (told by its first bytes, not by its name). Checks magic, type, rank, sizes, the exact length,
/// and the gzip checksum; nothing may follow. At most the size that the header promises is
/// allocated, after a check that the file can hold it, and at most kIdxLimit; inflating stops
/// there. Errors: Error(data) that names file, byte offset and remedy.
IdxArray read_idx(const std::filesystem::path& path, std::size_t rank);

/// Labels: unsigned bytes of rank 1, or the first column of 32-bit integers of rank 2, as QMNIST
/// writes its digit, writer and so on; values from 0 to 255. Errors: as read_idx.
IdxArray read_idx_labels(const std::filesystem::path& path);

/// The most values that a file may promise: 1 GiB, twenty times MNIST.
inline constexpr std::int64_t kIdxLimit = std::int64_t{1} << 30;

/// The header that such an array has in a file: with `values` after it, the decompressed bytes.
std::vector<std::uint8_t> idx_header(const std::vector<std::int64_t>& dims);

}  // namespace elbow
