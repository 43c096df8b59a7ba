// Points from files: text with numbers (.csv) and NumPy arrays (.npy).
#pragma once

#include <filesystem>

#include "math/points.h"

namespace elbow {

/// Whether the name ends like that of a sample file: .csv, .txt, .tsv or .npy, in any case.
bool is_sample_file(const std::filesystem::path& path);

/// The rows of the file as points, in its order.
///   text   one point a line; commas, semicolons, tabs or blanks between the numbers; blank lines
///   and
///          lines that begin with '#' are skipped, and so is a first line without any number
///   .npy   versions 1 to 3, [n] or [n, d], C or Fortran order, real numbers of 4 or 8 bytes or
///          integers, either byte order
/// Errors: Error(data) that names file, line and column (or element) and the remedy: missing,
/// empty, ragged, not a number, not finite, other types, truncated.
Points read_points(const std::filesystem::path& path);

}  // namespace elbow
