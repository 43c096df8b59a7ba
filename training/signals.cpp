#include "training/signals.h"

#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <system_error>
#include <thread>

#include "core/error.h"

namespace elbow {
namespace {

constexpr std::array<int, 3> kSignals = {SIGINT, SIGTERM, SIGUSR1};
// Written by the thread that takes the signals, read by the one that trains.
std::atomic<int> g_received{0};
static_assert(std::atomic<int>::is_always_lock_free);
std::array<struct sigaction, kSignals.size()> g_previous;

extern "C" void elbow_on_signal(int signal) {
  if (signal == SIGINT && g_received == SIGINT) _exit(static_cast<int>(ExitCode::interrupted));
  g_received = signal;
}

extern "C" void elbow_end(int signal) {
  constexpr char kText[] = "error: stopped. Nothing is kept; start it again.\n";
  // Nothing can be done where this does not arrive.
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, kText, sizeof kText - 1);
  _exit(static_cast<int>(signal == SIGINT ? ExitCode::interrupted : ExitCode::failure));
}

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : kSignals) sigaddset(&set, signal);
  return set;
}

}  // namespace

void confine_signals() {
  const sigset_t set = stop_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  try {
    std::thread([set] {
      pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
      while (true) pause();
    }).detach();
  } catch (const std::system_error&) {
    pthread_sigmask(SIG_UNBLOCK, &set, nullptr);  // no more threads: better stoppable than safe
  }
}

void end_on_signals() {
  struct sigaction action = {};
  action.sa_handler = elbow_end;
  sigemptyset(&action.sa_mask);
  for (const int signal : kSignals) sigaction(signal, &action, nullptr);
}

SignalScope::SignalScope() {
  g_received = 0;
  struct sigaction action = {};
  action.sa_handler = elbow_on_signal;
  // Restart: a signal may not cut short the write of a record or a checkpoint.
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &action, &g_previous[i]);
}

SignalScope::~SignalScope() {
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    sigaction(kSignals[i], &g_previous[i], nullptr);
  }
}

int SignalScope::received() { return g_received; }

}  // namespace elbow
