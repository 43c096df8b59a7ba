// Points from files: text with numbers (.csv) and NumPy arrays (.npy, .npz).
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "data/text_points.h"
#include "math/points.h"

namespace elbow {

/// Whether the name ends like that of a sample file: .csv, .txt, .tsv, .npy or .npz, in any case;
/// also FILE.npz:NAME.
bool is_sample_file(const std::string& path);

/// The rows of the file as points, in its order.
///   text   one point a line, as `parse_text_points` says
///   .npy   as `parse_npy` says
///   .npz   the only array of it; FILE.npz:NAME: that one
/// `reading.columns` also chooses among the columns of an array. Errors: Error(data) that names the
/// file, the line and column (or element), and the remedy.
Points read_points(const std::string& path, const TextReading& reading = {});

}  // namespace elbow
