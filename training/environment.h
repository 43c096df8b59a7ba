// Where and with what a run was made, for environment.json.
#pragma once

#include <string>
#include <vector>

#include "math/threads.h"
#include "training/session.h"

namespace elbow {

/// JSON of versions (program, LibTorch, compiler), threads and BLAS, seed, data set with its
/// SHA-256, the program's git revision, CPU and host name, and the command line. `earlier`: the
/// environment.json of the run that is resumed, "" for none; its command line stays, and those of
/// its continuations are listed under "resumed".
std::string environment_json(const Session& session, const ThreadReport& threads,
                             const std::string& program_version,
                             const std::vector<std::string>& command_line,
                             const std::string& earlier = {});

/// Commit of the sources when the build was configured (edits and commits since then do not show);
/// "" when they were not in a git repository.
std::string program_revision();

/// What an environment.json says of threads that is no longer so and may move the last bits of a
/// resumed run, a sentence each.
std::vector<std::string> environment_changes(const std::string& earlier,
                                             const ThreadReport& threads);

}  // namespace elbow
