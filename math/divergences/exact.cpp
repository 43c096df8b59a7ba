#include "math/divergences/exact.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>

#include "core/error.h"
#include "math/densities/density_pair.h"
#include "math/densities/families.h"
#include "math/divergences/density_integrals.h"
#include "math/divergences/distances.h"
#include "math/divergences/exact_findings.h"
#include "math/divergences/gaussian.h"
#include "math/divergences/gaussian_distances.h"
#include "math/divergences/supports.h"

namespace elbow {
namespace {

bool of_gaussians(const Density& density) {
  const auto components = density.components();
  if (components.empty()) return density.gaussian() != nullptr;
  return std::all_of(components.begin(), components.end(),
                     [](const auto& component) { return of_gaussians(*component.second); });
}

std::string joined(const std::string& a, const std::string& b) {
  return a.empty() || b.empty() ? a + b : a + "; " + b;
}

// "beyond the range of doubles" where the integral converges all the same.
std::string overflow_note(double value, double log_integral) {
  return std::isinf(value) && std::isfinite(log_integral)
             ? "finite, but about e^" + std::to_string(std::llround(log_integral)) +
                   ": beyond double precision"
             : "";
}

/// ln int p^a q^(1-a) of a pair, with its error, and the divergences that are functions of it.
struct Powers {
  Approximate kl, reverse;
  std::function<Approximate(double)> log_integral;

  // (I - 1) / (a (a - 1)) of I = int p^a q^(1-a).
  Approximate alpha(double a) const {
    if (a == 1.0) return kl;
    if (a == 0.0) return reverse;
    const Approximate log = log_integral(a);
    const double value = std::expm1(log.value) / (a * (a - 1.0));
    const double slope = std::exp(log.value) / std::fabs(a * (a - 1.0));
    return {value, std::isfinite(value) ? slope * log.error : 0.0, log.why};
  }
  Approximate renyi(double a) const {
    if (a == 1.0) return kl;
    const Approximate log = log_integral(a);
    return {log.value / (a - 1.0), log.error / std::fabs(a - 1.0), log.why};
  }
};

void add_powers(ExactFindings& found, const Powers& powers, std::span<const double> orders) {
  found.add("kl", powers.kl);
  found.add("reverse_kl", powers.reverse);
  found.add("jeffreys", Approximate{powers.kl.value + powers.reverse.value,
                                    powers.kl.error + powers.reverse.error, powers.kl.why});
  found.add("squared_hellinger", scaled(0.25, powers.alpha(0.5)));
  const auto note = [&](const Approximate& value, double a) {
    const bool limit = a == 0.0 || a == 1.0;
    return limit ? "" : overflow_note(value.value, powers.log_integral(a).value);
  };
  const Approximate pearson = scaled(2.0, powers.alpha(2.0));
  const Approximate neyman = scaled(2.0, powers.alpha(-1.0));
  found.add("pearson_chi2", pearson, note(pearson, 2.0));
  found.add("neyman_chi2", neyman, note(neyman, -1.0));
  for (const double a : orders) {
    if (a > 0.0) found.add("renyi", powers.renyi(a), order_note(a));
    const Approximate alpha = powers.alpha(a);
    found.add("alpha", alpha, joined(order_note(a), note(alpha, a)));
  }
}

/// What all routes of one call share.
struct Request {
  const Density &p, &q;
  const DivergenceSettings& settings;
  std::vector<LeftOut>& left_out;
};

std::vector<Finding> equal_laws(const Request& r) {
  ExactFindings found("closed_form", r.left_out);
  for (const std::string& name : divergence_quantities()) {
    if (name == "mmd2") {
      found.add(name, 0.0, 0.0, bandwidth_note(r.settings.bandwidths));
    } else if (name == "renyi" || name == "alpha") {
      for (const double a : r.settings.orders)
        if (name == "alpha" || a > 0.0) found.add(name, 0.0, 0.0, order_note(a));
    } else if (name == "f_divergence") {
      for (const FormulaDivergence& f : r.settings.formulas)
        found.add(name, 0.0, 0.0, formula_note(f));
    } else {
      found.add(name, 0.0, 0.0);
    }
  }
  if (r.p.dim() > 1) {
    found.add("sliced_wasserstein1", 0.0, 0.0);
    found.add("sliced_wasserstein2_squared", 0.0, 0.0);
  }
  return found.take();
}

std::vector<Finding> gaussian_closed_forms(const Request& r, const Gaussian& p, const Gaussian& q) {
  ExactFindings found("closed_form", r.left_out);
  const GaussianPair pair(p, q);
  const double rounding = pair.rounding(1.0);
  const auto measured = [](double value, double relative) {
    return Approximate{value, std::isfinite(value) ? relative * std::fabs(value) : 0.0};
  };
  add_powers(found,
             {measured(pair.kl(), rounding), measured(pair.reverse_kl(), rounding),
              [&](double a) { return measured(pair.log_power_integral(a), pair.rounding(a)); }},
             r.settings.orders);
  if (same_covariance(p, q)) {
    found.add("total_variation", std::erf(mahalanobis(p, q) / (2.0 * std::numbers::sqrt2)),
              rounding);
    if (p.mean.size() > 1) {
      found.add("wasserstein1", std::sqrt(squared_norm(mean_difference(p, q))), 1e-14,
                "a translation");
    }
  }
  if (p.mean.size() == 1) found.add("wasserstein1", gaussian_wasserstein1(p, q), 1e-14);
  if (p.mean.size() > 1) {
    const double w2 = gaussian_wasserstein2_squared(p.mean, p.covariance, q.mean, q.covariance);
    found.add("wasserstein2_squared", w2, rounding);
    found.add("frechet", w2, rounding);
  } else {
    const double w2 = location_scale_distance(*r.p.paired_with(r.q));
    found.add("wasserstein2_squared", w2, 1e-14);
    found.add("frechet", w2, 1e-14);
  }
  return found.take();
}

// Every f-divergence of two Gaussians with one covariance is that of N(0, 1) and N(distance, 1):
// the log-density ratio depends on x through one coordinate only.
std::vector<Finding> along_the_means(const Request& r, const Gaussian& p, const Gaussian& q) {
  const DensityPtr one = make_normal(0.0, 1.0), other = make_normal(mahalanobis(p, q), 1.0);
  const auto line = integrate_divergences(*one, *other, {});
  ExactFindings found("one_dimension", r.left_out);
  const std::string note = "equal covariances: along the line of the means";
  found.add("jensen_shannon", line.jensen_shannon, note);
  found.add("le_cam", line.le_cam, note);
  return found.take();
}

std::vector<Finding> by_quadrature(const Request& r) {
  const auto d = integrate_divergences(r.p, r.q, r.settings.orders);
  ExactFindings found("quadrature", r.left_out);
  found.add("kl", d.kl);
  found.add("reverse_kl", d.reverse_kl);
  found.add("jeffreys", d.jeffreys);
  found.add("jensen_shannon", d.jensen_shannon);
  found.add("total_variation", d.total_variation);
  found.add("squared_hellinger", d.squared_hellinger);
  const auto beyond = [&](double value, double a) {
    return std::isinf(value) && !power_integral_diverges(r.p, r.q, a)
               ? "finite, but beyond double precision"
               : "";
  };
  found.add("pearson_chi2", d.pearson_chi2, beyond(d.pearson_chi2, 2.0));
  found.add("neyman_chi2", d.neyman_chi2, beyond(d.neyman_chi2, -1.0));
  found.add("le_cam", d.le_cam);
  for (std::size_t k = 0; k < r.settings.orders.size(); ++k) {
    const double a = r.settings.orders[k];
    found.add("renyi", d.renyi[k], order_note(a));
    const bool limit = a >= 0.0 && a <= 1.0;
    found.add("alpha", d.alpha[k], joined(order_note(a), limit ? "" : beyond(d.alpha[k], a)));
  }
  return found.take();
}

// Of Gaussians with one covariance along the line of their means, in any number of dimensions.
std::vector<Finding> by_formulas(const Request& r, const Gaussian* a, const Gaussian* b) {
  ExactFindings found("quadrature", r.left_out);
  const bool line = a && b && r.p.dim() > 1 && same_covariance(*a, *b);
  const DensityPtr one = line ? make_normal(0.0, 1.0) : nullptr,
                   other = line ? make_normal(mahalanobis(*a, *b), 1.0) : nullptr;
  for (const FormulaDivergence& f : r.settings.formulas) {
    Approximate value;
    try {
      value = line ? integrate_f_divergence(*one, *other, f) : integrate_f_divergence(r.p, r.q, f);
    } catch (const Error& error) {
      value = uncontrolled(error.what());  // the other formulas stand
    }
    found.add("f_divergence", value, formula_note(f));
  }
  return found.take();
}

void accumulate(Approximate& sum, const Approximate& part) {
  sum.value += part.value;
  sum.error += part.error;
  if (sum.why.empty()) sum.why = part.why;
}

// Independent coordinates: logarithms of power integrals and KLs add up, and so do costs.
std::vector<Finding> by_factors(const Request& r) {
  const auto p = r.p.factors(), q = r.q.factors();
  Approximate kl, reverse, transport;
  std::vector<double> powers = {0.5, 2.0};
  for (const double a : r.settings.orders) {
    if (a > 0.0 && a != 1.0) powers.push_back(a);
  }
  // Renyi's divergences keep the logarithm: forward for positive orders, and with the arguments
  // swapped, int p^a q^(1-a) = int q^(1-a) p^a, for the others.
  std::vector<double> swapped = {2.0};
  for (const double a : r.settings.orders) {
    if (a < 0.0) swapped.push_back(1.0 - a);
  }
  std::vector<Approximate> forward_sum(powers.size()), swapped_sum(swapped.size());
  for (std::size_t i = 0; i < p.size(); ++i) {
    accumulate(transport, line_distances(*p[i], *q[i]).wasserstein2_squared);
    const auto forward = integrate_divergences(*p[i], *q[i], powers);
    const auto backward = integrate_divergences(*q[i], *p[i], swapped);
    accumulate(kl, forward.kl);
    accumulate(reverse, forward.reverse_kl);
    for (std::size_t k = 0; k < powers.size(); ++k) accumulate(forward_sum[k], forward.renyi[k]);
    for (std::size_t k = 0; k < swapped.size(); ++k) accumulate(swapped_sum[k], backward.renyi[k]);
  }
  ExactFindings found("factors", r.left_out);
  const auto log_integral = [&](double a) {
    const auto& orders = a > 0.0 ? powers : swapped;
    const double order = a > 0.0 ? a : 1.0 - a;
    const auto k = std::find(orders.begin(), orders.end(), order) - orders.begin();
    const Approximate& sum = (a > 0.0 ? forward_sum : swapped_sum)[static_cast<std::size_t>(k)];
    return Approximate{(order - 1.0) * sum.value, std::fabs(order - 1.0) * sum.error, sum.why};
  };
  add_powers(found, {kl, reverse, log_integral}, r.settings.orders);
  found.add("wasserstein2_squared", transport, "sum over independent coordinates");
  return found.take();
}

// Of the means and covariances of any laws.
Approximate frechet_distance(const Density& p, const Density& q) {
  if (p.dim() == 1) {
    if (const auto family = p.paired_with(q)) {
      const double value = location_scale_distance(*family);
      return {value, 1e-14 * value};
    }
  }
  const Matrix a = p.covariance(), b = q.covariance();
  const double value = gaussian_wasserstein2_squared(p.mean(), a, q.mean(), b);
  double size = std::sqrt(trace(a)) + std::sqrt(trace(b));
  for (const double m : p.mean()) size += std::fabs(m);
  const double rounding = 4e-15 * size;  // of means and standard deviations
  return {value, 1e-14 * value + rounding * (2.0 * std::sqrt(value) + rounding)};
}

std::vector<Finding> distances(const Request& r) {
  const Density &p = r.p, &q = r.q;
  std::vector<Finding> all;
  ExactFindings line("quadrature", r.left_out), closed("closed_form", r.left_out);
  const bool gaussians = p.gaussian() && q.gaussian();
  if (p.dim() == 1) {
    const LineDistances d = line_distances(p, q);
    line.add("wasserstein1", d.wasserstein1);
    if (!gaussians) line.add("wasserstein2_squared", d.wasserstein2_squared);
    line.add("energy", d.energy);
  }
  constexpr double kUseful = 1e-6;  // a difference of large terms with another row beside it
  if (const auto energy = energy_distance(p, q)) {
    const bool quadrature = p.dim() > 1;
    if (quadrature || energy->error < kUseful * energy->value) {
      (quadrature ? line : closed)
          .add("energy", *energy,
               !quadrature ? ""
               : gaussians ? "one integral"
                           : "one integral for each pair of components");
    }
  }
  if (auto mmd = squared_mmd(p, q, r.settings.bandwidths)) {
    bool sums = of_gaussians(p) && of_gaussians(q);
    if (p.dim() == 1 && sums && !(mmd->error < kUseful * mmd->value)) {
      mmd = squared_mmd_by_characteristic(DensityPair(p, q), r.settings.bandwidths);
      sums = false;
    }
    (sums ? closed : line).add("mmd2", *mmd, bandwidth_note(r.settings.bandwidths));
  }
  if (!gaussians) {
    const DensityPair pair(p, q);
    closed.add("frechet", frechet_distance(pair.p(), pair.q()));
  }
  if (gaussians && p.dim() > 1) {
    const auto sliced = gaussian_sliced(*p.gaussian(), *q.gaussian());
    if (sliced) {
      line.add("sliced_wasserstein1", sliced->wasserstein1);
      line.add("sliced_wasserstein2_squared", sliced->wasserstein2_squared);
    }
  }
  for (ExactFindings* one : {&closed, &line})
    for (Finding& finding : one->take()) all.push_back(std::move(finding));
  return all;
}

}  // namespace

const std::vector<std::string>& divergence_quantities() {
  static const std::vector<std::string> names = {"kl",
                                                 "reverse_kl",
                                                 "jeffreys",
                                                 "jensen_shannon",
                                                 "total_variation",
                                                 "squared_hellinger",
                                                 "pearson_chi2",
                                                 "neyman_chi2",
                                                 "le_cam",
                                                 "renyi",
                                                 "alpha",
                                                 "f_divergence",
                                                 "wasserstein1",
                                                 "wasserstein2_squared",
                                                 "energy",
                                                 "mmd2",
                                                 "frechet"};
  return names;
}

std::string formula_note(const FormulaDivergence& f) {
  return "f(t) = " + f.formula + (f.known.empty() ? "" : ": " + f.known);
}

std::string order_note(double order) { return "α = " + number_text(order); }

std::string bandwidth_note(std::span<const double> bandwidths) {
  std::string text;
  for (const double h : bandwidths) text += (text.empty() ? "" : " + ") + number_text(h);
  return "RBF kernel" + std::string(bandwidths.size() > 1 ? "s" : "") + ", h = " + text;
}

std::vector<Finding> exact_divergences(const Density& p, const Density& q,
                                       const DivergenceSettings& settings,
                                       std::vector<LeftOut>* left_out) {
  if (p.dim() != q.dim()) {
    throw Error("error: the two distributions have different dimensions, " +
                    std::to_string(p.dim()) + " and " + std::to_string(q.dim()) + ".",
                ExitCode::usage);
  }
  std::vector<LeftOut> ignored;
  const DensityPtr first = simplified(p), second = simplified(q);
  const Request r{*first, *second, settings, left_out ? *left_out : ignored};
  if (same_law(*first, *second)) return equal_laws(r);
  std::vector<Finding> all;
  // A route that fails leaves the others standing.
  const auto append = [&](const char* route, const auto& findings) {
    try {
      for (Finding& finding : findings()) all.push_back(std::move(finding));
    } catch (const Error& error) {
      r.left_out.push_back({"all", route, error.what()});
    }
  };
  const Gaussian *a = r.p.gaussian(), *b = r.q.gaussian();
  if (a && b) append("closed_form", [&] { return gaussian_closed_forms(r, *a, *b); });
  if (a && b && p.dim() > 2 && same_covariance(*a, *b))
    append("one_dimension", [&] { return along_the_means(r, *a, *b); });
  if (!settings.formulas.empty()) append("quadrature", [&] { return by_formulas(r, a, b); });
  if (p.dim() > 1 && !(a && b) && !r.p.factors().empty() && !r.q.factors().empty())
    append("factors", [&] { return by_factors(r); });
  if (p.dim() <= 2) append("quadrature", [&] { return by_quadrature(r); });
  append("distances", [&] { return distances(r); });
  const auto rank = [](const Finding& finding) {
    const auto& names = divergence_quantities();
    return std::find(names.begin(), names.end(), finding.quantity) - names.begin();
  };
  std::stable_sort(all.begin(), all.end(),
                   [&](const Finding& x, const Finding& y) { return rank(x) < rank(y); });
  return all;
}

}  // namespace elbow
