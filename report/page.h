// The page of one run: its bundle, and the run's data as JSON, in one HTML file.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "core/config/schema.h"
#include "report/run_reader.h"

namespace elbow::report {

/// What the build bundled from report/web. Where that was not possible, `missing` says why and what
/// helps, and the rest is empty.
struct WebAssets {
  std::string_view script, style, missing;
};
const WebAssets& web_assets();

/// A page is below this, for mail.
inline constexpr std::size_t kPageLimit = 5'000'000;

/// Everything that the page shows, as JSON. Curves and pictures are thinned so that the text stays
/// below `limit` bytes; the data say how much. Texts are as they are in the run: `html` escapes.
std::string page_data(const Run& run, const Schema& schema, std::size_t limit);

/// A document that needs nothing else. `title` is escaped; in `data` each '<' becomes \u003c, so
/// that no text of a run can end the element that holds it.
std::string html(const std::string& title, const std::string& data, const WebAssets& assets);

/// The page of the run in `directory`. Throws Error: as read_run; (failure) where the program was
/// built without the bundle, with the remedy.
std::string run_page(const std::filesystem::path& directory, const Schema& schema);

}  // namespace elbow::report
