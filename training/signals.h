// Signals that end a run after the step that is under way.
#pragma once

namespace elbow {

/// First call of main(), before LibTorch's threads start: from now on SIGINT, SIGTERM and SIGUSR1
/// are delivered to a thread that does nothing else (or to one that a library started before main),
/// not to this one nor to those it starts. oneDNN's generated matrix kernels keep a heap address in
/// the stack pointer; a handler that ran on top of one would overwrite the heap. What the signals
/// do (ending the process, until a SignalScope lives) stays the same.
void confine_signals();

/// For commands that have nothing to save: where no SignalScope lives, SIGINT ends the process with
/// exit code 130, SIGTERM and SIGUSR1 with 1, each with a line on standard error.
void end_on_signals();

/// While it lives, SIGINT, SIGTERM and SIGUSR1 only set a flag. A second SIGINT ends the process at
/// once (exit code 130), for a step that hangs. The previous handlers come back with the end.
class SignalScope {
 public:
  SignalScope();
  ~SignalScope();
  SignalScope(const SignalScope&) = delete;
  SignalScope& operator=(const SignalScope&) = delete;

  /// The signal that came, or 0.
  static int received();
};

}  // namespace elbow
