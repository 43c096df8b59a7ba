// Arrays as NumPy saves them: one (.npy), or several by name in an archive (.npz).
#pragma once

#include <string>
#include <string_view>

#include "math/points.h"

namespace elbow {

/// Whether the bytes begin like an array of NumPy.
bool is_npy(std::string_view bytes);

/// Versions 1 to 3, [n] or [n, d], C or Fortran order, real numbers of 4 or 8 bytes or integers,
/// either byte order. Error(data) about `name`: other types and shapes, not finite, truncated.
Points parse_npy(const std::string& name, std::string_view bytes);

/// Whether the bytes begin like a zip archive, which an .npz file is.
bool is_npz(std::string_view bytes);

/// The array `member` of the archive; "" where it holds one only. Stored or deflated. Error(data)
/// about `name`: no such array, several and none chosen (all are named), damaged.
Points parse_npz(const std::string& name, std::string_view bytes, const std::string& member);

}  // namespace elbow
