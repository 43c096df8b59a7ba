// A planted mistake in place of math/aggregate_sums.cpp: ln q(z|x_j) per dimension carries the
// weight 1/B, so that the joint density holds it d times instead of once.
#include "math/aggregate_sums.h"

#include <cmath>

#include "math/numeric.h"

namespace elbow {
namespace {

/// Density of one reference per dimension and jointly, with what the mistake adds to the joint.
void densities(const CodeSamples& samples, const DiagonalPosteriors& references, std::int64_t i,
               std::int64_t j, std::vector<double>& out) {
  const std::int64_t d = references.mean.dim();
  const double weight = -std::log(static_cast<double>(references.mean.size()));
  double joint = static_cast<double>(d - 1) * weight;
  for (std::int64_t l = 0; l < d; ++l) {
    const double value = normal_log_density(samples.z.at(i, l), references.mean.at(j, l),
                                            references.log_var.at(j, l));
    out[static_cast<std::size_t>(l)] = value;
    joint += value;
  }
  out[static_cast<std::size_t>(d)] = joint;
}

}  // namespace

std::int64_t jackknife_group(std::int64_t image, std::int64_t groups) { return image % groups; }

double normal_log_density(double z, double mean, double log_var) {
  const double e = z - mean;
  return -0.5 * (kLn2Pi + log_var + e * e * std::exp(-log_var));
}

GroupSums group_sums(const CodeSamples& samples, const DiagonalPosteriors& references,
                     std::int64_t groups, bool /*mss*/) {
  GroupSums sums;
  const std::int64_t columns = references.mean.dim() + 1, count = references.mean.size();
  sums.dim = columns - 1;
  sums.groups = groups;
  sums.sizes.assign(static_cast<std::size_t>(groups), 0);
  for (std::int64_t j = 0; j < count; ++j) {
    ++sums.sizes[static_cast<std::size_t>(jackknife_group(j, groups))];
  }
  std::vector<double> one(static_cast<std::size_t>(columns));
  for (std::int64_t i = 0; i < samples.z.size(); ++i) {
    const std::int64_t own = samples.own[static_cast<std::size_t>(i)];
    std::vector<double> row(static_cast<std::size_t>(columns * groups), -kInfinity);
    for (std::int64_t j = 0; j < count; ++j) {
      if (j == own) continue;
      densities(samples, references, i, j, one);
      for (std::int64_t c = 0; c < columns; ++c) {
        auto& sum = row[static_cast<std::size_t>(c * groups + jackknife_group(j, groups))];
        sum = log_add_exp(sum, one[static_cast<std::size_t>(c)]);
      }
    }
    sums.others.insert(sums.others.end(), row.begin(), row.end());
    densities(samples, references, i, own, one);
    sums.own.insert(sums.own.end(), one.begin(), one.end());
  }
  return sums;
}

}  // namespace elbow
