#include "math/aggregate_sums.h"

#include <algorithm>
#include <cmath>

#include "math/aggregate_kernels.h"
#include "math/numeric.h"

namespace elbow {
namespace {

constexpr std::int64_t kBlock = 512;    // references at a time: their rows stay in the cache
constexpr std::int64_t kSamples = 128;  // samples of one task

/// References sorted by group, dimension by dimension.
struct Table {
  std::int64_t dim = 0, count = 0;
  std::vector<double> mean, precision, constant;  // [d, B]
  std::vector<std::int64_t> place;                // of image j in the rows
  std::vector<std::int64_t> begin;                // of each group, and the end
};

Table make_table(const DiagonalPosteriors& references, std::int64_t groups) {
  Table t;
  t.dim = references.mean.dim();
  t.count = references.mean.size();
  t.place.resize(static_cast<std::size_t>(t.count));
  std::vector<std::int64_t> sizes(static_cast<std::size_t>(groups), 0);
  for (std::int64_t j = 0; j < t.count; ++j) {
    ++sizes[static_cast<std::size_t>(jackknife_group(j, groups))];
  }
  t.begin.assign(1, 0);
  for (const std::int64_t size : sizes) t.begin.push_back(t.begin.back() + size);
  std::vector<std::int64_t> next = t.begin;
  for (std::int64_t j = 0; j < t.count; ++j) {
    t.place[static_cast<std::size_t>(j)] =
        next[static_cast<std::size_t>(jackknife_group(j, groups))]++;
  }
  for (auto* values : {&t.mean, &t.precision, &t.constant}) {
    values->resize(static_cast<std::size_t>(t.dim * t.count));
  }
  for (std::int64_t j = 0; j < t.count; ++j) {
    for (std::int64_t l = 0; l < t.dim; ++l) {
      const auto at = static_cast<std::size_t>(l * t.count + t.place[static_cast<std::size_t>(j)]);
      t.mean[at] = references.mean.at(j, l);
      t.precision[at] = std::exp(-references.log_var.at(j, l));
      t.constant[at] = -0.5 * (kLn2Pi + references.log_var.at(j, l));
    }
  }
  return t;
}

/// A logsumexp in progress.
struct Sum {
  double top = -kInfinity, sum = 0.0;
  void add(const double* x, std::int64_t n) {
    const double high = kernels::largest(x, n);
    if (high == -kInfinity) return;
    if (high > top) {
      sum *= std::exp(top - high);
      top = high;
    }
    sum += kernels::sum_exp(x, top, n);
  }
  double value() const { return sum == 0.0 ? -kInfinity : top + std::log(sum); }
};

/// ln q(z|x_j) per dimension, and their sum behind them.
void single(const double* z, const DiagonalPosteriors& references, std::int64_t j, double* out) {
  const std::int64_t d = references.mean.dim();
  out[d] = 0.0;
  for (std::int64_t l = 0; l < d; ++l) {
    out[l] = normal_log_density(z[l], references.mean.at(j, l), references.log_var.at(j, l));
    out[d] += out[l];
  }
}

class Summation {
 public:
  Summation(const CodeSamples& samples, const DiagonalPosteriors& references, std::int64_t groups,
            bool mss)
      : samples_(samples),
        references_(references),
        table_(make_table(references, groups)),
        mss_(mss) {
    const std::int64_t n = samples.z.size(), columns = table_.dim + 1;
    sums_.dim = table_.dim;
    sums_.groups = groups;
    for (std::size_t g = 1; g < table_.begin.size(); ++g) {
      sums_.sizes.push_back(table_.begin[g] - table_.begin[g - 1]);
    }
    sums_.others.resize(static_cast<std::size_t>(n * columns * groups));
    sums_.own.resize(static_cast<std::size_t>(n * columns));
    sums_.next.resize(mss ? sums_.own.size() : 0);
  }

  GroupSums run() {
    const std::int64_t n = samples_.z.size(), tasks = (n + kSamples - 1) / kSamples;
#pragma omp parallel for schedule(dynamic)
    for (std::int64_t task = 0; task < tasks; ++task) {
      const std::int64_t first = task * kSamples, last = std::min(n, first + kSamples);
      for (std::int64_t g = 0; g < sums_.groups; ++g) group(first, last, g);
      for (std::int64_t i = first; i < last; ++i) singles(i);
    }
    return std::move(sums_);
  }

 private:
  std::int64_t own(std::int64_t i) const { return samples_.own[static_cast<std::size_t>(i)]; }
  std::int64_t next(std::int64_t i) const { return (own(i) + 1) % table_.count; }
  std::int64_t place(std::int64_t j) const { return table_.place[static_cast<std::size_t>(j)]; }

  void singles(std::int64_t i) {
    const std::int64_t columns = table_.dim + 1;
    single(samples_.z.row(i), references_, own(i), sums_.own.data() + i * columns);
    if (mss_) single(samples_.z.row(i), references_, next(i), sums_.next.data() + i * columns);
  }

  void group(std::int64_t first, std::int64_t last, std::int64_t g) {
    const std::int64_t d = table_.dim, columns = d + 1;
    const std::int64_t begin = table_.begin[static_cast<std::size_t>(g)];
    const std::int64_t end = table_.begin[static_cast<std::size_t>(g + 1)];
    std::vector<Sum> sums(static_cast<std::size_t>((last - first) * columns));
    double values[kBlock], joint[kBlock];
    for (std::int64_t block = begin; block < end; block += kBlock) {
      const std::int64_t size = std::min(kBlock, end - block);
      for (std::int64_t i = first; i < last; ++i) {
        Sum* sum = sums.data() + (i - first) * columns;
        std::fill_n(joint, size, 0.0);
        for (std::int64_t l = 0; l < d; ++l) {
          const std::int64_t at = l * table_.count + block;
          kernels::normal_log_densities(samples_.z.at(i, l), table_.mean.data() + at,
                                        table_.precision.data() + at, table_.constant.data() + at,
                                        values, joint, size);
          leave_out(i, block, size, values);
          sum[l].add(values, size);
        }
        leave_out(i, block, size, joint);
        sum[d].add(joint, size);
      }
    }
    for (std::int64_t i = first; i < last; ++i) {
      for (std::int64_t c = 0; c < columns; ++c) {
        sums_.others[static_cast<std::size_t>((i * columns + c) * sums_.groups + g)] =
            sums[static_cast<std::size_t>((i - first) * columns + c)].value();
      }
    }
  }

  void leave_out(std::int64_t i, std::int64_t block, std::int64_t size, double* values) const {
    const auto drop = [&](std::int64_t j) {
      const std::int64_t at = place(j) - block;
      if (at >= 0 && at < size) values[at] = -kInfinity;
    };
    drop(own(i));
    if (mss_) drop(next(i));
  }

  const CodeSamples& samples_;
  const DiagonalPosteriors& references_;
  Table table_;
  bool mss_;
  GroupSums sums_;
};

}  // namespace

std::int64_t jackknife_group(std::int64_t image, std::int64_t groups) {
  const double turns = static_cast<double>(image) * 0.61803398874989485;
  const double part = (turns - std::floor(turns)) * static_cast<double>(groups);
  return std::min(static_cast<std::int64_t>(part), groups - 1);
}

double normal_log_density(double z, double mean, double log_var) {
  const double e = z - mean;
  return -0.5 * (kLn2Pi + log_var + e * e * std::exp(-log_var));
}

GroupSums group_sums(const CodeSamples& samples, const DiagonalPosteriors& references,
                     std::int64_t groups, bool mss) {
  return Summation(samples, references, groups, mss).run();
}

}  // namespace elbow
