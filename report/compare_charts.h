// The pictures of a comparison: curves over each other, the plane of rate and distortion.
#pragma once

#include <string>
#include <vector>

#include "report/comparison.h"
#include "report/svg.h"

namespace elbow::report {

/// The split in which every run follows the term: validation, else training.
std::string followed_split(const std::vector<Group>& groups, const std::string& term);

/// A point per record, at most `points`, from the mean of records in a row; of several seeds the
/// mean with its standard error between seeds, over the steps that all of them recorded.
Curve term_curve(const Group& group, std::size_t color, const std::string& term,
                 const std::string& split, At at, std::size_t points = 200);

/// All groups over each other; "" where none has a finite number.
std::string term_chart(const Comparison& comparison, const Row& row, At at);

/// Rate KL(q(z|x)‖p(z)) against distortion -E ln p(x|z), with lines of equal ELBO; "" where a run
/// lacks one of them. Source: Alemi et al. 2018, "Fixing a broken ELBO".
std::string rate_distortion_chart(const Comparison& comparison);

}  // namespace elbow::report
