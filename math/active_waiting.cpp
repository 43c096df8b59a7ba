#include "math/active_waiting.h"

#include <dlfcn.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>

#include "math/contention.h"
#include "math/cores.h"

namespace elbow {
namespace {

constexpr std::chrono::milliseconds kWindow{50};

int processors() { return static_cast<int>(usable_processors().size()); }

/// LLVM's and Intel's runtimes define GOMP_parallel too, and kmp_set_blocktime beside it.
bool runtime_is_libgomp() {
  return dlsym(RTLD_DEFAULT, "GOMP_parallel") != nullptr &&
         dlsym(RTLD_DEFAULT, "kmp_set_blocktime") == nullptr;
}

}  // namespace

ShortWaits::ShortWaits(int threads, int processors)
    : holder_([this, idle = std::max(2, processors - threads + 2)] {
        // The pool belongs to this thread, and lasts as long as it does.
        std::atomic<int> present{0};
#pragma omp parallel num_threads(idle)
        present.fetch_add(1, std::memory_order_relaxed);
        std::unique_lock lock(mutex_);
        end_.wait(lock, [this] { return ending_; });
      }) {
}

ShortWaits::~ShortWaits() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  end_.notify_all();
  holder_.join();
}

AdaptiveWaiting::AdaptiveWaiting(int threads, int processors)
    : watcher_([this, threads, processors] { watch(threads, processors); }) {}

AdaptiveWaiting::~AdaptiveWaiting() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  end_.notify_all();
  watcher_.join();
}

void AdaptiveWaiting::watch(int threads, int processors) {
  using Clock = std::chrono::steady_clock;
  Contention contention;
  std::unique_ptr<ShortWaits> shortened;
  auto then = Clock::now();
  std::unique_lock lock(mutex_);
  while (!end_.wait_for(lock, kWindow, [this] { return ending_; })) {
    const auto times = thread_times();
    if (!times) return;
    const auto now = Clock::now();
    const bool contended = contention.update(*times, now - then);
    then = now;
    if (contended && !shortened) shortened = std::make_unique<ShortWaits>(threads, processors);
    if (!contended) shortened.reset();
  }
}

namespace {

bool waiting_adapts(int threads) {
  return threads > 1 && processors() > 1 && runtime_is_libgomp() &&
         std::getenv("GOMP_SPINCOUNT") == nullptr && std::getenv("OMP_WAIT_POLICY") == nullptr &&
         thread_times().has_value();
}

}  // namespace

bool adapt_waiting(int threads) {
  static std::unique_ptr<AdaptiveWaiting> current;
  current.reset();
  if (waiting_adapts(threads)) current = std::make_unique<AdaptiveWaiting>(threads, processors());
  return current != nullptr;
}

}  // namespace elbow
