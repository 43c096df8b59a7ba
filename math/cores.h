// How many processor cores this process may really use.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace elbow {

/// Logical processors in the affinity mask of this process.
std::vector<int> usable_processors();

/// Distinct cores among `processors`, from the topology files under `sysfs`
/// (cpuN/topology/{physical_package_id,core_id}); their number where the files are missing.
int physical_cores(const std::vector<int>& processors,
                   const std::filesystem::path& sysfs = "/sys/devices/system/cpu");

/// Processors that a control group grants ("200000 100000" in cpu.max is 2), rounded up; 0: no
/// limit.
int quota_from(const std::string& cpu_max);

/// Physical cores that this process may use: affinity, topology and control group. At least 1.
int usable_cores();

}  // namespace elbow
