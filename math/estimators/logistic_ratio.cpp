#include "math/estimators/logistic_ratio.h"

#include <algorithm>
#include <boost/math/special_functions/beta.hpp>
#include <cmath>
#include <numeric>
#include <string>
#include <utility>

#include "core/error.h"
#include "math/estimators/variational_bounds.h"
#include "math/logistic_fit.h"
#include "math/numeric.h"
#include "math/point_selection.h"
#include "math/sample_support.h"
#include "math/statistics/jackknife.h"
#include "math/statistics/mean_estimate.h"

namespace elbow {
namespace {

constexpr std::int64_t kGroups = kLogisticGroups;
constexpr std::int64_t kMostFeatures = 100;  // bounds the cost
constexpr std::int64_t kPointsPerFeature = 4;
constexpr std::int64_t kPointsPerFeatureOfARatio = 10;

double dot(const double* a, const std::vector<double>& b) {
  return std::inner_product(b.begin(), b.end(), a, 0.0);
}

std::vector<double> scores(const Points& features, const std::vector<double>& w,
                           std::int64_t group = -1) {
  std::vector<double> result;
  for (std::int64_t i = 0; i < features.size(); ++i) {
    if (is_kept(i, group)) result.push_back(dot(features.row(i), w));
  }
  return result;
}

}  // namespace

LogisticRatio::LogisticRatio(const PointsView& p, const PointsView& q,
                             const LogisticOptions& options)
    : features_(p, q, options.quadratic) {
  if (!(options.ridge >= 0.0)) throw Error("The ridge of a logistic regression must be >= 0.");
  LogisticFit fit = fit_logistic(features_(p), features_(q),
                                 {options.ridge, options.tolerance, options.most_iterations});
  weights_ = std::move(fit.weights);
  separates_ = fit.separates;
}

double LogisticRatio::operator()(const double* x) const {
  return (*this)(PointsView(x, 1, features_.dim()))[0];
}

std::vector<double> LogisticRatio::operator()(const PointsView& points) const {
  return scores(features_(points), weights_);
}

namespace {

constexpr double kFiniteVariance = 0.5;  // Pareto tails of index 1/k have moments below 1/k

bool has_heavy_tail(std::span<const double> t) {
  const auto index = tail_index(PointsView(t.data(), static_cast<std::int64_t>(t.size()), 1));
  return index && index->value > kFiniteVariance;
}

// ln of the held-out mean of e^T over Q is 0 for the log-ratio of two densities.
bool is_off_one(const Estimate& log_mean) {
  return log_mean.se && std::fabs(log_mean.value) > 4.0 * *log_mean.se;
}

void drop_error(Estimate& e, const std::string& why) {
  e.se.reset();
  e.note = why;
}

std::vector<double> negated(std::span<const double> x) {
  std::vector<double> result(x.begin(), x.end());
  for (double& v : result) v = -v;
  return result;
}

std::vector<double> plus_one(std::span<const double> x) {
  std::vector<double> result(x.begin(), x.end());
  for (double& v : result) v += 1.0;
  return result;
}

}  // namespace

RatioDivergences ratio_divergences(std::span<const double> at_p, std::span<const double> at_q) {
  const std::vector<double> back_p = negated(at_p), back_q = negated(at_q);
  RatioDivergences result{.kl = mean_estimate(at_p),
                          .reverse_kl = mean_estimate(back_q),
                          .jeffreys = {},
                          .jensen_shannon = jensen_shannon_bound(at_p, at_q),
                          .total_variation = {},
                          .donsker_varadhan = donsker_varadhan(at_p, at_q),
                          .reverse_donsker_varadhan = donsker_varadhan(back_q, back_p),
                          .nwj = nwj(plus_one(at_p), plus_one(at_q)),
                          .reverse_nwj = nwj(plus_one(back_q), plus_one(back_p)),
                          .classifier = two_sample_from_scores(at_p, at_q)};
  result.total_variation = result.classifier.total_variation;
  result.kl.bias = result.reverse_kl.bias = Bias::unknown;
  result.jeffreys = result.kl;
  result.jeffreys.value += result.reverse_kl.value;
  if (result.kl.se && result.reverse_kl.se) {
    result.jeffreys.se = std::hypot(*result.kl.se, *result.reverse_kl.se);
  }
  for (Estimate* e : {&result.kl, &result.reverse_kl, &result.jeffreys, &result.jensen_shannon,
                      &result.total_variation, &result.donsker_varadhan,
                      &result.reverse_donsker_varadhan, &result.nwj, &result.reverse_nwj}) {
    if (e->note.empty()) e->note = "standard error at the fitted ratio";
  }
  const bool off =
      is_off_one(log_mean_exp_estimate(at_q)) || is_off_one(log_mean_exp_estimate(back_p));
  const bool heavy = has_heavy_tail(at_p) || has_heavy_tail(at_q);
  for (Estimate* e : {&result.kl, &result.reverse_kl, &result.jeffreys}) {
    if (!e->se) continue;
    if (off) {
      drop_error(*e,
                 "the fitted ratio does not integrate to 1, ln p/q has another form: no "
                 "standard error");
    } else if (heavy) {
      drop_error(*e, "the fitted ln p/q has a tail without a variance: no standard error");
    }
  }
  return result;
}

double kl_bound_of_counts(std::int64_t positive_p, std::int64_t n, std::int64_t positive_q,
                          std::int64_t m) {
  if (n < 1 || m < 1 || positive_p < 0 || positive_q < 0 || positive_p > n || positive_q > m) {
    throw Error("A bound from counts needs 0 <= positive <= samples on both sides.");
  }
  // Clopper & Pearson 1934: P(at least so many) = 0.025 at the lower end, and likewise above.
  const double tail = 0.025;
  const auto real = [](std::int64_t i) { return static_cast<double>(i); };
  const double a = positive_p == 0
                       ? 0.0
                       : boost::math::ibeta_inv(real(positive_p), real(n - positive_p + 1), tail);
  const double b = positive_q == m ? 1.0
                                   : boost::math::ibeta_inv(real(positive_q + 1),
                                                            real(m - positive_q), 1.0 - tail);
  if (!(a > b)) return 0.0;
  return a * std::log(a / b) + (1.0 - a) * (std::log1p(-a) - std::log1p(-b));
}

namespace {

using Member = Estimate RatioDivergences::*;
/// Those whose error is the jackknife's.
constexpr Member kFitted[] = {&RatioDivergences::kl,
                              &RatioDivergences::reverse_kl,
                              &RatioDivergences::jeffreys,
                              &RatioDivergences::jensen_shannon,
                              &RatioDivergences::donsker_varadhan,
                              &RatioDivergences::reverse_donsker_varadhan,
                              &RatioDivergences::nwj,
                              &RatioDivergences::reverse_nwj};
constexpr Member kPlugIns[] = {&RatioDivergences::kl, &RatioDivergences::reverse_kl,
                               &RatioDivergences::jeffreys};

void refuse(Estimate& e, const std::string& why) {
  e = {.value = std::numeric_limits<double>::quiet_NaN(), .bias = e.bias, .note = why};
}

/// One division: features of the halves of the fit and of the others.
struct Halves {
  Points fit_p, fit_q, test_p, test_q;
  std::int64_t fitted() const { return fit_p.size() + fit_q.size(); }
  std::int64_t features() const { return fit_p.dim() - 1; }
};

struct Fits {
  LogisticFit whole;
  std::vector<LogisticFit> without;  // each group; empty where there are too few points
  bool separates = false;            // any of them
};

Fits fit_all(const Halves& halves, const LogisticOptions& options, double ridge, bool jackknifed) {
  const LogisticFitOptions fitting{ridge, options.tolerance, options.most_iterations};
  Fits fits{.whole = fit_logistic(halves.fit_p, halves.fit_q, fitting), .without = {}};
  fits.separates = fits.whole.separates;
  for (std::int64_t g = 0; jackknifed && g < kGroups; ++g) {
    fits.without.push_back(
        fit_logistic(halves.fit_p, halves.fit_q, fitting, g, fits.whole.weights));
    fits.separates = fits.separates || fits.without.back().separates;
  }
  return fits;
}

void set_jackknife_errors(RatioDivergences& result, const Halves& halves, const Fits& fits) {
  std::vector<RatioDivergences> without;
  for (std::size_t g = 0; g < fits.without.size(); ++g) {
    const std::vector<double>& w = fits.without[g].weights;
    const auto group = static_cast<std::int64_t>(g);
    without.push_back(
        ratio_divergences(scores(halves.test_p, w, group), scores(halves.test_q, w, group)));
  }
  for (const Member member : kFitted) {
    std::vector<double> values;
    for (const RatioDivergences& w : without) values.push_back((w.*member).value);
    Estimate& estimate = result.*member;
    if (!estimate.se) continue;  // no variance: a jackknife does not make one
    estimate.se = jackknife(estimate.value, values).se;
    estimate.note.clear();
  }
}

std::int64_t positives(std::span<const double> t) {
  return std::count_if(t.begin(), t.end(), [](double v) { return v > 0.0; });
}

void keep_bounds_only(RatioDivergences& result, std::span<const double> at_p,
                      std::span<const double> at_q) {
  result.separated = true;
  const std::string apart = "the points of the fit are perfectly separable";
  for (const Member member : kPlugIns) {
    refuse(result.*member,
           apart + ": ln p/q has no finite fit, and the divergence may be infinite");
  }
  for (Estimate* e : {&result.nwj, &result.reverse_nwj}) {
    refuse(*e, apart + ": the mean of e^T is that of points that were not seen");
  }
  const std::vector<double> back_p = negated(at_p), back_q = negated(at_q);
  const auto bound = [](std::span<const double> first, std::span<const double> second) {
    return kl_bound_of_counts(positives(first), static_cast<std::int64_t>(first.size()),
                              positives(second), static_cast<std::int64_t>(second.size()));
  };
  const std::string note =
      "the critic's sign only, 95 % lower bound; " + apart + ": the truth may be infinite";
  result.donsker_varadhan = {.value = bound(at_p, at_q), .bias = Bias::lower, .note = note};
  result.reverse_donsker_varadhan = {
      .value = bound(back_q, back_p), .bias = Bias::lower, .note = note};
  // Rare points on the wrong side, which were not seen, would cost about their |T| each.
  double size = 0.0;
  for (const double t : at_p) size += std::fabs(t) / static_cast<double>(2 * at_p.size());
  for (const double t : at_q) size += std::fabs(t) / static_cast<double>(2 * at_q.size());
  const double unseen = unseen_share_error(static_cast<double>(std::min(at_p.size(), at_q.size())));
  Estimate& js = result.jensen_shannon;
  if (js.se) js.se = std::hypot(*js.se, 0.5 * unseen * std::max(1.0, size));
  js.note = js.note.empty() ? apart : js.note + "; " + apart;
}

/// The role of the samples exchanged.
RatioDivergences exchanged(RatioDivergences r) {
  std::swap(r.kl, r.reverse_kl);
  std::swap(r.donsker_varadhan, r.reverse_donsker_varadhan);
  std::swap(r.nwj, r.reverse_nwj);
  return r;
}

RatioDivergences in_this_order(const PointsView& p, const PointsView& q, std::uint64_t seed,
                               const LogisticOptions& options) {
  CounterStream random(seed, 0);
  const Division of_p = divide(p, 0.5, random), of_q = divide(q, 0.5, random);
  const std::int64_t fitted = of_p.first.size() + of_q.first.size();
  const std::int64_t most = std::clamp<std::int64_t>(fitted / kPointsPerFeature, 1, kMostFeatures);
  const LogisticFeatures features(of_p.first, of_q.first, options.quadratic, most);
  const Halves halves{features(of_p.first), features(of_q.first), features(of_p.second),
                      features(of_q.second)};
  const double load = static_cast<double>(halves.features()) / static_cast<double>(fitted);
  const double ridge = std::max(options.ridge, load * load);
  const bool jackknifed = std::min(p.size(), q.size()) >= 4 * kGroups;
  Fits fits = fit_all(halves, options, ridge, jackknifed);
  const bool separates = fits.separates;
  if (separates) fits = fit_all(halves, options, std::max(ridge, load), jackknifed);
  const std::vector<double> at_p = scores(halves.test_p, fits.whole.weights);
  const std::vector<double> at_q = scores(halves.test_q, fits.whole.weights);
  RatioDivergences result = ratio_divergences(at_p, at_q);
  if (jackknifed) {
    set_jackknife_errors(result, halves, fits);
  } else {
    for (const Member member : kFitted) {
      drop_error(result.*member, "too few samples for a jackknife");
    }
  }
  if (separates) {
    keep_bounds_only(result, at_p, at_q);
  } else if (halves.fitted() < kPointsPerFeatureOfARatio * halves.features()) {
    for (const Member member : kPlugIns) {
      refuse(result.*member, "a fitted ratio needs " + std::to_string(kPointsPerFeatureOfARatio) +
                                 " points for each of its " + std::to_string(halves.features()) +
                                 " features; it is fitted on " + std::to_string(halves.fitted()));
    }
  } else {
    for (const Member member : kPlugIns) {
      std::string& note = (result.*member).note;
      note = "taken to be " + features.form() + (note.empty() ? "" : "; " + note);
    }
  }
  return result;
}

}  // namespace

RatioDivergences logistic_divergences(const PointsView& p, const PointsView& q, std::uint64_t seed,
                                      const LogisticOptions& options) {
  require_comparable(p, q, 4, "A density ratio with held-out data");
  const auto a = p.all(), b = q.all();
  // One order for both directions, so that they share every rounding.
  const bool forward = !std::lexicographical_compare(b.begin(), b.end(), a.begin(), a.end());
  return forward ? in_this_order(p, q, seed, options)
                 : exchanged(in_this_order(q, p, seed, options));
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
       .bias_note =
           "that of the form of the fit: linear or quadratic in x, or in principal components",
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
