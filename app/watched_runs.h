// The runs that `elbow watch` shows, and what it answers about them. Reads files only.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "app/http_server.h"

namespace elbow::app {

/// Opens the regular file root/parts... for reading without following a symbolic link anywhere
/// below `root`; null where there is none.
std::shared_ptr<OpenFile> open_inside(const std::filesystem::path& root,
                                      const std::vector<std::string>& parts);

class WatchedRuns {
 public:
  /// Bytes of metrics.jsonl in one answer.
  static constexpr std::int64_t kPiece = 256 * 1024;

  /// Each argument is a run, or a folder whose runs are shown, those that appear later too. Throws
  /// Error(usage) for one that is neither.
  explicit WatchedRuns(std::vector<std::filesystem::path> given);

  /// Name -> directory, as of now.
  std::map<std::string, std::filesystem::path> runs() const;

  ///   /                            the list
  ///   /api/runs                    the same as JSON: name, state, step, ...
  ///   /runs/NAME/                  the live page
  ///   /runs/NAME/metrics?from=N    whole lines of metrics.jsonl from byte N on, at most kPiece
  ///                                bytes, or one longer line; X-Next: where to go on, X-Size: the
  ///                                length, X-Session: changes when the file was begun anew or cut
  ///   /runs/NAME/terms             terms.json
  ///   /runs/NAME/report            report.html, where there is one
  ///   /runs/NAME/samples           names of the pictures; /samples/FILE.png one of them
  HttpResponse answer(const HttpRequest& request) const;

 private:
  std::vector<std::filesystem::path> given_;
};

/// The pages (app/watch_page.cpp).
std::string watch_list_page();
std::string watch_run_page();

}  // namespace elbow::app
