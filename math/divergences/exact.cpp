#include "math/divergences/exact.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>

#include "core/error.h"
#include "math/densities/families.h"
#include "math/divergences/density_integrals.h"
#include "math/divergences/distances.h"
#include "math/divergences/gaussian.h"
#include "math/divergences/supports.h"

namespace elbow {
namespace {

class Collector {
 public:
  explicit Collector(std::string estimator) : estimator_(std::move(estimator)) {}
  void add(const std::string& quantity, double value, std::string note = {}) {
    if (std::isnan(value)) return;
    found_.push_back(
        {quantity, estimator_,
         Estimate{.value = value, .bias = Bias::none, .exact = true, .note = std::move(note)}});
  }
  std::vector<Finding> take() { return std::move(found_); }

 private:
  std::string estimator_;
  std::vector<Finding> found_;
};

// (I - 1) / (a (a - 1)) of I = int p^a q^(1-a).
double alpha_of_log_integral(double log_integral, double a) {
  return std::expm1(log_integral) / (a * (a - 1.0));
}

// "beyond the range of doubles" where the integral converges all the same.
std::string overflow_note(double value, double log_integral) {
  return std::isinf(value) && std::isfinite(log_integral)
             ? "finite, but about e^" + std::to_string(std::llround(log_integral)) +
                   ": beyond double precision"
             : "";
}

std::string joined(const std::string& a, const std::string& b) {
  return a.empty() || b.empty() ? a + b : a + "; " + b;
}

// The powers of one pair, whatever the route to ln int p^a q^(1-a) and the two KLs.
void add_powers(Collector& found, double kl, double reverse,
                const std::function<double(double)>& log_integral, std::span<const double> orders) {
  found.add("kl", kl);
  found.add("reverse_kl", reverse);
  found.add("jeffreys", kl + reverse);
  found.add("squared_hellinger", -std::expm1(log_integral(0.5)));
  const double pearson = std::expm1(log_integral(2.0)), neyman = std::expm1(log_integral(-1.0));
  found.add("pearson_chi2", pearson, overflow_note(pearson, log_integral(2.0)));
  found.add("neyman_chi2", neyman, overflow_note(neyman, log_integral(-1.0)));
  for (const double a : orders) {
    if (a > 0.0) {
      found.add("renyi", a == 1.0 ? kl : log_integral(a) / (a - 1.0), order_note(a));
    }
    const double alpha = a == 1.0   ? kl
                         : a == 0.0 ? reverse
                                    : alpha_of_log_integral(log_integral(a), a);
    const bool limit = a == 0.0 || a == 1.0;
    found.add("alpha", alpha,
              joined(order_note(a), limit ? "" : overflow_note(alpha, log_integral(a))));
  }
}

std::vector<Finding> gaussian_closed_forms(const Gaussian& p, const Gaussian& q,
                                           const DivergenceSettings& settings) {
  Collector found("closed_form");
  add_powers(
      found, gaussian_kl(p, q), gaussian_kl(q, p),
      [&](double a) { return gaussian_log_power_integral(p, q, a); }, settings.orders);
  if (same_covariance(p, q)) {
    const double distance = mahalanobis(p, q);
    found.add("total_variation", std::erf(distance / (2.0 * std::numbers::sqrt2)));
    double squared = 0.0;
    for (std::size_t i = 0; i < p.mean.size(); ++i) {
      squared += (p.mean[i] - q.mean[i]) * (p.mean[i] - q.mean[i]);
    }
    if (p.mean.size() > 1) found.add("wasserstein1", std::sqrt(squared), "a translation");
  }
  if (p.mean.size() == 1) found.add("wasserstein1", gaussian_wasserstein1(p, q));
  found.add("wasserstein2_squared",
            gaussian_wasserstein2_squared(p.mean, p.covariance, q.mean, q.covariance));
  return found.take();
}

// Every f-divergence of two Gaussians with one covariance is that of N(0, 1) and N(distance, 1):
// the log-density ratio depends on x through one coordinate only.
std::vector<Finding> along_the_means(const Gaussian& p, const Gaussian& q) {
  const auto line =
      integrate_divergences(*make_normal(0.0, 1.0), *make_normal(mahalanobis(p, q), 1.0), {});
  Collector found("one_dimension");
  const std::string note = "equal covariances: along the line of the means";
  found.add("jensen_shannon", line.jensen_shannon, note);
  found.add("le_cam", line.le_cam, note);
  return found.take();
}

std::vector<Finding> by_quadrature(const Density& p, const Density& q,
                                   const DivergenceSettings& settings) {
  const auto d = integrate_divergences(p, q, settings.orders);
  if (std::fabs(d.mass_p - 1.0) > 1e-8 || std::fabs(d.mass_q - 1.0) > 1e-8) {
    throw Error("error: the nodes of the quadrature miss a part of the densities: they see " +
                number_text(d.mass_p) + " and " + number_text(d.mass_q) + " of 1.");
  }
  Collector found("quadrature");
  const std::string note = d.error > 1e-8 ? "error up to " + number_text(d.error) : "";
  found.add("kl", d.kl, note);
  found.add("reverse_kl", d.reverse_kl, note);
  found.add("jeffreys", d.kl + d.reverse_kl, note);
  found.add("jensen_shannon", d.jensen_shannon, note);
  found.add("total_variation", d.total_variation, note);
  found.add("squared_hellinger", d.squared_hellinger, note);
  const auto beyond = [&](double value, double a) {
    return std::isinf(value) && !power_integral_diverges(p, q, a)
               ? "finite, but beyond double precision"
               : note;
  };
  found.add("pearson_chi2", d.pearson_chi2, beyond(d.pearson_chi2, 2.0));
  found.add("neyman_chi2", d.neyman_chi2, beyond(d.neyman_chi2, -1.0));
  found.add("le_cam", d.le_cam, note);
  for (std::size_t k = 0; k < settings.orders.size(); ++k) {
    const double a = settings.orders[k];
    found.add("renyi", d.renyi[k], joined(order_note(a), note));
    const bool limit = a >= 0.0 && a <= 1.0;
    found.add("alpha", d.alpha[k], joined(order_note(a), limit ? note : beyond(d.alpha[k], a)));
  }
  return found.take();
}

// Independent coordinates: logarithms of power integrals and KLs add up, and so do costs.
std::vector<Finding> by_factors(const std::vector<DensityPtr>& p, const std::vector<DensityPtr>& q,
                                const DivergenceSettings& settings, bool only_transport) {
  double kl = 0.0, reverse = 0.0, transport = 0.0;
  std::vector<double> powers = {0.5, 2.0};
  for (const double a : settings.orders) {
    if (a > 0.0 && a != 1.0) powers.push_back(a);
  }
  // Renyi's divergences keep the logarithm: forward for positive orders, and with the arguments
  // swapped, int p^a q^(1-a) = int q^(1-a) p^a, for the others.
  std::vector<double> swapped = {2.0};
  for (const double a : settings.orders) {
    if (a < 0.0) swapped.push_back(1.0 - a);
  }
  std::vector<double> forward_sum(powers.size(), 0.0), swapped_sum(swapped.size(), 0.0);
  for (std::size_t i = 0; i < p.size(); ++i) {
    transport += line_distances(*p[i], *q[i]).wasserstein2_squared;
    if (only_transport) continue;
    const auto forward = integrate_divergences(*p[i], *q[i], powers);
    const auto backward = integrate_divergences(*q[i], *p[i], swapped);
    kl += forward.kl;
    reverse += forward.reverse_kl;
    for (std::size_t k = 0; k < powers.size(); ++k) forward_sum[k] += forward.renyi[k];
    for (std::size_t k = 0; k < swapped.size(); ++k) swapped_sum[k] += backward.renyi[k];
  }
  Collector found("factors");
  if (!only_transport) {
    const auto log_integral = [&](double a) {
      const auto& orders = a > 0.0 ? powers : swapped;
      const double order = a > 0.0 ? a : 1.0 - a;
      const auto k = std::find(orders.begin(), orders.end(), order) - orders.begin();
      const double sum = (a > 0.0 ? forward_sum : swapped_sum)[static_cast<std::size_t>(k)];
      return (order - 1.0) * sum;
    };
    add_powers(found, kl, reverse, log_integral, settings.orders);
  }
  found.add("wasserstein2_squared", transport, "sum over independent coordinates");
  return found.take();
}

void append(std::vector<Finding>& all, std::vector<Finding> more) {
  for (Finding& finding : more) all.push_back(std::move(finding));
}

bool of_gaussians(const Density& density) {
  const auto components = density.components();
  if (components.empty()) return density.gaussian() != nullptr;
  return std::all_of(components.begin(), components.end(),
                     [](const auto& component) { return of_gaussians(*component.second); });
}

std::vector<Finding> distances(const Density& p, const Density& q,
                               const DivergenceSettings& settings) {
  std::vector<Finding> all;
  Collector line("quadrature"), closed("closed_form");
  if (p.dim() == 1) {
    const LineDistances d = line_distances(p, q);
    line.add("wasserstein1", d.wasserstein1);
    line.add("wasserstein2_squared", d.wasserstein2_squared);
    line.add("energy", d.energy);
  }
  if (const auto energy = energy_distance(p, q)) {
    const bool quadrature = p.dim() > 1;
    (quadrature ? line : closed)
        .add("energy", *energy, quadrature ? "one integral for each pair of components" : "");
  }
  if (const auto mmd = squared_mmd(p, q, settings.bandwidths)) {
    const bool gaussians = of_gaussians(p) && of_gaussians(q);
    (gaussians ? closed : line).add("mmd2", *mmd, bandwidth_note(settings.bandwidths));
  }
  closed.add("frechet",
             gaussian_wasserstein2_squared(p.mean(), p.covariance(), q.mean(), q.covariance()));
  append(all, closed.take());
  append(all, line.take());
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
                                                 "wasserstein1",
                                                 "wasserstein2_squared",
                                                 "energy",
                                                 "mmd2",
                                                 "frechet"};
  return names;
}

std::string order_note(double order) { return "α = " + number_text(order); }

std::string bandwidth_note(std::span<const double> bandwidths) {
  std::string text;
  for (const double h : bandwidths) text += (text.empty() ? "" : " + ") + number_text(h);
  return "RBF kernel" + std::string(bandwidths.size() > 1 ? "s" : "") + ", h = " + text;
}

std::vector<Finding> exact_divergences(const Density& p, const Density& q,
                                       const DivergenceSettings& settings) {
  if (p.dim() != q.dim()) {
    throw Error("error: the two distributions have different dimensions, " +
                    std::to_string(p.dim()) + " and " + std::to_string(q.dim()) + ".",
                ExitCode::usage);
  }
  std::vector<Finding> all;
  const Gaussian *a = p.gaussian(), *b = q.gaussian();
  if (a && b) append(all, gaussian_closed_forms(*a, *b, settings));
  if (a && b && p.dim() > 2 && same_covariance(*a, *b)) append(all, along_the_means(*a, *b));
  if (p.dim() <= 2) append(all, by_quadrature(p, q, settings));
  const auto factors_p = p.factors(), factors_q = q.factors();
  if (p.dim() > 1 && !(a && b) && !factors_p.empty() && !factors_q.empty()) {
    append(all, by_factors(factors_p, factors_q, settings, p.dim() <= 2));
  }
  append(all, distances(p, q, settings));
  const auto rank = [](const Finding& finding) {
    const auto& names = divergence_quantities();
    return std::find(names.begin(), names.end(), finding.quantity) - names.begin();
  };
  std::stable_sort(all.begin(), all.end(),
                   [&](const Finding& x, const Finding& y) { return rank(x) < rank(y); });
  return all;
}

}  // namespace elbow
