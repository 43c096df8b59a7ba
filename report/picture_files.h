// The pictures of a run as they go into a page.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace elbow::report {

struct PictureFile {
  std::string name;       ///< "step_000500.png"
  std::int64_t step = 0;  ///< from its text, otherwise from its name
  std::string caption;    ///< from its text
  std::string uri;        ///< "data:image/png;base64,..."; without the texts of the file
};

/// Reads one PNG file. Throws Error(data) that names the file where it is none.
PictureFile read_picture(const std::filesystem::path& path);

struct RunPictures {
  std::vector<PictureFile> samples;  ///< by step; first and last always among them
  std::size_t samples_there = 0;     ///< how many the run has
  std::vector<PictureFile> others;   ///< reconstructions, traversal, manifold: those that exist
};

/// Samples evenly spaced over the run, as many as fit in `budget` bytes of URIs beside the others,
/// but at least the last one.
RunPictures run_pictures(const std::filesystem::path& directory, std::size_t budget);

std::string base64(std::string_view bytes);

}  // namespace elbow::report
