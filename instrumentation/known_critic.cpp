#include "instrumentation/known_critic.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <string>
#include <utility>

#include "instrumentation/sample_moments.h"
#include "math/densities/families.h"
#include "math/gaussian_rule.h"
#include "math/matrix.h"
#include "math/numeric.h"

namespace elbow {
namespace {

constexpr double kResolved = 1e-3;     // nats: what nodes at other steps may make of it
constexpr double kLeastRatio = -30.0;  // where q is e^30 p, p is nothing

bool finite(const std::vector<double>& x) {
  return std::all_of(x.begin(), x.end(), [](double v) { return std::isfinite(v); });
}

double dot(const std::vector<double>& w, const std::vector<double>& x) {
  return std::inner_product(w.begin(), w.end(), x.begin(), 0.0);
}

/// r = ln p − ln q at the nodes of p. With ρ = q/p = e^(−r), every divergence is an expectation of
/// a bounded function of r under p, since the mass of q is known: nothing has to resolve p from the
/// nodes of q.
std::vector<double> log_ratios(const ExpectationRule& rule, const Density& p, const Density& q) {
  std::vector<double> r;
  for (std::int64_t i = 0; i < rule.nodes.size(); ++i) {
    const std::span<const double> x(rule.nodes.row(i), 2);
    r.push_back(std::max(p.log_density(x) - q.log_density(x), kLeastRatio));
  }
  return r;
}

struct Divergences {
  double jensen_shannon = kLn2, total_variation = 1.0, le_cam = 2.0;
};

/// JSD = ½ E_p ln 2/(1 + ρ) + ½ (ln 2 − E_p ρ ln(1 + 1/ρ)), TV = 1 − E_p min(1, ρ),
/// Δ = 2 − 4 E_p ρ/(1 + ρ).
Divergences divergences(const ExpectationRule& rule, const std::vector<double>& r) {
  Divergences d;
  for (std::size_t i = 0; i < r.size(); ++i) {
    const double w = rule.weights[i], rho = std::exp(-r[i]);
    d.jensen_shannon -= 0.5 * w * (softplus(-r[i]) + rho * softplus(r[i]));
    d.total_variation -= w * std::min(1.0, rho);
    d.le_cam -= 4.0 * w * sigmoid(-r[i]);
  }
  return d;
}

/// E_p of min over l of real(l) + ρ (fake(l) − f), and f, the least that the fake part can be.
double least_loss(const KnownCritic& critic, const ExpectationRule& rule,
                  const std::vector<double>& r) {
  std::vector<double> p, q;
  for (const double ratio : r) {
    p.push_back(sigmoid(ratio));
    q.push_back(sigmoid(-ratio));
  }
  p.push_back(0.0);
  q.push_back(1.0);
  const CriticParts parts = critic.parts(critic.optimal(p, q));
  const double least = parts.fake.back();
  double sum = least;
  for (std::size_t i = 0; i < r.size(); ++i)
    sum += rule.weights[i] * (parts.real[i] + std::exp(-r[i]) * (parts.fake[i] - least));
  return sum;
}

/// Everything that needs the density of the samples too. `real`: the real part of L_D.
void add_game(const KnownCritic& critic, const Density& generator, double real, Values& values) {
  const ExpectationRule rule = gaussian_rule(*critic.data), fine = gaussian_rule(*critic.data, 0.5);
  const std::vector<double> r = log_ratios(rule, *critic.data, generator);
  const Divergences d = divergences(rule, r);
  const Divergences check = divergences(fine, log_ratios(fine, *critic.data, generator));
  if (!(std::abs(d.jensen_shannon - check.jensen_shannon) <= kResolved)) return;
  const ExpectationRule samples = gaussian_rule(generator);
  const std::vector<double> output = critic.output(samples.nodes);
  if (!finite(output)) return;
  values.set("truth/jensen_shannon", d.jensen_shannon);
  values.set("truth/total_variation", d.total_variation);
  values.set("truth/le_cam", d.le_cam);
  values.set("truth/loss/discriminator", real + dot(samples.weights, critic.parts(output).fake));
  if (critic.optimal) values.set("truth/loss/discriminator/optimal", least_loss(critic, rule, r));
}

}  // namespace

void probe_critic(const KnownCritic& critic, const PointsView& held_out, Values& values) {
  const ExpectationRule rule = gaussian_rule(*critic.data);
  const std::vector<double> output = critic.output(rule.nodes);
  if (!finite(output)) return;
  const double real = dot(rule.weights, critic.parts(output).real);
  values.set("truth/loss/discriminator/real", real);
  if (held_out.size() > 0) {
    values.set("probe/loss/discriminator/real",
               sample_moments(critic.parts(critic.output(held_out)).real));
  }
  if (!critic.generator) return;
  if (const DensityPtr generator = critic.generator()) add_game(critic, *generator, real, values);
}

DensityPtr affine_image(const PointsView& images) {
  const double* b = images.row(0);
  Matrix covariance(2, {0.0, 0.0, 0.0, 0.0});
  for (std::int64_t k = 1; k < images.size(); ++k) {
    const double w[2] = {images.row(k)[0] - b[0], images.row(k)[1] - b[1]};
    for (std::int64_t i = 0; i < 2; ++i)
      for (std::int64_t j = 0; j < 2; ++j) covariance(i, j) += w[i] * w[j];
  }
  const double scale = covariance(0, 0) * covariance(1, 1);
  const double determinant = scale - covariance(0, 1) * covariance(1, 0);
  // float32 columns that are parallel leave a determinant of rounding.
  if (!(determinant > 1e-10 * scale)) return nullptr;
  return make_normal({b[0], b[1]}, std::move(covariance));
}

std::vector<TermSpec> known_critic_terms() {
  const auto loss = [](const char* name, const char* symbol, const char* latex,
                       const char* reduction, const char* estimator, const char* meaning,
                       const char* reference) {
    return TermSpec{.name = name,
                    .symbol = symbol,
                    .latex = latex,
                    .unit = "unit of loss/discriminator",
                    .sign = "±",
                    .reduction = reduction,
                    .estimator = estimator,
                    .meaning = meaning,
                    .reference = reference};
  };
  const auto divergence = [](const char* name, const char* symbol, const char* latex,
                             const char* unit, double maximum, const char* meaning,
                             const char* reference) {
    return TermSpec{.name = name,
                    .symbol = symbol,
                    .latex = latex,
                    .unit = unit,
                    .sign = "+",
                    .reduction = "integral",
                    .estimator = "quadrature; of a linear generator, whose samples are Gaussian",
                    .minimum = 0.0,
                    .maximum = maximum,
                    .equilibrium = 0.0,
                    .meaning = meaning,
                    .reference = reference};
  };
  const char* goodfellow = "Goodfellow et al. 2014, section 4.1";
  TermSpec live = loss("truth/loss/discriminator", "L_D", "L_D", "integral", "quadrature",
                       "L_D of the live discriminator without the noise of batches and without "
                       "penalties; of a linear generator",
                       goodfellow);
  live.confused_with = "loss/discriminator, of one batch that the discriminator is trained on";
  return {loss("truth/loss/discriminator/real", "E_p real part", "\\mathbb{E}_p", "integral",
               "quadrature over the density of the data",
               "the real part of L_D without the noise of a batch", goodfellow),
          loss("probe/loss/discriminator/real", "real part", "\\mathbb{E}_p", "mean over the batch",
               "held-out data", "the same from held-out data", goodfellow),
          live,
          loss("truth/loss/discriminator/optimal", "min L_D", "\\min_D L_D", "integral",
               "quadrature; the minimum at each node from the objective's own losses",
               "L_D of the best discriminator of these samples; the live one cannot be below it",
               goodfellow),
          divergence("truth/jensen_shannon", "JSD(p, q)", "\\mathrm{JSD}(p,q)", "nats", kLn2,
                     "the divergence that jensen_shannon/lower bounds", goodfellow),
          divergence("truth/total_variation", "TV(p, q)", "\\mathrm{TV}(p,q)", "1", 1.0,
                     "the distance that total_variation/lower bounds", "Lim & Ye 2017, section 3"),
          divergence("truth/le_cam", "Δ(p, q)", "\\Delta(p,q)", "1", 2.0,
                     "the divergence that le_cam/lower bounds", "Mao et al. 2017, section 3.2")};
}

}  // namespace elbow
