#include "math/estimators/aggregate_posterior.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <string>

#include "core/error.h"
#include "math/aggregate_sums.h"
#include "math/numeric.h"
#include "math/statistics/jackknife.h"

namespace elbow {
namespace {

bool uses_dataset_size(AggregateWeights weights) {
  return weights == AggregateWeights::mws || weights == AggregateWeights::mss ||
         weights == AggregateWeights::symmetric_mss;
}

double log_ratio(std::int64_t a, std::int64_t b) {
  return std::log(static_cast<double>(a)) - std::log(static_cast<double>(b));
}

/// ln of the weights of one row: of the image itself, of each other, and of the next one (mss).
struct RowWeights {
  double own, next, others;
};

RowWeights row_weights(AggregateWeights weights, std::int64_t b, std::int64_t n) {
  switch (weights) {
    case AggregateWeights::full:
    case AggregateWeights::batch:
      return {log_ratio(1, b), log_ratio(1, b), log_ratio(1, b)};
    case AggregateWeights::leave_one_out:
      return {-kInfinity, log_ratio(1, b - 1), log_ratio(1, b - 1)};
    case AggregateWeights::mws: {
      const double all = -std::log(static_cast<double>(n)) - std::log(static_cast<double>(b));
      return {all, all, all};
    }
    case AggregateWeights::mss: {
      const double next = log_ratio(n - (b - 1), n) - std::log(static_cast<double>(b - 1));
      return {log_ratio(1, n), next, log_ratio(1, b - 1)};
    }
    case AggregateWeights::symmetric_mss:
      break;
  }
  const double other = log_ratio(n - 1, n) - std::log(static_cast<double>(b - 1));
  return {log_ratio(1, n), other, other};
}

void require(const CodeSamples& samples, const DiagonalPosteriors& references,
             const AggregateOptions& options) {
  const std::string what = "The aggregate posterior";
  require_comparable(samples.z, references.mean, 1, what);
  require_comparable(references.mean, references.log_var, 1, what);
  const std::int64_t b = references.mean.size();
  if (references.log_var.size() != b) {
    throw Error(what + " needs as many log-variances as means.");
  }
  for (const double v : references.log_var.all()) {
    if (std::fabs(v) > 60.0) {
      throw Error(what + ": a log-variance of " + std::to_string(v) +
                  " is outside [-60, 60]; the posterior has collapsed to a point or exploded.");
    }
  }
  if (static_cast<std::int64_t>(samples.own.size()) != samples.z.size()) {
    throw Error(what + " needs the image of each sample.");
  }
  for (const std::int64_t own : samples.own) {
    if (own < 0 || own >= b) {
      throw Error(what + ": image " + std::to_string(own) + " of a sample is none of the " +
                  std::to_string(b) + " references.");
    }
  }
  const bool needs_two =
      options.weights != AggregateWeights::full && options.weights != AggregateWeights::batch;
  if (needs_two && b < 2) throw Error(what + " with these weights needs two references or more.");
  if (uses_dataset_size(options.weights) && options.dataset_size < b) {
    throw Error(what + " with these weights needs the size of the data set, at least " +
                std::to_string(b) + ".");
  }
}

/// ln q^ from the parts of one sample and column.
double combine(const RowWeights& weights, double own, double next, double others) {
  double value = log_add_exp(weights.own + own, weights.others + others);
  if (next != -kInfinity) value = log_add_exp(value, weights.next + next);
  return value;
}

std::vector<double> log_prior(const PointsView& z) {
  std::vector<double> values;
  for (std::int64_t i = 0; i < z.size(); ++i) {
    double sum = 0.0;
    for (std::int64_t l = 0; l < z.dim(); ++l) sum += normal_log_density(z.at(i, l), 0.0, 0.0);
    values.push_back(sum);
  }
  return values;
}

/// Values of I, TC, DW, marginal KL, KL, and DW per dimension behind them, of one sample.
enum Slot : std::size_t { kInformation, kCorrelation, kDimensions, kMarginal, kKl, kFirst };

void add_terms(double own, double prior, double joint, const double* marginal, const double* z,
               std::int64_t d, std::vector<double>& sums) {
  double product = 0.0;
  for (std::int64_t l = 0; l < d; ++l) {
    product += marginal[l];
    sums[kFirst + static_cast<std::size_t>(l)] += marginal[l] - normal_log_density(z[l], 0.0, 0.0);
  }
  sums[kInformation] += own - joint;
  sums[kCorrelation] += joint - product;
  sums[kDimensions] += product - prior;
  sums[kMarginal] += joint - prior;
  sums[kKl] += own - prior;
}

/// Logsumexp of a list without each of its entries.
void without_each(const double* x, std::int64_t n, std::vector<double>& out) {
  out.assign(static_cast<std::size_t>(n), -kInfinity);
  double sum = -kInfinity;
  for (std::int64_t g = 0; g < n; ++g) {
    out[static_cast<std::size_t>(g)] = sum;
    sum = log_add_exp(sum, x[g]);
  }
  sum = -kInfinity;
  for (std::int64_t g = n; g-- > 0;) {
    auto& value = out[static_cast<std::size_t>(g)];
    value = log_add_exp(value, sum);
    sum = log_add_exp(sum, x[g]);
  }
}

struct Replicates {
  std::vector<std::vector<double>> means;  // per group left out: [groups][slots]
};

Replicates leave_groups_out(const CodeSamples& samples, const GroupSums& sums,
                            const std::vector<double>& prior, std::int64_t references,
                            const AggregateOptions& options) {
  const std::int64_t d = sums.dim, columns = d + 1, groups = sums.groups;
  Replicates result;
  result.means.assign(static_cast<std::size_t>(groups),
                      std::vector<double>(kFirst + static_cast<std::size_t>(d), 0.0));
  std::vector<RowWeights> weights;
  for (const std::int64_t size : sums.sizes) {
    weights.push_back(row_weights(options.weights, references - size, options.dataset_size));
  }
  std::vector<std::int64_t> counts(static_cast<std::size_t>(groups), 0);
  std::vector<std::vector<double>> left(static_cast<std::size_t>(columns));
  std::vector<double> marginal(static_cast<std::size_t>(columns));
  for (std::int64_t i = 0; i < samples.z.size(); ++i) {
    for (std::int64_t c = 0; c < columns; ++c) {
      without_each(sums.at(i, c), groups, left[static_cast<std::size_t>(c)]);
    }
    const double* own = sums.own.data() + i * columns;
    const std::int64_t own_group =
        jackknife_group(samples.own[static_cast<std::size_t>(i)], groups);
    for (std::int64_t g = 0; g < groups; ++g) {
      if (g == own_group) continue;
      const auto at = static_cast<std::size_t>(g);
      for (std::int64_t c = 0; c < columns; ++c) {
        const auto column = static_cast<std::size_t>(c);
        marginal[column] = combine(weights[at], own[c], -kInfinity, left[column][at]);
      }
      add_terms(own[d], prior[static_cast<std::size_t>(i)], marginal.back(), marginal.data(),
                samples.z.row(i), d, result.means[at]);
      ++counts[at];
    }
  }
  for (std::size_t g = 0; g < counts.size(); ++g) {
    if (counts[g] == 0) return {};
    for (double& value : result.means[g]) value /= static_cast<double>(counts[g]);
  }
  return result;
}

AggregateDensities densities_from(const CodeSamples& samples, const GroupSums& sums,
                                  std::int64_t references, const AggregateOptions& options) {
  const std::int64_t n = samples.z.size(), d = sums.dim, columns = d + 1;
  const RowWeights weights = row_weights(options.weights, references, options.dataset_size);
  AggregateDensities result;
  result.prior = log_prior(samples.z);
  result.marginal = Points(n, d);
  for (std::int64_t i = 0; i < n; ++i) {
    const double* own = sums.own.data() + i * columns;
    const double* next = sums.next.empty() ? nullptr : sums.next.data() + i * columns;
    const auto value = [&](std::int64_t c) {
      const std::span<const double> parts(sums.at(i, c), static_cast<std::size_t>(sums.groups));
      return combine(weights, own[c], next != nullptr ? next[c] : -kInfinity, logsumexp(parts));
    };
    for (std::int64_t l = 0; l < d; ++l) result.marginal.row(i)[l] = value(l);
    result.joint.push_back(value(d));
    result.own.push_back(own[d]);
  }
  return result;
}

/// 0 where no jackknife is possible.
std::int64_t jackknife_groups(const AggregateOptions& options, std::int64_t references) {
  if (options.weights == AggregateWeights::mss || options.groups < 2) return 0;
  const std::int64_t groups = std::min(options.groups, references / 2);
  return groups < 2 ? 0 : groups;
}

Bias information_bias(AggregateWeights weights) {
  if (weights == AggregateWeights::full) return Bias::none;
  if (weights == AggregateWeights::batch) return Bias::lower;
  return weights == AggregateWeights::leave_one_out ? Bias::upper : Bias::unknown;
}

}  // namespace

std::string_view to_string(AggregateWeights weights) {
  switch (weights) {
    case AggregateWeights::full:
      return "full";
    case AggregateWeights::batch:
      return "batch";
    case AggregateWeights::leave_one_out:
      return "leave_one_out";
    case AggregateWeights::mws:
      return "mws";
    case AggregateWeights::mss:
      return "mss";
    case AggregateWeights::symmetric_mss:
      break;
  }
  return "symmetric_mss";
}

double aggregate_log_weight(AggregateWeights weights, std::int64_t own, std::int64_t j,
                            std::int64_t references, std::int64_t dataset_size) {
  const RowWeights row = row_weights(weights, references, dataset_size);
  if (j == own) return row.own;
  return j == (own + 1) % references ? row.next : row.others;
}

AggregateDensities aggregate_densities(const CodeSamples& samples,
                                       const DiagonalPosteriors& references,
                                       const AggregateOptions& options) {
  require(samples, references, options);
  const GroupSums sums =
      group_sums(samples, references, 1, options.weights == AggregateWeights::mss);
  return densities_from(samples, sums, references.mean.size(), options);
}

AggregateTerms aggregate_terms(const CodeSamples& samples, const DiagonalPosteriors& references,
                               const AggregateOptions& options) {
  require(samples, references, options);
  const std::int64_t n = samples.z.size(), d = samples.z.dim(), b = references.mean.size();
  const std::int64_t groups = jackknife_groups(options, b);
  const GroupSums sums = group_sums(samples, references, std::max<std::int64_t>(groups, 1),
                                    options.weights == AggregateWeights::mss);
  const AggregateDensities density = densities_from(samples, sums, b, options);

  std::vector<double> values(kFirst + static_cast<std::size_t>(d), 0.0);
  for (std::int64_t i = 0; i < n; ++i) {
    const auto at = static_cast<std::size_t>(i);
    add_terms(density.own[at], density.prior[at], density.joint[at], density.marginal.row(i),
              samples.z.row(i), d, values);
  }
  for (double& value : values) value /= static_cast<double>(n);

  const Replicates left =
      groups == 0 ? Replicates{} : leave_groups_out(samples, sums, density.prior, b, options);
  const auto estimate = [&](std::size_t slot, Bias bias) {
    Estimate e{.value = values[slot], .bias = bias};
    if (left.means.empty()) {
      e.note = "no standard error: too few images, or weights that single one out";
      return e;
    }
    std::vector<double> without;
    for (const auto& means : left.means) without.push_back(means[slot]);
    e.se = jackknife(e.value, without).se;
    return e;
  };
  const Bias parts = options.weights == AggregateWeights::full ? Bias::none : Bias::unknown;
  AggregateTerms terms;
  terms.mutual_information = estimate(kInformation, information_bias(options.weights));
  terms.total_correlation = estimate(kCorrelation, parts);
  terms.dimension_wise_kl = estimate(kDimensions, parts);
  terms.marginal_kl = estimate(kMarginal, parts);
  terms.kl = estimate(kKl, Bias::none);
  for (std::int64_t l = 0; l < d; ++l) {
    terms.dimension_kl.push_back(estimate(kFirst + static_cast<std::size_t>(l), parts));
  }
  return terms;
}

namespace estimators::aggregate_posterior {

std::vector<EstimatorSpec> specs() {
  const std::string jackknifed = "jackknife over 20 groups of images";
  const std::string cost = "O(n N d) exponentials for n samples and N references";
  const std::string reference = "Hoffman & Johnson 2016; Chen et al. 2018, eq. 2";
  const std::string full =
      "full data: none up to Monte Carlo over z. On a minibatch mostly an "
      "artefact of the batch size";
  return {
      {.name = "mutual_information_full",
       .quantity = "mutual_information",
       .summary = "index-code mutual information with all images as references",
       .equation =
           "I_q(x;z)=\\frac1n\\sum_i\\ln q(z_i\\mid x_i)-\\ln\\frac1N\\sum_jq(z_i\\mid x_j)",
       .unicode = "I_q(x; z) = mean of ln q(z|x) − ln (1/N) Σⱼ q(z|xⱼ)",
       .unit = "nats",
       .minimum = 0.0,
       .bias = Bias::none,
       .bias_note = "at most ln N, and at most the KL",
       .standard_error = jackknifed,
       .cost = cost,
       .confused_with = "the KL, which contains the marginal KL as well",
       .reference = reference},
      {.name = "mutual_information_batch",
       .quantity = "mutual_information",
       .summary = "the same with a minibatch, the image itself included",
       .equation = "\\frac1B\\sum_i\\ln q(z_i\\mid x_i)-\\ln\\frac1B\\sum_jq(z_i\\mid x_j)",
       .unicode = "mean of ln q(z|x) − ln (1/B) Σⱼ q(z|xⱼ)",
       .unit = "nats",
       .minimum = 0.0,
       .bias = Bias::lower,
       .bias_note = "saturates at ln B",
       .standard_error = jackknifed,
       .cost = "O(B² d)",
       .confused_with = "the value with full data",
       .reference = "Poole et al. 2019"},
      {.name = "mutual_information_leave_one_out",
       .quantity = "mutual_information",
       .summary = "the same with a minibatch without the image itself",
       .equation =
           "\\frac1B\\sum_i\\ln q(z_i\\mid x_i)-\\ln\\frac1{B-1}\\sum_{j\\ne i}q(z_i\\mid x_j)",
       .unicode = "mean of ln q(z|x) − ln 1/(B−1) Σ over j ≠ i of q(z|xⱼ)",
       .unit = "nats",
       .minimum = 0.0,
       .bias = Bias::upper,
       .bias_note = "can be larger by any amount where posteriors are narrow",
       .standard_error = jackknifed,
       .cost = "O(B² d)",
       .confused_with = "the value with full data",
       .reference = "Poole et al. 2019"},
      {.name = "total_correlation",
       .quantity = "total_correlation",
       .summary = "dependence between the latent dimensions of the aggregate posterior",
       .equation = "\\mathrm{KL}\\big(q(z)\\Vert\\textstyle\\prod_lq(z_l)\\big)",
       .unicode = "TC = KL(q(z) ‖ Πₗ q(zₗ))",
       .unit = "nats",
       .minimum = 0.0,
       .bias = Bias::none,
       .bias_note = full,
       .standard_error = jackknifed,
       .cost = cost,
       .confused_with = "its minibatch-weighted form, which is (d − 1) ln N for equal posteriors",
       .reference = reference},
      {.name = "dimension_wise_kl",
       .quantity = "dimension_wise_kl",
       .summary = "distance of each latent's marginal from the prior, summed",
       .equation = "\\sum_l\\mathrm{KL}(q(z_l)\\Vert p(z_l))",
       .unicode = "DW = Σₗ KL(q(zₗ) ‖ p(zₗ))",
       .unit = "nats",
       .minimum = 0.0,
       .bias = Bias::none,
       .bias_note = full,
       .standard_error = jackknifed,
       .cost = cost,
       .confused_with = "the KL per dimension of q(z|x), which contains the information",
       .reference = reference},
      {.name = "marginal_kl",
       .quantity = "marginal_kl",
       .summary = "distance of the aggregate posterior from the prior",
       .equation =
           "\\mathrm{KL}(q(z)\\Vert p(z))=\\mathrm{TC}+\\mathrm{DW}=\\overline{\\mathrm{KL}}-I_q",
       .unicode = "KL(q(z) ‖ p(z)) = TC + DW = KL − I_q",
       .unit = "nats",
       .minimum = 0.0,
       .bias = Bias::none,
       .bias_note = full,
       .standard_error = jackknifed,
       .cost = cost,
       .confused_with = "the mean of KL(q(z|x) ‖ p(z))",
       .reference = reference},
      {.name = "mutual_information_mws",
       .quantity = "mutual_information",
       .summary = "minibatch-weighted sampling: for gradients, not for logs",
       .equation = "\\frac1B\\sum_i\\ln q(z_i\\mid x_i)-\\ln\\frac1{NB}\\sum_jq(z_i\\mid x_j)",
       .unicode = "mean of ln q(z|x) − ln 1/(N B) Σⱼ q(z|xⱼ)",
       .unit = "nats",
       .bias = Bias::unknown,
       .bias_note = "the weights sum to 1/N: ln N for identical posteriors",
       .standard_error = jackknifed,
       .cost = "O(B² d)",
       .confused_with = "an estimate of the mutual information",
       .reference = "Chen et al. 2018, appendix C"},
      {.name = "mutual_information_symmetric_mss",
       .quantity = "mutual_information",
       .summary = "minibatch-stratified sampling without a special index",
       .equation = "\\frac1B\\sum_i\\ln q(z_i\\mid x_i)-\\ln\\Big[\\frac{q(z_i\\mid x_i)}N+"
                   "\\frac{N-1}{N(B-1)}\\sum_{j\\ne i}q(z_i\\mid x_j)\\Big]",
       .unicode = "mean of ln q(z|x) − ln [q(z|x)/N + (N−1)/(N(B−1)) Σ over j ≠ i of q(z|xⱼ)]",
       .unit = "nats",
       .minimum = 0.0,
       .bias = Bias::unknown,
       .bias_note = "unbiased for q(z), not for its logarithm; the best minibatch form",
       .standard_error = jackknifed,
       .cost = "O(B² d)",
       .confused_with = "the value with full data",
       .reference = "Chen et al. 2018, appendix C, symmetrised"}};
}

}  // namespace estimators::aggregate_posterior
}  // namespace elbow
