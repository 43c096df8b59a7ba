// Writes and reads PNG files with text beside the pixels.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "instrumentation/image.h"

namespace elbow {

using PngText = std::vector<std::pair<std::string, std::string>>;  ///< keyword, UTF-8 text

/// Written to a temporary file beside it and renamed, so that a viewer never sees half a picture.
/// Texts become iTXt chunks. Throws Error with the path.
void write_png(const std::filesystem::path& path, const Image& image, const PngText& text = {});

/// 8-bit grey or RGB files. Throws Error with the path and what is wrong.
Image read_png(const std::filesystem::path& path, PngText* text = nullptr);

}  // namespace elbow
