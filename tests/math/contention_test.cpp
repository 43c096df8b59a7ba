#include "math/contention.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/temp_dir.h"

namespace elbow {
namespace {

constexpr Contention::Seconds kWindow{0.05};
constexpr double kWindowNs = 0.05e9;

/// Lets two threads want a processor all the time, and wait for `share` of it.
class Machine {
 public:
  bool windows(Contention& contention, int count, double share) {
    for (int i = 0; i < count; ++i) {
      times_.running += std::llround(2.0 * kWindowNs * (1.0 - share));
      times_.waiting += std::llround(2.0 * kWindowNs * share);
      contention.update(times_, kWindow);
    }
    return contention.contended();
  }
  ThreadTimes times_;
};

TEST(Contention, SeesABusyProcessAndItsEnd) {
  Contention contention;
  Machine machine;
  EXPECT_FALSE(machine.windows(contention, 40, 0.01));
  EXPECT_TRUE(machine.windows(contention, 10, 0.33));
  EXPECT_TRUE(machine.windows(contention, 100, 0.33));
  EXPECT_FALSE(machine.windows(contention, 20, 0.01));
}

TEST(Contention, KeepsItsVerdictBetweenTheBounds) {
  Contention contention;
  Machine machine;
  EXPECT_FALSE(machine.windows(contention, 100, 0.10));
  EXPECT_TRUE(machine.windows(contention, 20, 0.33));
  EXPECT_TRUE(machine.windows(contention, 100, 0.10));
}

TEST(Contention, PassesOverOneLateWindow) {
  Contention contention;
  Machine machine;
  machine.windows(contention, 40, 0.01);
  EXPECT_FALSE(machine.windows(contention, 1, 0.5));
  EXPECT_FALSE(machine.windows(contention, 40, 0.01));
}

TEST(Contention, BeginsAnewWhenTimesShrink) {
  Contention contention;
  Machine machine;
  machine.windows(contention, 40, 0.01);
  machine.times_ = {};
  EXPECT_FALSE(machine.windows(contention, 1, 1.0));
  EXPECT_TRUE(machine.windows(contention, 10, 0.5));
}

TEST(ThreadTimes, SumsThreadsButNotThoseThatStandBack) {
  const testing::TempDir tasks;
  const auto thread = [&tasks](const std::string& id, int nice, const std::string& schedstat) {
    tasks.write(id + "/schedstat", schedstat + "\n");
    tasks.write(id + "/stat", id + " (a) b ( 7) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 20 " +
                                  std::to_string(nice) + " 8 0\n");
  };
  thread("11", 5, "100 10 3");
  thread("12", 5, "200 20 4");
  thread("13", 19, "4000 40000 4");
  const auto times = thread_times(tasks.path());
  ASSERT_TRUE(times);
  EXPECT_EQ(times->running, 300);
  EXPECT_EQ(times->waiting, 30);
}

TEST(ThreadTimes, AreMissingWhereTheKernelKeepsNone) {
  const testing::TempDir empty;
  EXPECT_FALSE(thread_times(empty.path()));
  EXPECT_FALSE(thread_times(empty.path() / "none"));
  EXPECT_FALSE(parse_schedstat(""));
  EXPECT_FALSE(parse_schedstat("12"));
  EXPECT_FALSE(parse_niceness("12 name S"));
}

}  // namespace
}  // namespace elbow
