// Numbers as readers want them: as many digits as the standard error leaves.
#pragma once

#include <optional>
#include <string>

namespace elbow::report {

/// Decimals that show two digits of the error; four where there is none, none for whole numbers.
int decimals(double value, const std::optional<double>& se);
std::string fixed(double value, int digits);
/// "-100.43 ± 0.22", or the value alone. Very small or large numbers in scientific notation.
std::string with_error(double value, const std::optional<double>& se);
/// "p < 0.001", "p = 0.034".
std::string p_text(double p);

}  // namespace elbow::report
