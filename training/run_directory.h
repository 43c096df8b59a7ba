// The directory that holds everything about one run.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace elbow {

struct RunDirectoryRequest {
  std::optional<std::filesystem::path> directory = {};  ///< --run-dir
  std::filesystem::path root = "runs";  ///< where a run without --run-dir gets a folder
  std::string name = {};                ///< run.name: runs/<name>, then <name>-2, ...
  bool resume = false;     ///< continue the run in `directory`, or the newest runs/<name>[-k]
  bool overwrite = false;  ///< replace what an earlier run left in `directory`, or in runs/<name>
};

/// Owns a run directory while a process trains into it: a lock keeps a second process out, and goes
/// with the process however it ends.
class RunDirectory {
 public:
  /// Makes or finds it. Throws Error(usage): it is not empty, holds no run to resume, or is locked;
  /// resume and overwrite are both asked for; the name is none that a directory can have.
  /// Overwriting is refused in a folder that holds files but no run.
  explicit RunDirectory(const RunDirectoryRequest& request);
  RunDirectory(const RunDirectory&) = delete;
  RunDirectory& operator=(const RunDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }  ///< absolute
  std::filesystem::path checkpoints() const { return path_ / "checkpoints"; }
  bool resumed() const { return resumed_; }

  /// Where an earlier run is overwritten, removes what it wrote, and nothing else. Before the first
  /// write.
  void begin();

  /// Replaces a small file in it: readers see the old or the new one.
  void write(const std::string& name, const std::string& text) const;

  struct Status {
    std::string status = "running";  ///< running | finished | interrupted | diverged | failed
    std::int64_t step = 0, total_steps = 0;
    std::string message = {};
  };
  /// Writes status.json with the time as heartbeat.
  void write_status(const Status& status);
  /// The same, at most every two seconds.
  void heartbeat(const Status& status);

 private:
  void open_old(const RunDirectoryRequest& request);
  void open_new(const RunDirectoryRequest& request);
  void lock();

  struct Lock {
    Lock() = default;
    ~Lock();
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;
    int descriptor = -1;
  };

  std::filesystem::path path_;
  bool resumed_ = false, overwrite_ = false;
  Lock lock_;
  std::chrono::steady_clock::time_point last_beat_;
};

/// The run of that name that --resume without --run-dir means: root/<name>-k with the largest k
/// that holds a config.toml, or root/<name>.
std::optional<std::filesystem::path> newest_run(const std::filesystem::path& root,
                                                const std::string& name);

}  // namespace elbow
