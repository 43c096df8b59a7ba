#include "report/picture_files.h"

#include <algorithm>
#include <cstdlib>

#include "core/error.h"
#include "report/json_lines.h"

namespace elbow::report {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSignature = "\x89PNG\r\n\x1a\n";

[[noreturn]] void no_picture(const fs::path& path) {
  throw Error("error: " + path.string() +
                  " is no whole PNG file. Delete it; the report then leaves it out.",
              ExitCode::data);
}

std::size_t big_endian(std::string_view bytes) {
  std::size_t value = 0;
  for (const char c : bytes.substr(0, 4)) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

/// An iTXt chunk without compression: keyword, 0, 0, 0, language, 0, translated keyword, 0, text.
void read_text(std::string_view chunk, PictureFile& picture) {
  const std::string_view keyword = chunk.substr(0, chunk.find('\0'));
  if (keyword.size() + 3 > chunk.size() || chunk[keyword.size() + 1] != '\0') return;
  std::string_view rest = chunk.substr(keyword.size() + 3);
  for (int field = 0; field < 2; ++field) {
    const auto end = rest.find('\0');
    if (end == std::string_view::npos) return;
    rest.remove_prefix(end + 1);
  }
  if (keyword == "caption") picture.caption = rest;
  if (keyword == "step") picture.step = std::atoll(std::string(rest).c_str());
}

std::int64_t step_in(const std::string& name) {
  const auto digits = name.find_first_of("0123456789");
  return digits == std::string::npos ? 0 : std::atoll(name.c_str() + digits);
}

/// Evenly spaced positions among n, the first and the last included where k > 1.
std::vector<std::size_t> spread(std::size_t n, std::size_t k) {
  std::vector<std::size_t> chosen;
  if (n == 0 || k == 0) return chosen;
  if (k == 1) return {n - 1};
  for (std::size_t i = 0; i < k; ++i) chosen.push_back((i * (n - 1) + (k - 1) / 2) / (k - 1));
  chosen.erase(std::unique(chosen.begin(), chosen.end()), chosen.end());
  return chosen;
}

std::vector<fs::path> sample_paths(const fs::path& directory) {
  std::vector<fs::path> paths;
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(directory, code)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("step_") && name.ends_with(".png")) paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end(), [](const fs::path& a, const fs::path& b) {
    const auto key = [](const fs::path& p) {
      return std::pair(step_in(p.filename().string()), p.filename().string());
    };
    return key(a) < key(b);
  });
  return paths;
}

}  // namespace

std::string base64(std::string_view bytes) {
  constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      group = group << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      out += i + k > bytes.size() ? '=' : kDigits[group >> (18 - 6 * k) & 63];
    }
  }
  return out;
}

PictureFile read_picture(const fs::path& path) {
  const auto file = read_if_there(path);
  if (!file || !file->starts_with(kSignature)) no_picture(path);
  PictureFile picture;
  picture.name = path.filename().string();
  picture.step = step_in(picture.name);
  std::string kept(kSignature);
  std::string_view rest = std::string_view(*file).substr(kSignature.size());
  bool whole = false;
  while (!whole && rest.size() >= 12) {
    const std::size_t length = big_endian(rest);
    if (length > rest.size() - 12) break;
    const std::string_view type = rest.substr(4, 4);
    if (type == "iTXt") {
      read_text(rest.substr(8, length), picture);
    } else {
      kept += rest.substr(0, length + 12);
    }
    whole = type == "IEND";
    rest.remove_prefix(length + 12);
  }
  if (!whole) no_picture(path);
  picture.uri = "data:image/png;base64," + base64(kept);
  return picture;
}

RunPictures run_pictures(const fs::path& directory, std::size_t budget) {
  RunPictures pictures;
  std::size_t used = 0;
  for (const char* name : {"reconstructions.png", "traversal.png", "manifold.png"}) {
    if (!fs::exists(directory / name)) continue;
    PictureFile picture = read_picture(directory / name);
    if (used + picture.uri.size() > budget) continue;
    used += picture.uri.size();
    pictures.others.push_back(std::move(picture));
  }
  const auto paths = sample_paths(directory);
  pictures.samples_there = paths.size();
  if (paths.empty()) return pictures;
  std::uintmax_t largest = 1;
  for (const fs::path& path : paths) {
    std::error_code code;
    const auto size = fs::file_size(path, code);
    if (!code) largest = std::max(largest, size);
  }
  const std::size_t each = static_cast<std::size_t>(largest) * 4 / 3 + 64;
  const std::size_t fit = std::max<std::size_t>(1, (budget - used) / each);
  for (const std::size_t i : spread(paths.size(), std::min({paths.size(), fit, std::size_t{60}}))) {
    pictures.samples.push_back(read_picture(paths[i]));
  }
  return pictures;
}

}  // namespace elbow::report
