// Samples of a model beside data whose density is a known mixture of Gaussians in the plane.
#pragma once

#include <vector>

#include "core/identity.h"
#include "core/spec.h"
#include "math/densities/density.h"
#include "math/points.h"

namespace elbow {

/// Adds the terms of `known_samples_terms`: how likely the data make the samples, how many lie
/// within 3 sd of a mode, which modes occur; the same of held-out data; and the exact values beside
/// them, by quadrature and in closed form. Modes are the components of `data`; a point belongs to
/// the nearest one in units of its covariance. Without samples, or where one is not finite:
/// nothing.
void probe_samples(const Density& data, const PointsView& samples, const PointsView& held_out,
                   Values& values);

std::vector<TermSpec> known_samples_terms();

}  // namespace elbow
