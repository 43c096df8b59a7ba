// The processes of a sweep: a few at a time, stopped together.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace elbow::app {

struct SweepJob {
  std::vector<std::string> command;  ///< argv; the program by its path
  std::filesystem::path log;         ///< gets what the process says
};

/// Runs the jobs, at most `at_once` at a time. SIGINT, SIGTERM and SIGUSR1 are handed on to every
/// running job once, which then saves; none is started after it. `tick` is called some times a
/// second with the indices of the running jobs, `ended` with each job and its exit code, 128 +
/// signal, or 1 where the system lost it. SIGCHLD gets its default action, for good. Returns the
/// signal that ended it, or 0.
int run_jobs(const std::vector<SweepJob>& jobs, int at_once,
             const std::function<void(const std::vector<std::size_t>&)>& tick,
             const std::function<void(std::size_t, int)>& ended);

/// Path of this program.
std::string own_program();

/// Becomes the command; returns only by throwing Error.
[[noreturn]] void become(const std::vector<std::string>& command);

}  // namespace elbow::app
