// The runs of a sweep: every combination of the values of some keys.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace elbow {

/// One run of a sweep.
struct SweepPoint {
  std::vector<std::string> overrides;  ///< "objective.beta=2", "run.seed=1", as for `train`
  std::string name;                    ///< of its directory: "beta=2,seed=1"
};

/// Pieces of "a,b,c" at commas outside brackets, braces and quotes: "[400,200],[50]" is two. Blanks
/// around a piece go. Throws Error(usage) on an empty piece or a bracket that does not close.
std::vector<std::string> sweep_values(std::string_view text);

struct SweepRequest {
  std::vector<std::string> axes;  ///< "objective.beta=1,4", "run.epochs=5"
  bool zip = false;               ///< the i-th values of all keys together, not the product
  int seeds = 0;                  ///< run.seed=1..seeds for each; 0: as the config has it
};

/// In the order of nested loops, the last key innermost and seeds inside of it. Throws one
/// Error(usage) with a line for each mistake: an argument without "=", a value that is missing or
/// does not close, a key twice, lists of different lengths with `zip`, run.seed beside `seeds`,
/// more than 10,000 runs.
std::vector<SweepPoint> sweep_points(const SweepRequest& request);

struct CoreShare {
  int jobs = 1, threads = 1;
};

/// Runs at a time and threads of each, so that `cores` are shared: jobs x threads <= cores unless
/// both are given. 0: not given. One thread each where nothing is given, since small networks gain
/// more from a second run than from a second thread.
CoreShare share_cores(int cores, int jobs, int threads, std::size_t runs);

}  // namespace elbow
