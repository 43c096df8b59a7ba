#include "app/sweep_runs.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include <cerrno>
#include <chrono>
#include <cstring>
#include <map>
#include <thread>

#include "core/error.h"
#include "training/signals.h"

namespace elbow::app {
namespace {

std::vector<char*> raw(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

/// Async-signal-safe: signals as a program finds them that a shell starts.
void default_signals() {
  for (const int number : {SIGINT, SIGTERM, SIGUSR1}) signal(number, SIG_DFL);
  // Last: one that came since the fork would otherwise go to the handler, and be lost.
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

/// Where a parent left SIGCHLD ignored, the kernel would reap the runs, their exit codes with them.
void keep_exit_codes() {
  struct sigaction action = {};
  action.sa_handler = SIG_DFL;
  sigemptyset(&action.sa_mask);
  sigaction(SIGCHLD, &action, nullptr);
}

pid_t start(const SweepJob& job) {
  std::vector<std::string> words = job.command;
  const std::vector<char*> argv = raw(words);
  const int log = open(job.log.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (log < 0) throw Error("error: cannot write " + job.log.string() + ": " + std::strerror(errno));
  const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child == 0) {
    // A group of its own: Ctrl-C would reach it from the terminal and from here, and the second one
    // ends a run without saving.
    setpgid(0, 0);
#ifdef __linux__
    // When the sweep itself is killed, its runs save and stop.
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) _exit(static_cast<int>(ExitCode::stopped));
#endif
    dup2(null, STDIN_FILENO);
    dup2(log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    default_signals();
    execv(argv[0], argv.data());
    _exit(127);
  }
  const int error = errno;
  close(log);
  if (null >= 0) close(null);
  if (child < 0) throw Error(std::string("error: cannot start a process: ") + std::strerror(error));
  return child;
}

int code_of(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }

}  // namespace

int run_jobs(const std::vector<SweepJob>& jobs, int at_once,
             const std::function<void(const std::vector<std::size_t>&)>& tick,
             const std::function<void(std::size_t, int)>& ended) {
  keep_exit_codes();
  const SignalScope signals;
  std::map<pid_t, std::size_t> running;
  std::size_t next = 0;
  int stopped_by = 0;
  while (next < jobs.size() || !running.empty()) {
    if (const int got = SignalScope::received(); got != 0 && stopped_by == 0) {
      stopped_by = got;
      next = jobs.size();
      for (const auto& [pid, job] : running) kill(pid, got);
    }
    while (next < jobs.size() && running.size() < static_cast<std::size_t>(at_once)) {
      running.emplace(start(jobs[next]), next);
      ++next;
    }
    for (auto it = running.begin(); it != running.end();) {
      int status = 0;
      const pid_t got = waitpid(it->first, &status, WNOHANG);
      if (got == 0 || (got < 0 && errno == EINTR)) {
        ++it;
        continue;
      }
      // Without a status nothing more can be learned of it: waiting would last for ever.
      ended(it->second, got < 0 ? static_cast<int>(ExitCode::failure) : code_of(status));
      it = running.erase(it);
    }
    std::vector<std::size_t> now;
    for (const auto& [pid, job] : running) now.push_back(job);
    tick(now);
    if (!running.empty()) std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return stopped_by;
}

std::string own_program() {
  std::error_code code;
  const auto path = std::filesystem::read_symlink("/proc/self/exe", code);
  return code ? "elbow" : path.string();
}

void become(const std::vector<std::string>& command) {
  std::vector<std::string> words = command;
  const std::vector<char*> argv = raw(words);
  default_signals();
  execv(argv[0], argv.data());
  throw Error("error: cannot start " + command[0] + ": " + std::strerror(errno) + ".");
}

}  // namespace elbow::app
