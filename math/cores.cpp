#include "math/cores.h"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>
#include <thread>
#include <utility>

namespace elbow {
namespace {

std::string first_line(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::string line;
  std::getline(in, line);
  return line;
}

}  // namespace

std::vector<int> usable_processors() {
  std::vector<int> result;
#ifdef __linux__
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) == 0) {
    for (int i = 0; i < CPU_SETSIZE; ++i) {
      if (CPU_ISSET(static_cast<std::size_t>(i), &set)) result.push_back(i);
    }
  }
#endif
  if (result.empty()) {
    const int count = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    for (int i = 0; i < count; ++i) result.push_back(i);
  }
  return result;
}

int physical_cores(const std::vector<int>& processors, const std::filesystem::path& sysfs) {
  std::set<std::pair<std::string, std::string>> cores;
  for (const int processor : processors) {
    const auto folder = sysfs / ("cpu" + std::to_string(processor)) / "topology";
    const std::string package = first_line(folder / "physical_package_id");
    const std::string core = first_line(folder / "core_id");
    if (core.empty()) return std::max(1, static_cast<int>(processors.size()));
    cores.emplace(package, core);
  }
  return std::max(1, static_cast<int>(cores.size()));
}

int quota_from(const std::string& cpu_max) {
  std::istringstream in(cpu_max);
  double quota = 0.0, period = 0.0;
  if (!(in >> quota >> period) || quota <= 0.0 || period <= 0.0) return 0;
  return static_cast<int>(std::ceil(quota / period));
}

int usable_cores() {
  const int cores = physical_cores(usable_processors());
  int quota = quota_from(first_line("/sys/fs/cgroup/cpu.max"));
  if (quota == 0) {
    quota = quota_from(first_line("/sys/fs/cgroup/cpu/cpu.cfs_quota_us") + " " +
                       first_line("/sys/fs/cgroup/cpu/cpu.cfs_period_us"));
  }
  return quota > 0 ? std::min(cores, quota) : cores;
}

}  // namespace elbow
