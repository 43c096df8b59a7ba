// Whether other programs hold the processors that the threads of this one want.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace elbow {

/// What threads did since they began, in nanoseconds.
struct ThreadTimes {
  std::int64_t running = 0;  ///< on a processor
  std::int64_t waiting = 0;  ///< ready to run, while another had the processor
};

/// A line of /proc/PID/schedstat: "running waiting slices". Nothing where it is none.
std::optional<ThreadTimes> parse_schedstat(const std::string& line);

/// The niceness in a line of /proc/PID/stat; nothing where it is none.
std::optional<int> parse_niceness(const std::string& line);

/// Sum over the threads listed under `tasks`, at most 16 of them; not those that are nicer than the
/// least nice, which stand back for the others by intent. Nothing where the kernel keeps no such
/// numbers.
std::optional<ThreadTimes> thread_times(const std::filesystem::path& tasks = "/proc/self/task");

/// Decides from growing ThreadTimes whether the processors are contended: from the share of the
/// time in which the threads wanted to run that they had to wait, averaged with weights that fall
/// to 1/e in a quarter of a second. Yes above 15 %, no below 6 %, else as before. On two cores the
/// share is 1 to 5 % alone, and a third beside one busy process, with long active waits and with
/// short ones.
class Contention {
 public:
  using Seconds = std::chrono::duration<double>;

  /// After each window of `length` with the times at its end. Times that shrank (a thread has
  /// ended) begin anew.
  bool update(const ThreadTimes& times, Seconds length);
  bool contended() const { return contended_; }

 private:
  std::optional<ThreadTimes> last_;
  double waited_ = 0.0, wanted_ = 0.0;  // averages, in nanoseconds
  bool contended_ = false;
};

}  // namespace elbow
