// Where and with what a run was made, for environment.json.
#pragma once

#include <string>
#include <vector>

#include "math/threads.h"
#include "training/session.h"

namespace elbow {

/// JSON of versions (program, LibTorch, compiler), threads and BLAS, seed, data set with its
/// SHA-256, git revision of the working directory if it is one, CPU and host name, and the command
/// line.
std::string environment_json(const Session& session, const ThreadReport& threads,
                             const std::string& program_version,
                             const std::vector<std::string>& command_line);

/// Commit that is checked out in the git repository around the working directory; "" without one.
std::string git_revision();

}  // namespace elbow
