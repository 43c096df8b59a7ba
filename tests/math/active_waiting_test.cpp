#include "math/active_waiting.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <thread>

#include "math/contention.h"
#include "math/cores.h"

namespace elbow {
namespace {

int processors() { return static_cast<int>(usable_processors().size()); }

int threads_of_this_process() {
  const std::filesystem::directory_iterator tasks("/proc/self/task");
  return static_cast<int>(std::distance(begin(tasks), end(tasks)));
}

/// Processor seconds of this process while a full pool meets `meetings` times, a thread arriving 20
/// ms late each time.
double processor_seconds(int meetings) {
  const auto before = thread_times();
  for (int i = 0; i < meetings; ++i) {
    std::atomic<int> first{0};
#pragma omp parallel num_threads(processors())
    if (first.fetch_add(1) == 0) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return static_cast<double>(thread_times()->running - before->running) * 1e-9;
}

TEST(ShortWaits, SleepWhereLongOnesBurnProcessorTime) {
  if (processors() < 2) GTEST_SKIP() << "one processor: there is nobody to wait for";
  if (!thread_times()) GTEST_SKIP() << "this kernel does not count the times of threads";
  if (std::getenv("GOMP_SPINCOUNT") != nullptr || std::getenv("OMP_WAIT_POLICY") != nullptr) {
    GTEST_SKIP() << "GOMP_SPINCOUNT or OMP_WAIT_POLICY is set";
  }
  processor_seconds(2);
  const double before = processor_seconds(5);
  double shortened = 0.0;
  {
    const ShortWaits waits(processors(), processors());
    processor_seconds(2);
    shortened = processor_seconds(5);
  }
  const double after = processor_seconds(5);
  EXPECT_LT(shortened, 0.5 * before);
  EXPECT_LT(shortened, 0.5 * after);
}

TEST(ShortWaits, LeaveNoThreadBehind) {
  processor_seconds(1);
  const int before = threads_of_this_process();
  { const ShortWaits waits(1, processors()); }
  EXPECT_EQ(threads_of_this_process(), before);
}

TEST(AdaptWaiting, ObeysTheEnvironmentAndOneThread) {
  EXPECT_FALSE(adapt_waiting(1));
  for (const char* name : {"GOMP_SPINCOUNT", "OMP_WAIT_POLICY"}) {
    const char* was = std::getenv(name);
    if (was != nullptr) continue;
    setenv(name, "1000", 1);
    EXPECT_FALSE(adapt_waiting(2)) << name;
    unsetenv(name);
  }
}

TEST(AdaptiveWaiting, EndsWithItsThreads) {
  const int before = threads_of_this_process();
  for (int i = 0; i < 3; ++i) const AdaptiveWaiting waiting(2, processors());
  EXPECT_EQ(threads_of_this_process(), before);
}

}  // namespace
}  // namespace elbow
