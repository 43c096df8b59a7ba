#include "instrumentation/known_critic.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "instrumentation/sample_moments.h"
#include "math/densities/families.h"
#include "math/gaussian_rule.h"
#include "math/matrix.h"
#include "math/numeric.h"

namespace elbow {
namespace {

constexpr double kMassError = 1e-3;

bool finite(const std::vector<double>& x) {
  return std::all_of(x.begin(), x.end(), [](double v) { return std::isfinite(v); });
}

double dot(const std::vector<double>& w, const std::vector<double>& x) {
  double sum = 0.0;
  // 0 times an infinite loss far from the data is 0.
  for (std::size_t i = 0; i < w.size(); ++i)
    if (w[i] > 0.0) sum += w[i] * x[i];
  return sum;
}

/// Nodes of the mixture (p + q) / 2, with what p, q and the mixture weigh there.
struct Nodes {
  Points x;
  std::vector<double> p, q, mixture, log_ratio;
};

Nodes joint_nodes(const Density& p, const Density& q) {
  const ExpectationRule of_p = gaussian_rule(p), of_q = gaussian_rule(q);
  Nodes nodes;
  std::vector<double> x;
  for (const ExpectationRule* rule : {&of_p, &of_q}) {
    const auto all = PointsView(rule->nodes).all();
    x.insert(x.end(), all.begin(), all.end());
    for (std::size_t i = 0; i < rule->weights.size(); ++i) {
      const auto point = all.subspan(2 * i, 2);
      const double r = p.log_density(point) - q.log_density(point), m = 0.5 * rule->weights[i];
      nodes.log_ratio.push_back(r);
      nodes.mixture.push_back(m);
      nodes.p.push_back(2.0 * m * sigmoid(r));
      nodes.q.push_back(2.0 * m * sigmoid(-r));
    }
  }
  nodes.x = Points(std::move(x), 2);
  return nodes;
}

void add_divergences(const Nodes& nodes, Values& values) {
  double jensen_shannon = kLn2, total_variation = 0.0, le_cam = 0.0;
  for (std::size_t i = 0; i < nodes.mixture.size(); ++i) {
    const double r = nodes.log_ratio[i], half = std::tanh(0.5 * r), m = nodes.mixture[i];
    jensen_shannon -= m * (std::isfinite(r) ? binary_entropy(r) : 0.0);
    total_variation += m * std::abs(half);
    le_cam += 2.0 * m * half * half;
  }
  values.set("truth/jensen_shannon", jensen_shannon);
  values.set("truth/total_variation", total_variation);
  values.set("truth/le_cam", le_cam);
}

double discriminator_loss(const KnownCritic& critic, const Nodes& nodes,
                          const std::vector<double>& output) {
  const CriticParts parts = critic.parts(output);
  return dot(nodes.p, parts.real) + dot(nodes.q, parts.fake);
}

/// Everything that needs the density of the samples too.
void add_game(const KnownCritic& critic, const Density& generator, Values& values) {
  const Nodes nodes = joint_nodes(*critic.data, generator);
  double mass = 0.0;
  for (const double p : nodes.p) mass += p;
  if (std::abs(mass - 1.0) > kMassError) return;
  const std::vector<double> output = critic.output(nodes.x);
  if (!finite(output)) return;
  add_divergences(nodes, values);
  values.set("truth/loss/discriminator", discriminator_loss(critic, nodes, output));
  if (!critic.optimal) return;
  values.set("truth/loss/discriminator/optimal",
             discriminator_loss(critic, nodes, critic.optimal(nodes.p, nodes.q)));
}

}  // namespace

void probe_critic(const KnownCritic& critic, const PointsView& held_out, Values& values) {
  const ExpectationRule rule = gaussian_rule(*critic.data);
  const std::vector<double> output = critic.output(rule.nodes);
  if (!finite(output)) return;
  values.set("truth/loss/discriminator/real", dot(rule.weights, critic.parts(output).real));
  if (held_out.size() > 0) {
    values.set("probe/loss/discriminator/real",
               sample_moments(critic.parts(critic.output(held_out)).real));
  }
  if (!critic.generator) return;
  if (const DensityPtr generator = critic.generator()) add_game(critic, *generator, values);
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
