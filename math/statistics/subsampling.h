// Standard errors from subsamples without replacement, for statistics that are not smooth enough
// for a jackknife and break under the ties of a bootstrap (nearest neighbours, transport).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "core/estimate.h"
#include "math/threefry.h"

namespace elbow {

struct SubsamplingOptions {
  std::size_t repeats = 100;
  double exponent = 0.8;  ///< subsample size b = n^exponent; shorter ones miss rare large terms
};

/// Size b of the subsamples of n: floor(n^exponent).
std::size_t subsample_size(std::size_t n, const SubsamplingOptions& options);

/// b distinct indices below n.
std::vector<std::size_t> random_subset(std::size_t n, std::size_t b, CounterStream& random);

/// se^2 = (b/n) / (1 - b/n) times the variance of the statistic over subsamples of size b, for a
/// statistic whose variance falls like 1/n. Source: Politis & Romano 1994; the correction for
/// overlap: Politis, Romano & Wolf 1999, section 10.3.
double subsampling_se(std::size_t n, CounterStream& random,
                      const std::function<double(std::span<const std::size_t>)>& statistic,
                      const SubsamplingOptions& options = {});

/// The same for two samples, reduced by the same factor: b = n f and m f with f = min(n, m)^(e -
/// 1).
double subsampling_se(std::size_t n, std::size_t m, CounterStream& random,
                      const std::function<double(std::span<const std::size_t>,
                                                 std::span<const std::size_t>)>& statistic,
                      const SubsamplingOptions& options = {});

/// For estimates from k nearest neighbours in samples of at least n points: `se` by one of the
/// above, from a stream of its own, or a note why there is none (not `wanted`; subsamples of n
/// points with fewer than two neighbourhoods).
void add_subsampled_se(Estimate& result, bool wanted, std::size_t n, std::int64_t k,
                       std::uint64_t seed, const std::function<double(CounterStream&)>& se);

}  // namespace elbow
