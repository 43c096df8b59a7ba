// Where densities are zero, and whether integrals of their powers are finite.
#pragma once

#include "math/densities/density.h"

namespace elbow {

/// Whether P has mass where q = 0, and the other way round.
struct Supports {
  bool p_outside_q = false;
  bool q_outside_p = false;
};
/// From the cells between the kinks along each axis, in each of which a density is zero or positive
/// throughout. One or two dimensions, or both Gaussian; throws Error otherwise.
Supports compare_supports(const Density& p, const Density& q);

/// Whether int p^a q^(1-a) is infinite: decided from supports and from how fast the log-densities
/// fall along rays (all of them in 1-D, 720 of them in 2-D), never from a large number.
/// Always false for 0 <= a <= 1.
bool power_integral_diverges(const Density& p, const Density& q, double a);

}  // namespace elbow
