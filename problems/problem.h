// Problems: tasks whose true answers are known, and the checks that hold this program's code
// against them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/identity.h"

namespace elbow {

/// What a problem may use. `progress` takes one line about what is being done, for long work.
struct ProblemContext {
  bool full = false;           ///< everything, minutes; otherwise seconds
  std::string data_directory;  ///< MNIST, or "" where there is none: problems that need it skip
  std::uint64_t seed = 1;
  std::function<void(const std::string&)> progress = [](const std::string&) {};
};

/// Takes one evaluated check as soon as it is known.
using Emit = std::function<void(const CheckResult&)>;

/// One problem. `run` computes both sides of each of its statements with the code that trains.
struct Problem {
  std::string name;     ///< "dirac_gan"
  std::string summary;  ///< one line
  std::string truth;    ///< where the right answers come from: "closed form", "enumeration", ...
  std::string reference;
  bool only_full = false;  ///< runs with --full (or when named) only
  std::function<void(const ProblemContext&, const Emit&)> run;
  std::string source = {};  ///< path of the file, filled in by the generated table
};

/// In the order of their file names.
const std::vector<Problem>& all_problems();

}  // namespace elbow
