// When a run has diverged, why, and what helps.
#pragma once

#include <string>

#include "core/config/config.h"
#include "core/error.h"
#include "core/identity.h"
#include "models/network.h"

namespace elbow {

/// A loss or gradient that is lost. The message says where, the first cause that can be found, and
/// a remedy.
class Divergence : public Error {
 public:
  explicit Divergence(const std::string& message) : Error(message, ExitCode::diverged) {}
};

/// Not finite, or beyond 1e30 in size: float32 ends at 3.4e38, so that squares and sums of such
/// numbers, and with them every gradient and every check, are noise.
bool is_lost(double value);

/// "nan", "infinite", "-infinite" or "3.8e+33, past what float32 can calculate with".
std::string in_words(double value);

/// The first parameter that is lost, "weights are finite" and the largest size otherwise: a
/// sentence.
std::string state_of_weights(const Networks& networks);

/// What of this config may be changed against it: a sentence that names keys with their values.
std::string remedy(const Config& config);

/// Throws Divergence for the first value of a record that is lost, terms without a weight included:
/// an identity between such numbers says nothing of the mathematics. Learning rates, which the
/// config asks for, are left out. `where` begins the message: "Step 3".
void require_finite(const Values& values, const std::string& where, const Networks& networks,
                    const Config& config);

/// Throws Divergence when a parameter is lost.
void require_finite_weights(const std::string& where, const Networks& networks,
                            const Config& config);

}  // namespace elbow
