#include "math/threads.h"

#include <ATen/Parallel.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "core/error.h"
#include "math/cores.h"
#include "math/onednn_matmul.h"
#include "tests/support/temp_dir.h"

namespace elbow {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

/// Sets an environment variable for the lifetime of the object.
class Environment {
 public:
  Environment(const char* name, const char* value) : name_(name) { setenv(name, value, 1); }
  ~Environment() { unsetenv(name_); }

 private:
  const char* name_;
};

TEST(PhysicalCores, CountsCoresNotSiblings) {
  const testing::TempDir sys;
  const int core_of[] = {0, 1, 0, 1, 0, 1};
  const int package_of[] = {0, 0, 0, 0, 1, 1};
  for (int i = 0; i < 6; ++i) {
    const std::string folder = "cpu" + std::to_string(i) + "/topology/";
    sys.write(folder + "core_id", std::to_string(core_of[i]) + "\n");
    sys.write(folder + "physical_package_id", std::to_string(package_of[i]) + "\n");
  }
  EXPECT_EQ(physical_cores({0, 1, 2, 3}, sys.path()), 2);
  EXPECT_EQ(physical_cores({0, 2}, sys.path()), 1);
  EXPECT_EQ(physical_cores({0, 1, 2, 3, 4, 5}, sys.path()), 4);
}

TEST(PhysicalCores, FallsBackToTheProcessors) {
  const testing::TempDir empty;
  EXPECT_EQ(physical_cores({0, 3, 5}, empty.path()), 3);
  EXPECT_GE(usable_cores(), 1);
  EXPECT_LE(usable_cores(), static_cast<int>(usable_processors().size()));
}

TEST(Quota, RoundsUpAndKnowsNoLimit) {
  EXPECT_EQ(quota_from("200000 100000"), 2);
  EXPECT_EQ(quota_from("150000 100000"), 2);
  EXPECT_EQ(quota_from("max 100000"), 0);
  EXPECT_EQ(quota_from("-1 100000"), 0);
  EXPECT_EQ(quota_from(""), 0);
}

TEST(ConfigureThreads, SetsWhatItReports) {
  const int before = at::get_num_threads();
  for (const int threads : {1, 2}) {
    const ThreadReport report = configure_threads(threads);
    EXPECT_EQ(at::get_num_threads(), report.threads);
    EXPECT_FALSE(report.blas.empty());
    EXPECT_GE(report.blas_threads, 1);
    // Never two pools with more than one thread each.
    if (report.blas == "OpenBLAS (pthreads)") {
      EXPECT_EQ(std::min(report.threads, report.blas_threads), 1);
    }
    if (report.onednn_matmul) {
      EXPECT_EQ(report.threads, threads);
    }
  }
  at::set_num_threads(before);
}

TEST(ConfigureThreads, ZeroMeansUsableCores) {
  const int before = at::get_num_threads();
  const ThreadReport report = configure_threads(0);
  EXPECT_EQ(std::max(report.threads, report.blas_threads), usable_cores());
  at::set_num_threads(before);
}

TEST(ConfigureThreads, RefusesImpossibleNumbers) {
  EXPECT_THROW(configure_threads(-1), Error);
  EXPECT_THROW(configure_threads(100000), Error);
}

TEST(ConfigureThreads, WarnsAboutASpoiledEnvironment) {
  const int before = at::get_num_threads();
  {
    const Environment passive("OMP_WAIT_POLICY", "passive"), bound("OMP_PROC_BIND", "true");
    const Environment spin("GOMP_SPINCOUNT", "10000"), count("OMP_NUM_THREADS", "7");
    const auto warnings = configure_threads(2).warnings;
    for (const char* name : {"OMP_WAIT_POLICY=passive", "OMP_PROC_BIND=true",
                             "GOMP_SPINCOUNT=10000", "OMP_NUM_THREADS=7"}) {
      EXPECT_THAT(warnings, Contains(HasSubstr(name)));
    }
  }
  EXPECT_THAT(configure_threads(1).warnings, ::testing::Not(Contains(HasSubstr("OMP_"))));
  EXPECT_THAT(configure_threads(usable_cores() + 1).warnings, Contains(HasSubstr("usable cores")));
  at::set_num_threads(before);
}

TEST(BusyWarning, SpeaksWhenTooFewCoresAreLeft) {
  for (const bool adapts : {false, true}) {
    EXPECT_THAT(busy_warning(6, 2, 2, adapts), HasSubstr("6 other threads"));
    EXPECT_EQ(busy_warning(1, 2, 2, adapts), "");
    EXPECT_EQ(busy_warning(6, 1, 2, adapts), "");
    EXPECT_EQ(busy_warning(4, 4, 8, adapts), "");
  }
}

TEST(BusyWarning, RecommendsOneThreadOnlyWhereThatHelps) {
  EXPECT_THAT(busy_warning(6, 2, 2, false), HasSubstr("--threads 1"));
  EXPECT_THAT(busy_warning(6, 2, 2, true), ::testing::Not(HasSubstr("--threads")));
}

TEST(OnednnMatmul, ReportsWhatTheProductsDid) {
  // Programs that do not define sgemm_ count nothing; the others count every product.
  const std::int64_t before = onednn_matmul_calls();
  const bool active = onednn_matmul_active();
  EXPECT_EQ(active, onednn_matmul_calls() > before);
  if (before >= 0) {
    use_onednn_matmul(false);
    EXPECT_FALSE(onednn_matmul_active());
    use_onednn_matmul(true);
  }
}

}  // namespace
}  // namespace elbow
