#include "instrumentation/known_critic.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <numeric>
#include <optional>
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

constexpr double kResolved = 1e-3;  // what nodes at another step may change
constexpr double kSteps[] = {0.8, 0.5, 0.3};
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

/// value(step) for nodes of ever smaller steps until two agree. Nothing where none do: a wide law
/// of samples does not see narrow modes of the data that the critic has found.
template <typename F>
std::optional<double> resolved(const F& value) {
  double before = std::numeric_limits<double>::quiet_NaN();
  for (const double step : kSteps) {
    const double now = value(step);
    if (std::abs(now - before) <= kResolved * std::max(1.0, std::abs(now))) return now;
    before = now;
  }
  return std::nullopt;
}

/// E of one part of L_D under a density.
std::optional<double> part_of_loss(const KnownCritic& critic, const Density& density,
                                   std::vector<double> CriticParts::*part) {
  return resolved([&](double step) {
    const ExpectationRule rule = gaussian_rule(density, step);
    return dot(rule.weights, critic.parts(critic.output(rule.nodes)).*part);
  });
}

/// Nodes of the data with ln p − ln q there and what follows from it, made when they are asked for.
struct RatioRule {
  ExpectationRule rule;
  std::vector<double> ratios;
  Divergences divergences;
};

/// Everything that needs the density of the samples too. `real`: the real part of L_D.
void add_game(const KnownCritic& critic, const Density& generator, std::optional<double> real,
              Values& values) {
  std::map<double, RatioRule> rules;
  const auto at = [&](double step) -> const RatioRule& {
    const auto [entry, fresh] = rules.try_emplace(step);
    RatioRule& r = entry->second;
    if (fresh) {
      r.rule = gaussian_rule(*critic.data, step);
      r.ratios = log_ratios(r.rule, *critic.data, generator);
      r.divergences = divergences(r.rule, r.ratios);
    }
    return r;
  };
  const auto add = [&](const std::string& key, const auto& value) {
    if (const auto number = resolved([&](double step) { return value(at(step)); }))
      values.set(key, *number);
  };
  add("truth/jensen_shannon", [](const RatioRule& r) { return r.divergences.jensen_shannon; });
  add("truth/total_variation", [](const RatioRule& r) { return r.divergences.total_variation; });
  add("truth/le_cam", [](const RatioRule& r) { return r.divergences.le_cam; });
  if (critic.optimal) {
    add("truth/loss/discriminator/optimal",
        [&](const RatioRule& r) { return least_loss(critic, r.rule, r.ratios); });
  }
  const auto fake = part_of_loss(critic, generator, &CriticParts::fake);
  if (real && fake) values.set("truth/loss/discriminator", *real + *fake);
}

}  // namespace

void probe_critic(const KnownCritic& critic, const PointsView& held_out, Values& values) {
  if (!finite(critic.output(gaussian_rule(*critic.data).nodes))) return;
  const auto real = part_of_loss(critic, *critic.data, &CriticParts::real);
  if (real) values.set("truth/loss/discriminator/real", *real);
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
