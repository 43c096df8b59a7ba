// Signals that end a run after the step that is under way.
#pragma once

namespace elbow {

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
