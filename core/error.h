// The one exception type and the documented exit codes of the program.
#pragma once

#include <stdexcept>
#include <string>

namespace elbow {

/// Exit codes that scripts rely on (see README).
enum class ExitCode : int {
  ok = 0,
  failure = 1,
  usage = 2,          ///< bad command line or config
  data = 3,           ///< data missing or corrupt
  diverged = 4,       ///< a non-finite loss or gradient
  check_failed = 5,   ///< an exact identity or a deterministic bound failed
  stopped = 75,       ///< SIGTERM or SIGUSR1, checkpoint saved
  interrupted = 130,  ///< Ctrl-C, checkpoint saved
};

/// Thrown for everything a user can cause or repair. The message names the thing and the remedy,
/// in full sentences; it may have several lines. `main` prints it on stderr and exits with `code`.
class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& message, ExitCode code = ExitCode::failure)
      : std::runtime_error(message), code_(code) {}
  ExitCode code() const { return code_; }

 private:
  ExitCode code_;
};

}  // namespace elbow
