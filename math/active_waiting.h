// How long the threads of the OpenMP pool, which LibTorch and oneDNN share, wait actively for each
// other.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

namespace elbow {

/// While it lives, a thread that waits for the others of its pool sleeps after some hundred turns
/// in place of some hundred thousand. GCC's OpenMP runtime does so while there are more threads in
/// its pools than processors (its manual, GOMP_SPINCOUNT); this holds a pool that has nothing to
/// do, whose threads sleep. Results do not change.
class ShortWaits {
 public:
  /// `threads` of the pool that works, `processors` that the process may use.
  ShortWaits(int threads, int processors);
  ~ShortWaits();
  ShortWaits(const ShortWaits&) = delete;
  ShortWaits& operator=(const ShortWaits&) = delete;

 private:
  std::mutex mutex_;
  std::condition_variable end_;
  bool ending_ = false;
  std::thread holder_;
};

/// Looks twenty times a second whether the threads of this process have to wait for processors
/// (`Contention`), and shortens their active waits as long as they do: where every core is free a
/// long active wait costs nothing and saves the time of waking up; where another program holds a
/// core, the thread that has one burns it while it waits for the thread that has none.
/// bench/busy.sh measures both.
class AdaptiveWaiting {
 public:
  AdaptiveWaiting(int threads, int processors);
  ~AdaptiveWaiting();
  AdaptiveWaiting(const AdaptiveWaiting&) = delete;
  AdaptiveWaiting& operator=(const AdaptiveWaiting&) = delete;

 private:
  void watch(int threads, int processors);
  std::mutex mutex_;
  std::condition_variable end_;
  bool ending_ = false;
  std::thread watcher_;
};

/// One AdaptiveWaiting for the rest of the process, in place of an earlier one. False, and none,
/// where it cannot act or must not: one thread or processor, another OpenMP runtime than libgomp, a
/// kernel that does not count waits, or GOMP_SPINCOUNT or OMP_WAIT_POLICY in the environment, which
/// are explicit wishes.
bool adapt_waiting(int threads);

}  // namespace elbow
