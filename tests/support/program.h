// Runs the built `elbow` program (or any command) as a user would.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace elbow::testing {

struct ProgramResult {
  int exit_code = 0;  ///< 128 + signal when killed by one
  std::string out, err;
};

/// Runs argv[0] with arguments, without a shell or a terminal; extra environment variables are set.
/// "elbow" as argv[0] means the program of this build tree. `when`, asked every few milliseconds:
/// once it is true, the process gets `signal`, `times` in all, a tenth of a second apart.
ProgramResult run_program(const std::vector<std::string>& argv,
                          const std::map<std::string, std::string>& environment = {},
                          const std::function<bool()>& when = {}, int signal = 0, int times = 1);

}  // namespace elbow::testing
