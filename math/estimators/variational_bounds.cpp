#include "math/estimators/variational_bounds.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "math/numeric.h"
#include "math/statistics/jackknife.h"
#include "math/statistics/mean_estimate.h"
#include "math/statistics/pareto_tail.h"

namespace elbow {
namespace {

const char* const kNoError = "one sample on a side or infinite scores: no standard error";

using Map = std::function<double(double)>;

std::vector<double> mapped(std::span<const double> scores, const Map& f) {
  std::vector<double> result(scores.size());
  std::transform(scores.begin(), scores.end(), result.begin(), f);
  return result;
}

double same(double t) { return t; }

// a - b of independent estimates.
Estimate difference(const Estimate& a, const Estimate& b, Bias bias) {
  Estimate result{.value = a.value - b.value, .bias = bias};
  if (std::isnan(result.value))
    throw Error("Scores of +inf on both sides: the bound is undefined.");
  if (a.se && b.se) {
    result.se = std::hypot(*a.se, *b.se);
  } else {
    result.note = kNoError;
  }
  return result;
}

Estimate without_made_up_error(Estimate e, std::span<const double> exponents) {
  return without_error_of_a_heavy_tail(std::move(e), exponents, "e^T");
}

double clipped(double t, double tau) { return std::clamp(t, -tau, tau); }

void require_tau(double tau) {
  if (!(tau > 0.0)) throw Error("The clip tau of SMILE must be positive.");
}

void require_matrix(const ScoreMatrix& s) {
  if (s.size < 2 || static_cast<std::int64_t>(s.scores.size()) != s.size * s.size) {
    throw Error("A score matrix needs B x B scores of at least two pairs.");
  }
  if (std::any_of(s.scores.begin(), s.scores.end(), [](double v) { return !std::isfinite(v); })) {
    throw Error("A score matrix has a score that is not finite.");
  }
}

// Sums of f over the off-diagonal: in all, and without the row and column of each pair.
struct OffDiagonal {
  double total = 0.0;
  std::vector<double> without;
};

OffDiagonal off_diagonal_sums(const ScoreMatrix& s, const Map& f) {
  const auto b = static_cast<std::size_t>(s.size);
  std::vector<double> cross(b, 0.0);  // what leaves with pair i
  OffDiagonal sums;
  for (std::size_t i = 0; i < b; ++i) {
    for (std::size_t j = 0; j < b; ++j) {
      if (i == j) continue;
      const double v = f(s.scores[i * b + j]);
      sums.total += v;
      cross[i] += v;
      cross[j] += v;
    }
  }
  for (std::size_t i = 0; i < b; ++i) sums.without.push_back(std::max(0.0, sums.total - cross[i]));
  return sums;
}

std::vector<double> diagonal(const ScoreMatrix& s) {
  std::vector<double> d;
  for (std::int64_t i = 0; i < s.size; ++i) d.push_back(s.at(i, i));
  return d;
}

std::vector<double> off_diagonal(const ScoreMatrix& s) {
  std::vector<double> entries;
  for (std::int64_t i = 0; i < s.size; ++i) {
    for (std::int64_t j = 0; j < s.size; ++j) {
      if (i != j) entries.push_back(s.at(i, j));
    }
  }
  return entries;
}

// mean of g over the diagonal - h(mean of f over the off-diagonal), with the jackknife over pairs.
Estimate matrix_estimate(const ScoreMatrix& s, const Map& g, const Map& f, const Map& h,
                         Bias bias) {
  require_matrix(s);
  const std::vector<double> joint = mapped(diagonal(s), g);
  const OffDiagonal product = off_diagonal_sums(s, f);
  const double b = static_cast<double>(s.size), sum = accurate_sum(joint);
  Estimate result{.value = sum / b - h(product.total / (b * (b - 1.0))), .bias = bias};
  if (s.size < 3) {
    result.note = "two pairs: no standard error";
    return result;
  }
  std::vector<double> without;
  for (std::size_t i = 0; i < joint.size(); ++i) {
    without.push_back((sum - joint[i]) / (b - 1.0) -
                      h(product.without[i] / ((b - 1.0) * (b - 2.0))));
  }
  const double se = jackknife(result.value, without).se;
  if (std::isfinite(se)) {
    result.se = se;
  } else {
    result.note = "one pair dominates: no standard error";
  }
  return result;
}

Estimate log_mean_form(const ScoreMatrix& s, double tau) {
  require_matrix(s);
  const double largest = clipped(*std::max_element(s.scores.begin(), s.scores.end()), tau);
  return matrix_estimate(
      s, same, [&](double t) { return std::exp(clipped(t, tau) - largest); },
      [&](double v) { return largest + std::log(v); }, Bias::unknown);
}

// ln sum_(j != skipped) e^S_ij.
double row_sum_without(const ScoreMatrix& s, std::int64_t i, std::int64_t skipped) {
  StreamingLogSumExp sum;
  for (std::int64_t j = 0; j < s.size; ++j) {
    if (j != skipped) sum.add(s.at(i, j));
  }
  return sum.value();
}

}  // namespace

Estimate donsker_varadhan(std::span<const double> at_p, std::span<const double> at_q) {
  return without_made_up_error(
      difference(mean_estimate(at_p), log_mean_exp_estimate(at_q), Bias::unknown), at_q);
}

Estimate nwj(std::span<const double> at_p, std::span<const double> at_q) {
  const auto weights = mapped(at_q, [](double t) { return std::exp(t - 1.0); });
  return without_made_up_error(difference(mean_estimate(at_p), mean_estimate(weights), Bias::lower),
                               at_q);
}

Estimate jensen_shannon_form(std::span<const double> at_p, std::span<const double> at_q) {
  return difference(mean_estimate(mapped(at_p, log_sigmoid)), mean_estimate(mapped(at_q, softplus)),
                    Bias::lower);
}

Estimate jensen_shannon_bound(std::span<const double> at_p, std::span<const double> at_q) {
  Estimate result = jensen_shannon_form(at_p, at_q);
  result.value = kLn2 + 0.5 * result.value;
  if (result.se) *result.se *= 0.5;
  return result;
}

Estimate smile(std::span<const double> at_p, std::span<const double> at_q, double tau) {
  require_tau(tau);
  return difference(
      mean_estimate(at_p),
      log_mean_exp_estimate(mapped(at_q, [tau](double t) { return clipped(t, tau); })),
      Bias::unknown);
}

Estimate info_nce(const ScoreMatrix& s) {
  require_matrix(s);
  const double b = static_cast<double>(s.size);
  std::vector<double> terms, row_sums;
  for (std::int64_t i = 0; i < s.size; ++i) {
    row_sums.push_back(row_sum_without(s, i, -1));
    terms.push_back(s.at(i, i) - row_sums.back());
  }
  Estimate result{.value = std::log(b) + mean(terms), .bias = Bias::lower};
  if (s.size < 3) {
    result.note = "two pairs: no standard error";
    return result;
  }
  std::vector<double> without;
  for (std::int64_t i = 0; i < s.size; ++i) {
    double sum = 0.0;
    for (std::int64_t r = 0; r < s.size; ++r) {
      if (r == i) continue;
      const double whole = row_sums[static_cast<std::size_t>(r)], gone = s.at(r, i) - whole;
      // Subtracting loses digits where the entry is nearly the whole sum.
      sum += s.at(r, r) - (gone < -1e-3 ? whole + log1mexp(gone) : row_sum_without(s, r, i));
    }
    without.push_back(std::log(b - 1.0) + sum / (b - 1.0));
  }
  result.se = jackknife(result.value, without).se;
  return result;
}

Estimate donsker_varadhan(const ScoreMatrix& s) {
  return without_made_up_error(log_mean_form(s, kInfinity), off_diagonal(s));
}

Estimate nwj(const ScoreMatrix& s) {
  return without_made_up_error(
      matrix_estimate(
          s, same, [](double t) { return std::exp(t - 1.0); }, same, Bias::lower),
      off_diagonal(s));
}

Estimate jensen_shannon_form(const ScoreMatrix& s) {
  return matrix_estimate(s, log_sigmoid, softplus, same, Bias::lower);
}

Estimate smile(const ScoreMatrix& s, double tau) {
  require_tau(tau);
  return log_mean_form(s, tau);
}

namespace estimators::variational_bounds {

std::vector<EstimatorSpec> specs() {
  const std::string se =
      "sd over the samples of each side (delta method for the logarithm); from a score matrix the "
      "jackknife over pairs";
  const std::string heavy = se + "; none where e^T may have no variance, Pareto k̂ > 0.5";
  const std::string held_out = "only for a critic that was not fitted on these samples";
  return {
      {.name = "donsker_varadhan",
       .quantity = "kl",
       .summary = "Donsker-Varadhan form at a given critic",
       .equation = R"(\mathbb E_PT-\ln\mathbb E_Qe^T\le\mathrm{KL}(P\Vert Q))",
       .unicode = "KL ≥ E_P T − ln E_Q e^T",
       .unit = "nats",
       .minimum = 0.0,
       .bias = Bias::unknown,
       .bias_note =
           "a lower bound in the population; the logarithm of a mean over m samples raises it by "
           "about Var e^T / (2 m (E e^T)²)",
       .standard_error = heavy,
       .cost = "O(n + m)",
       .confused_with = "a lower bound on a batch; the form with T − 1 (NWJ)",
       .reference = "Donsker & Varadhan 1983; Belghazi et al. 2018"},
      {.name = "nwj",
       .quantity = "kl",
       .summary = "Nguyen-Wainwright-Jordan lower bound at a given critic",
       .equation = R"(\mathbb E_PT-\mathbb E_Qe^{T-1}\le\mathrm{KL}(P\Vert Q))",
       .unicode = "KL ≥ E_P T − E_Q e^(T−1)",
       .unit = "nats",
       .minimum = 0.0,
       .bias = Bias::lower,
       .bias_note = held_out,
       .standard_error = heavy,
       .cost = "O(n + m)",
       .confused_with = "Donsker-Varadhan with the same critic: the optimum here is 1 + ln p/q",
       .reference = "Nguyen, Wainwright & Jordan 2010"},
      {.name = "jensen_shannon_bound",
       .quantity = "jensen_shannon",
       .summary = "Lower bound of the Jensen-Shannon divergence at a given critic",
       .equation =
           R"(\ln2-\tfrac12\big(\mathbb E_P\mathrm{sp}(-T)+\mathbb E_Q\mathrm{sp}(T)\big)\le\mathrm{JS})",
       .unicode = "JS ≥ ln 2 − ½(E_P sp(−T) + E_Q sp(T))",
       .unit = "nats",
       .minimum = 0.0,
       .maximum = kLn2,
       .bias = Bias::lower,
       .bias_note = held_out,
       .standard_error = se,
       .cost = "O(n + m)",
       .confused_with = "the same number on the critic's own training batch, which is no bound",
       .reference = "Goodfellow et al. 2014"},
      {.name = "smile",
       .quantity = "kl",
       .summary = "Donsker-Varadhan with a clipped second term",
       .equation = R"(\mathbb E_PT-\ln\mathbb E_Q\,\mathrm{clip}(e^T,e^{-\tau},e^\tau))",
       .unicode = "E_P T − ln E_Q clip(e^T, e^−τ, e^τ)",
       .unit = "nats",
       .minimum = 0.0,
       .bias = Bias::unknown,
       .bias_note = "no bound: the clip may err to either side",
       .standard_error = se,
       .cost = "O(n + m)",
       .reference = "Song & Ermon 2020"},
      {.name = "info_nce",
       .quantity = "mutual_information",
       .summary = "InfoNCE lower bound of the mutual information from scores of all pairs",
       .equation = R"(\ln B+\frac1B\sum_i\Big(S_{ii}-\ln\sum_je^{S_{ij}}\Big)\le I(X;Y))",
       .unicode = "I(X;Y) ≥ ln B + mean(Sᵢᵢ − LSEⱼ Sᵢⱼ), ≤ ln B",
       .unit = "nats",
       .minimum = 0.0,
       .bias = Bias::lower,
       .bias_note = "cannot exceed ln B, whatever the mutual information",
       .standard_error = "jackknife over pairs",
       .cost = "O(B²)",
       .confused_with = "the mutual information itself when it is near ln B",
       .reference = "van den Oord et al. 2018; Poole et al. 2019"}};
}

}  // namespace estimators::variational_bounds
}  // namespace elbow
