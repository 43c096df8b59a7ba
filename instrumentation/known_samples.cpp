#include "instrumentation/known_samples.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <string>

#include "instrumentation/sample_moments.h"
#include "math/estimators/category_histogram.h"
#include "math/gaussian_rule.h"
#include "math/matrix.h"

namespace elbow {
namespace {

constexpr double kClose = 3.0;  // standard deviations
const double kCloseShare = -std::expm1(-0.5 * kClose * kClose);

/// The points by the modes that they are nearest to.
struct Modes {
  std::vector<std::int64_t> nearest, close;  ///< points per mode: all, and those within 3 sd
  std::vector<double> within;                ///< of each point: 1 within 3 sd, else 0
};

double squared_distance(const Gaussian& mode, const double* x) {
  std::vector<double> from(mode.mean.size());
  for (std::size_t j = 0; j < from.size(); ++j) from[j] = x[j] - mode.mean[j];
  return squared_norm(mode.factor.solve_lower(from));
}

Modes find_modes(const Density& data, const PointsView& points) {
  const auto components = data.components();
  Modes modes{std::vector<std::int64_t>(components.size(), 0),
              std::vector<std::int64_t>(components.size(), 0),
              {}};
  for (std::int64_t i = 0; i < points.size(); ++i) {
    std::size_t best = 0;
    double least = kInfinity;
    for (std::size_t k = 0; k < components.size(); ++k) {
      const double distance = squared_distance(*components[k].second->gaussian(), points.row(i));
      if (distance < least) {
        least = distance;
        best = k;
      }
    }
    const bool within = least <= kClose * kClose;
    ++modes.nearest[best];
    if (within) ++modes.close[best];
    modes.within.push_back(within ? 1.0 : 0.0);
  }
  return modes;
}

std::vector<double> log_densities(const Density& data, const PointsView& points) {
  std::vector<double> values;
  for (std::int64_t i = 0; i < points.size(); ++i)
    values.push_back(data.log_density({points.row(i), static_cast<std::size_t>(points.dim())}));
  return values;
}

double count_of(const std::vector<std::int64_t>& counts) {
  return static_cast<double>(
      std::count_if(counts.begin(), counts.end(), [](std::int64_t n) { return n > 0; }));
}

void add_truth(const Density& data, Values& values) {
  const ExpectationRule rule = gaussian_rule(data);
  const std::vector<double> at = log_densities(data, rule.nodes);
  values.set("truth/log_density",
             std::inner_product(at.begin(), at.end(), rule.weights.begin(), 0.0));
  values.set("truth/within_3_sd", kCloseShare);
  values.set("truth/modes", static_cast<double>(data.components().size()));
}

}  // namespace

void probe_samples(const Density& data, const PointsView& samples, const PointsView& held_out,
                   Values& values) {
  const auto all = samples.all();
  if (samples.size() < 1 ||
      !std::all_of(all.begin(), all.end(), [](double x) { return std::isfinite(x); })) {
    return;
  }
  add_truth(data, values);
  values.set("probe/log_density", sample_moments(log_densities(data, samples)));
  const Modes modes = find_modes(data, samples);
  values.set("probe/within_3_sd", sample_moments(modes.within));
  values.set("probe/modes", count_of(modes.close));
  const auto k = static_cast<std::int64_t>(modes.nearest.size());
  values.set("probe/mode_kl", histogram_kl(modes.nearest).value);
  values.set("probe/mode_kl/least", std::log(static_cast<double>(k) / count_of(modes.nearest)));
  values.set("probe/mode_kl/floor", histogram_kl_bias(k, samples.size()));
  if (held_out.size() < 1) return;
  values.set("probe/log_density/data", sample_moments(log_densities(data, held_out)));
  values.set("probe/within_3_sd/data", sample_moments(find_modes(data, held_out).within));
}

std::vector<TermSpec> known_samples_terms() {
  const std::string samples = "512 samples of the model, the exact density of the data";
  const std::string held_out = "held-out data, their exact density";
  const auto density = [](const char* name, const char* symbol, const char* latex,
                          const std::string& estimator, const char* meaning) {
    return TermSpec{.name = name,
                    .symbol = symbol,
                    .latex = latex,
                    .unit = "nats",
                    .sign = "±",
                    .reduction = "mean over samples",
                    .estimator = estimator,
                    .meaning = meaning,
                    .reference = "minus a cross entropy; Cover & Thomas 2006, chapter 8"};
  };
  const auto share = [](const char* name, const std::string& estimator, const char* meaning) {
    return TermSpec{.name = name,
                    .symbol = "P(r ≤ 3 sd)",
                    .latex = "P(r\\le3\\,\\mathrm{sd})",
                    .unit = "probability",
                    .sign = "+",
                    .reduction = "share of samples",
                    .estimator = estimator,
                    .minimum = 0.0,
                    .maximum = 1.0,
                    .equilibrium = kCloseShare,
                    .meaning = meaning,
                    .confused_with =
                        "a quality to be maximised: above its value at p = q the modes "
                        "have shrunk",
                    .reference = "Srivastava et al. 2017, section 4.1"};
  };
  const auto modes = [](const char* name, const std::string& estimator, const char* meaning) {
    return TermSpec{.name = name,
                    .symbol = "K",
                    .latex = "K",
                    .unit = "modes",
                    .sign = "+",
                    .reduction = "count",
                    .estimator = estimator,
                    .minimum = 0.0,
                    .meaning = meaning,
                    .reference = "Srivastava et al. 2017, section 4.1"};
  };
  const auto histogram = [](const char* name, const char* symbol, const char* latex,
                            const std::string& estimator, const char* meaning) {
    return TermSpec{.name = name,
                    .symbol = symbol,
                    .latex = latex,
                    .unit = "nats",
                    .sign = "+",
                    .reduction = "sum over modes",
                    .estimator = estimator,
                    .minimum = 0.0,
                    .meaning = meaning,
                    .reference = "Metz et al. 2017, section 3.3; bias: Harris 1975"};
  };
  TermSpec of_samples =
      density("probe/log_density", "E_q ln p(x)", "\\mathbb{E}_{x\\sim q}\\ln p(x)", samples,
              "how likely the data make the model's samples; where q = p it is truth/log_density");
  of_samples.confused_with =
      "the likelihood of the data under the model; a model of one mode alone scores high";
  return {
      of_samples,
      density("probe/log_density/data", "E_p ln p(x)", "\\mathbb{E}_{x\\sim p}\\ln p(x)", held_out,
              "the same of held-out data: an estimate of minus their entropy"),
      density("truth/log_density", "−H(p)", "\\int p\\ln p", "quadrature",
              "minus the entropy of the data: the exact value beside the estimates"),
      share("probe/within_3_sd", samples, "share of the samples that lie on a mode"),
      share("probe/within_3_sd/data", held_out, "the same of held-out data"),
      share("truth/within_3_sd", "closed form, 1 − exp(−9/2)", "what it is where q = p"),
      modes("probe/modes", samples, "modes of the data with a sample within 3 sd"),
      modes("truth/modes", "exact", "modes that the data have"),
      histogram("probe/mode_kl", "KL(h‖u)", "\\mathrm{KL}(h\\,\\|\\,u)",
                "512 samples counted at their nearest mode",
                "how unevenly the samples fall on the modes; at q = p it is the floor on average"),
      histogram("probe/mode_kl/least", "ln K/k", "\\ln(K/k)", "modes that have a sample",
                "what the modes without a sample alone make of it"),
      histogram("probe/mode_kl/floor", "(K − 1)/2n", "(K-1)/2n", "closed form, to first order",
                "what it is on average for samples of the data")};
}

}  // namespace elbow
