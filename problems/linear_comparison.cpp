#include "problems/linear_comparison.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace elbow::problems {
namespace {

/// Which latent dimensions are used is sharp only away from the threshold: close to it the KL goes
/// to 0 continuously and training takes its time. So eigenvalues within this factor of it may fall
/// on either side.
constexpr double kAroundThreshold = 1.1;

/// Dimensions with more than half of the KL of an eigenvalue at the edge of that band.
std::int64_t used(const std::vector<double>& kl) {
  const double least = 0.25 * std::log(kAroundThreshold);
  return std::count_if(kl.begin(), kl.end(), [=](double v) { return v > least; });
}

std::int64_t above(const std::vector<double>& spectrum, double threshold, std::int64_t latent) {
  const auto count =
      std::count_if(spectrum.begin(), spectrum.end(), [=](double v) { return v > threshold; });
  return std::min<std::int64_t>(count, latent);
}

/// An oracle within `share` of the largest of the sides, 1 and `scale`, and 4 standard errors.
void within(const Checks& checks, const std::string& id, const std::string& statement, double lhs,
            double rhs, double share, double se, double scale = 1.0) {
  const double size = std::max({1.0, std::abs(lhs), std::abs(rhs), scale});
  checks.oracle(id, statement, lhs, rhs, share + 4.0 * se / size, scale);
}

}  // namespace

std::string short_number(double value) {
  std::string text = std::to_string(value);
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

void check_learned_variance(const Checks& checks, const LinearNumbers& found, double sigma,
                            double log_p, std::int64_t dimensions, const LinearOptimum& truth) {
  within(checks, "V87/elbo", "trained elbo = max ln p of pPCA, within 0.5 % and 4 se", found.elbo,
         truth.elbo, 0.005, found.reconstruction_se);
  checks.bound("V87/log_p", "ln p of the trained decoder ≤ max ln p of pPCA", log_p, truth.elbo,
               1e-6);
  checks.oracle("V87/variance", "σ² = mean of the eigenvalues left out, within 0.5 %",
                sigma * sigma / truth.variance, 1.0, 0.005);
  checks.oracle("V87/kl", "total KL = Σ ½ ln(λᵢ/σ²), within 0.5 %", found.kl, truth.total_kl,
                0.005);
  const double expected_sse = sigma * sigma * static_cast<double>(dimensions);
  within(checks, "V89", "E SSE / σ² = D, within 1 % and 4 se", found.sse / expected_sse, 1.0, 0.01,
         found.sse_se / expected_sse);
  for (std::size_t i = 0; i < truth.kl.size() && i < found.kl_dim.size(); ++i)
    checks.oracle("V87/kl/" + std::to_string(i), "KL of a dimension, in order = ½ ln(λᵢ/σ²)",
                  found.kl_dim[i], truth.kl[i], 0.03);
}

void check_fixed_variance(const Checks& checks, const LinearNumbers& found,
                          const std::vector<double>& spectrum, std::int64_t latent, double beta,
                          double variance) {
  const LinearOptimum truth = fixed_variance_optimum(spectrum, latent, beta, variance);
  const double theta = beta * variance;
  const auto count = static_cast<double>(used(found.kl_dim));
  checks.bound("V87/active/least", "eigenvalues above 1.1 θ ≤ used latent dimensions, θ = βσ²",
               static_cast<double>(above(spectrum, theta * kAroundThreshold, latent)), count,
               1e-12);
  checks.bound("V87/active/most", "used latent dimensions ≤ eigenvalues above θ / 1.1", count,
               static_cast<double>(above(spectrum, theta / kAroundThreshold, latent)), 1e-12);
  for (std::size_t i = 0; i < found.kl_dim.size(); ++i)
    checks.oracle("V87/kl/" + std::to_string(i),
                  "KL of a dimension, in order = ½ ln⁺(λᵢ/θ), within 0.03 nats", found.kl_dim[i],
                  i < truth.kl.size() ? truth.kl[i] : 0.0, 0.03);
  const double loss = beta * truth.total_kl - truth.reconstruction;
  within(checks, "V87/loss",
         "loss = −reconstruction + β KL at the optimum, within 0.5 % of its parts and 4 se",
         beta * found.kl - found.reconstruction, loss, 0.005, found.reconstruction_se,
         beta * truth.total_kl);
  checks.oracle("V87/kl", "KL = Σ ½ ln⁺(λᵢ/θ), within 1 %", found.kl, truth.total_kl, 0.01);
  checks.oracle("V87/sse", "E SSE over z = Σ min(λᵢ, θ), within 1 %",
                found.expected_sse / truth.sse, 1.0, 0.01);
}

void check_slopes(const Checks& checks, const std::vector<RatePoint>& points,
                  const std::function<LinearOptimum(double beta)>& truth) {
  for (std::size_t i = 0; i + 1 < points.size(); ++i) {
    const RatePoint &a = points[i], &b = points[i + 1];
    const double slope = (a.distortion - b.distortion) / (a.rate - b.rate);
    const LinearOptimum at_a = truth(a.beta), at_b = truth(b.beta);
    const double expected =
        (at_b.reconstruction - at_a.reconstruction) / (at_a.total_kl - at_b.total_kl);
    const std::string chord = short_number(a.beta) + "-" + short_number(b.beta);
    checks.oracle("V90/" + chord,
                  "slope of the rate–distortion chord, from the eigenvalues, within 3 %", slope,
                  expected, 0.03);
    checks.bound("V90/" + chord + "/upper", "slope of the chord ≤ −β of its end with more rate",
                 slope, -a.beta, 0.02);
    checks.bound("V90/" + chord + "/lower", "−β of its end with less rate ≤ slope of the chord",
                 -b.beta, slope, 0.02);
  }
}

void check_published_learned(const Checks& checks,
                             const std::function<LinearOptimum(std::int64_t latent)>& optimum) {
  struct Row {
    std::int64_t latent;
    double variance, log_p, kl, sse;
  };
  for (const Row& row :
       {Row{2, .056096, 12.428, 4.357, 43.979}, Row{10, .034867, 182.155, 21.030, 27.336},
        Row{50, .012596, 507.905, 94.401, 9.875}}) {
    const LinearOptimum o = optimum(row.latent);
    const Checks at = checks.under("truth/q=" + std::to_string(row.latent));
    at.oracle("V87/variance", "σ² of pPCA on MNIST", o.variance, row.variance, 1e-6);
    at.oracle("V87/log_p", "max ln p of pPCA on MNIST (± 0.001)", o.elbo - row.log_p, 0.0, 1e-3);
    at.oracle("V87/kl", "total KL of pPCA on MNIST (± 0.001)", o.total_kl - row.kl, 0.0, 1e-3);
    at.oracle("V87/sse", "E SSE of pPCA on MNIST (± 0.001)", o.sse - row.sse, 0.0, 1e-3);
  }
}

void check_published_fixed(const Checks& checks,
                           const std::function<LinearOptimum(double beta)>& optimum) {
  struct Row {
    double beta;
    std::int64_t active;
    double kl, sse;
  };
  for (const Row& row :
       {Row{1.0, 69, 45.109, 13.644}, Row{2.0, 45, 25.481, 19.169}, Row{8.0, 15, 5.809, 34.179}}) {
    const LinearOptimum o = optimum(row.beta);
    const Checks at = checks.under("truth/beta=" + short_number(row.beta));
    at.oracle("V87/active", "eigenvalues of MNIST above θ", static_cast<double>(o.active),
              static_cast<double>(row.active), 1e-12);
    at.oracle("V87/kl", "KL at fixed σ² = 0.1 (± 0.001)", o.total_kl - row.kl, 0.0, 1e-3);
    at.oracle("V87/sse", "E SSE at fixed σ² = 0.1 (± 0.001)", o.sse - row.sse, 0.0, 1e-3);
  }
}

}  // namespace elbow::problems
