// Ten plain SGD steps on fixed tiny data: the losses that a golden test compares.
#pragma once

#include <vector>

#include "tests/support/tiny_world.h"

namespace elbow::testing {

/// Losses of ten steps with the learning rate 0.05: one a step, or two (discriminator, generator;
/// in turn). One thread. Penalties join the discriminator's loss and project after its step.
std::vector<double> golden_losses(World world,
                                  std::vector<std::unique_ptr<Penalty>> penalties = {});

/// |a - b| <= 1e-4 max(1, |b|) for every step. float32 rounding grows by a small factor over ten
/// steps; versions of the random generator's normal transform differ by 1e-6. Golden numbers prove
/// stability, not correctness. Prints the losses when they differ.
void expect_golden(const std::vector<double>& losses, const std::vector<double>& expected);

}  // namespace elbow::testing
