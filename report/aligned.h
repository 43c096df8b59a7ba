// Records of different runs that belong together: at the end, at equal steps, samples or time.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "report/difference.h"
#include "report/groups.h"

namespace elbow::report {

/// end      the last record
/// steps    the last record at or before the step that every run has reached
/// samples  the same for training samples drawn
/// time     the record nearest to the time that every run has reached, at most 5 % after it
enum class At { end, steps, samples, time };
std::string_view to_string(At at);

/// Training samples drawn after `steps` steps.
double samples_at(const Run& run, double steps);

/// Where record `row` stands on the axis; `end` counts steps.
double position(const Run& run, const SplitMetrics& metrics, std::size_t row, At at);

/// What every run has reached: the least over the runs of their last position, the test split
/// aside.
double common_position(const std::vector<Group>& groups, At at);

/// The last record at or before `limit`; `time`: the nearest one up to 5 % after it; `end`: the
/// last one. Nothing where none is so early.
std::optional<std::size_t> row_at(const Run& run, const SplitMetrics& metrics, At at, double limit);

/// A term at record `row` of a split: the record itself, or, of training records, the mean over
/// those of the last tenth of the steps before it, with the error of a correlated series
/// (math/statistics/blocking.h); a series too short for its correlation, or of fewer than eight,
/// has none.
std::optional<Measured> value_at(const SplitMetrics& metrics, const std::string& split,
                                 const std::string& term, std::size_t row);

/// Over the seeds of a group; nothing where one of them lacks it.
std::optional<Measured> group_value(const Group& group, const std::string& split,
                                    const std::string& term, At at, double limit);

/// "step 162, epoch 6, 2.3 s" of the record that stands for the group.
std::string place_text(const Group& group, const std::string& split, At at, double limit);

}  // namespace elbow::report
