#include "math/estimators/logistic_ratio.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "core/error.h"
#include "math/cholesky.h"
#include "math/estimators/classifier_two_sample.h"
#include "math/estimators/variational_bounds.h"
#include "math/numeric.h"
#include "math/point_selection.h"
#include "math/statistics/jackknife.h"
#include "math/statistics/mean_estimate.h"
#include "math/statistics/welford.h"

namespace elbow {
namespace {

std::size_t feature_count(std::int64_t dim, bool quadratic) {
  const auto d = static_cast<std::size_t>(dim);
  return quadratic ? d + d * (d + 1) / 2 : d;
}

void write_features(const double* x, std::int64_t dim, bool quadratic, double* out) {
  out = std::copy_n(x, dim, out);
  if (!quadratic) return;
  for (std::int64_t i = 0; i < dim; ++i) {
    for (std::int64_t j = i; j < dim; ++j) *out++ = x[i] * x[j];
  }
}

// Both samples as rows of standardised features with a 1 in front; `kept` are the columns that
// vary.
struct Design {
  std::vector<double> rows;
  std::vector<std::size_t> kept;
  std::vector<double> centre, scale;  // of the kept ones
  std::size_t n = 0, m = 0, width = 0;
  const double* row(std::size_t i) const { return rows.data() + i * width; }
};

Design make_design(const PointsView& p, const PointsView& q, bool quadratic) {
  Design design;
  design.n = static_cast<std::size_t>(p.size());
  design.m = static_cast<std::size_t>(q.size());
  const std::size_t count = feature_count(p.dim(), quadratic), total = design.n + design.m;
  std::vector<double> features(total * count);
  for (std::size_t i = 0; i < total; ++i) {
    const double* x = i < design.n ? p.row(static_cast<std::int64_t>(i))
                                   : q.row(static_cast<std::int64_t>(i - design.n));
    write_features(x, p.dim(), quadratic, features.data() + i * count);
  }
  for (std::size_t j = 0; j < count; ++j) {
    Welford column;
    for (std::size_t i = 0; i < total; ++i) column.add(features[i * count + j]);
    const double sd = std::sqrt(column.variance());
    if (!(sd > 1e-12 * std::fabs(column.mean()))) continue;
    design.kept.push_back(j);
    design.centre.push_back(column.mean());
    design.scale.push_back(sd);
  }
  design.width = design.kept.size() + 1;
  for (std::size_t i = 0; i < total; ++i) {
    design.rows.push_back(1.0);
    for (std::size_t k = 0; k < design.kept.size(); ++k) {
      const double v = features[i * count + design.kept[k]];
      design.rows.push_back((v - design.centre[k]) / design.scale[k]);
    }
  }
  return design;
}

double dot(const double* a, const std::vector<double>& b) {
  return std::inner_product(b.begin(), b.end(), a, 0.0);
}

// Mean of softplus(-T) over P plus mean of softplus(T) over Q, each half, plus the penalty; and
// where asked its gradient and Hessian.
double objective(const Design& design, const std::vector<double>& w, double ridge,
                 std::vector<double>* gradient, std::vector<double>* hessian) {
  const std::size_t width = design.width;
  double value = 0.0;
  for (std::size_t k = 1; k < width; ++k) value += 0.5 * ridge * w[k] * w[k];
  if (gradient != nullptr) {
    gradient->assign(width, 0.0);
    hessian->assign(width * width, 0.0);
    for (std::size_t k = 1; k < width; ++k) {
      (*gradient)[k] = ridge * w[k];
      (*hessian)[k * width + k] = ridge;
    }
  }
  for (std::size_t i = 0; i < design.n + design.m; ++i) {
    const bool real = i < design.n;
    const double weight = 0.5 / static_cast<double>(real ? design.n : design.m);
    const double* x = design.row(i);
    const double t = dot(x, w);
    value += weight * softplus(real ? -t : t);
    if (gradient == nullptr) continue;
    const double slope = real ? -sigmoid(-t) : sigmoid(t), bend = sigmoid(t) * sigmoid(-t);
    for (std::size_t k = 0; k < width; ++k) {
      (*gradient)[k] += weight * slope * x[k];
      for (std::size_t l = 0; l <= k; ++l) (*hessian)[k * width + l] += weight * bend * x[k] * x[l];
    }
  }
  return value;
}

std::vector<double> minimise(const Design& design, const LogisticOptions& options) {
  std::vector<double> w(design.width, 0.0), gradient, hessian;
  for (std::int64_t iteration = 0; iteration < options.most_iterations; ++iteration) {
    const double value = objective(design, w, options.ridge, &gradient, &hessian);
    for (std::size_t k = 0; k < design.width; ++k) hessian[k * design.width + k] += 1e-12;
    const Cholesky factor(hessian, design.width);
    if (!factor.ok()) break;
    const std::vector<double> step = factor.solve(gradient);
    const double decrease = std::inner_product(step.begin(), step.end(), gradient.begin(), 0.0);
    if (decrease < options.tolerance * options.tolerance) break;
    double length = 1.0;
    std::vector<double> next = w;
    for (; length > 1e-10; length *= 0.5) {
      for (std::size_t k = 0; k < w.size(); ++k) next[k] = w[k] - length * step[k];
      // A full step near the minimum changes the value by less than it is rounded.
      if (objective(design, next, options.ridge, nullptr, nullptr) <= value + 1e-13) break;
    }
    w = next;
  }
  return w;
}

}  // namespace

LogisticRatio::LogisticRatio(const PointsView& p, const PointsView& q,
                             const LogisticOptions& options)
    : dim_(p.dim()), quadratic_(options.quadratic) {
  require_comparable(p, q, 1, "Logistic regression");
  if (!(options.ridge >= 0.0)) throw Error("The ridge of a logistic regression must be >= 0.");
  const Design design = make_design(p, q, quadratic_);
  const std::vector<double> w = minimise(design, options);
  weights_.assign(feature_count(dim_, quadratic_), 0.0);
  intercept_ = w[0];
  for (std::size_t k = 0; k < design.kept.size(); ++k) {
    weights_[design.kept[k]] = w[k + 1] / design.scale[k];
    intercept_ -= w[k + 1] * design.centre[k] / design.scale[k];
  }
}

double LogisticRatio::operator()(const double* x) const {
  if (!quadratic_) return intercept_ + dot(x, weights_);
  std::vector<double> features(weights_.size());
  write_features(x, dim_, true, features.data());
  return intercept_ + dot(features.data(), weights_);
}

std::vector<double> LogisticRatio::operator()(const PointsView& points) const {
  if (points.dim() != dim_) throw Error("The ratio was fitted on points of another dimension.");
  std::vector<double> result;
  for (std::int64_t i = 0; i < points.size(); ++i) result.push_back((*this)(points.row(i)));
  return result;
}

RatioDivergences ratio_divergences(std::span<const double> at_p, std::span<const double> at_q) {
  std::vector<double> nwj_p(at_p.begin(), at_p.end()), nwj_q(at_q.begin(), at_q.end());
  for (double& t : nwj_p) t += 1.0;
  for (double& t : nwj_q) t += 1.0;
  RatioDivergences result{.kl = mean_estimate(at_p),
                          .reverse_kl = mean_estimate(at_q),
                          .jensen_shannon = jensen_shannon_bound(at_p, at_q),
                          .total_variation = two_sample_from_scores(at_p, at_q).total_variation,
                          .donsker_varadhan = donsker_varadhan(at_p, at_q),
                          .nwj = nwj(nwj_p, nwj_q)};
  result.reverse_kl.value = -result.reverse_kl.value;
  result.kl.bias = result.reverse_kl.bias = Bias::unknown;
  for (Estimate* e : {&result.kl, &result.reverse_kl, &result.jensen_shannon,
                      &result.total_variation, &result.donsker_varadhan, &result.nwj}) {
    if (e->note.empty()) e->note = "standard error at the fitted ratio";
  }
  return result;
}

namespace {

// Rows without those of one group, i mod kGroups.
constexpr std::int64_t kGroups = 20;
Points without_group(const PointsView& points, std::int64_t group) {
  std::vector<std::size_t> kept;
  for (std::int64_t i = 0; i < points.size(); ++i) {
    if (i % kGroups != group) kept.push_back(static_cast<std::size_t>(i));
  }
  return select(points, kept);
}

RatioDivergences fit_and_evaluate(const Division& p, const Division& q,
                                  const LogisticOptions& options) {
  const LogisticRatio ratio(p.first, q.first, options);
  return ratio_divergences(ratio(PointsView(p.second)), ratio(PointsView(q.second)));
}

void set_jackknife_errors(RatioDivergences& result, const Division& p, const Division& q,
                          const LogisticOptions& options) {
  std::vector<RatioDivergences> without;
  for (std::int64_t g = 0; g < kGroups; ++g) {
    const auto rest = [g](const Division& all) {
      return Division{without_group(all.first, g), without_group(all.second, g)};
    };
    without.push_back(fit_and_evaluate(rest(p), rest(q), options));
  }
  for (const auto member :
       {&RatioDivergences::kl, &RatioDivergences::reverse_kl, &RatioDivergences::jensen_shannon,
        &RatioDivergences::donsker_varadhan, &RatioDivergences::nwj}) {
    std::vector<double> values;
    for (const RatioDivergences& w : without) values.push_back((w.*member).value);
    Estimate& estimate = result.*member;
    if (!estimate.se) continue;  // no variance: a jackknife does not make one
    estimate.se = jackknife(estimate.value, values).se;
    estimate.note.clear();
  }
}

}  // namespace

RatioDivergences logistic_divergences(const PointsView& p, const PointsView& q, std::uint64_t seed,
                                      const LogisticOptions& options) {
  require_comparable(p, q, 4, "A density ratio with held-out data");
  CounterStream random(seed, 0);
  const Division of_p = divide(p, 0.5, random), of_q = divide(q, 0.5, random);
  RatioDivergences result = fit_and_evaluate(of_p, of_q, options);
  if (std::min(p.size(), q.size()) >= 4 * kGroups) {
    set_jackknife_errors(result, of_p, of_q, options);
  } else {
    for (Estimate* e : {&result.kl, &result.reverse_kl, &result.jensen_shannon,
                        &result.donsker_varadhan, &result.nwj}) {
      e->se.reset();
      e->note = "too few samples for a jackknife";
    }
  }
  return result;
}

namespace estimators::logistic_ratio {

std::vector<EstimatorSpec> specs() {
  const std::string fit = "T = ln p̂/q̂ by logistic regression";
  const std::string se = "delete-group jackknife of fit and evaluation";
  const std::string cost = "O((n + m) f²) per Newton step, f features";
  const std::string reference = "Sugiyama et al. 2012, chapter 4; Bickel et al. 2007";
  return {
      {.name = "logistic_kl",
       .quantity = "kl",
       .summary = "KL as the mean of a fitted log-ratio over held-out samples of P",
       .equation = R"(\frac1n\sum_iT(x_i),\quad T=\ln\frac{\hat p}{\hat q})",
       .unicode = "KL ≈ mean_P T, " + fit,
       .unit = "nats",
       .minimum = 0.0,
       .bias = Bias::unknown,
       .bias_note = "depends on the features; overconfident where the samples separate",
       .standard_error = se,
       .cost = cost,
       .confused_with = "a lower bound: it is none",
       .reference = reference},
      {.name = "logistic_jensen_shannon",
       .quantity = "jensen_shannon",
       .summary = "Lower bound of JS from a fitted log-ratio on held-out samples",
       .equation =
           R"(\ln2+\tfrac12\big[\overline{\ln\sigma(T)}_P+\overline{\ln\sigma(-T)}_Q\big]\le\mathrm{JS})",
       .unicode = "JS ≥ ln 2 + ½(mean_P ln σ(T) + mean_Q ln σ(−T)), " + fit,
       .unit = "nats",
       .minimum = 0.0,
       .maximum = kLn2,
       .bias = Bias::lower,
       .bias_note = "on data that T was not fitted on; in-sample it may exceed JS",
       .standard_error = se,
       .cost = cost,
       .reference = reference},
      {.name = "logistic_total_variation",
       .quantity = "total_variation",
       .summary = "Lower bound of TV: twice the balanced held-out accuracy, minus 1",
       .equation = R"(2\,\mathrm{acc}-1\le\mathrm{TV})",
       .unicode = "TV ≥ 2 acc − 1, " + fit,
       .unit = "1",
       .minimum = 0.0,
       .maximum = 1.0,
       .bias = Bias::lower,
       .bias_note = "on data that T was not fitted on",
       .standard_error = "binomial within each sample, at the fitted ratio",
       .cost = cost,
       .reference = reference}};
}

}  // namespace estimators::logistic_ratio
}  // namespace elbow
