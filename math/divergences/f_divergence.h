// The family of f-divergences as a table: generator, conjugate, output activation and the
// divergence's integrand in a form that keeps its digits.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace elbow {

/// D_f(p||q) = int q f(p/q), f convex on u > 0, and its variational form
/// sup_T E_p T - E_q f*(T), T = g(v) for a raw output v. Sources: Nowozin, Cseke & Tomioka 2016
/// (f-GAN), Csiszar 1967; Lin 1991 for Jensen-Shannon. The rows "jensen_shannon" (2 JSD) and "gan"
/// (2 JSD - 2 ln 2) are those of f-GAN: twice the Jensen-Shannon divergence of this program.
struct FDivergence {
  std::string name;      ///< "kl", "pearson_chi2", ...
  std::string equation;  ///< f in Unicode
  std::function<double(double u)> f;
  /// sup over u >= 0 of u t - f(u); +inf where there is none.
  std::function<double(double t)> conjugate;
  std::function<double(double v)> activation;           ///< T = g(v)
  std::function<double(double v)> conjugate_of_output;  ///< f*(g(v)) without g in between
  double domain_end = 0.0;    ///< f*(t) is finite below this t (and at it, for total variation)
  double at_one = 0.0;        ///< f(1), the value at p = q
  double slope_at_one = 0.0;  ///< f'(1)
  std::optional<double> curvature_at_one = {};  ///< f''(1); none for total variation
  /// q (f(u) - f(1) - f'(1) (u - 1)) >= 0 with u = p/q, from ln p, ln q (either may be -inf, not
  /// both) and ln(p/q), to the digits that the last has: for normalised densities D_f = f(1) + its
  /// integral, and no part of it cancels.
  std::function<double(double log_p, double log_q, double log_ratio)> excess_of;
  /// The same where the ratio is not known better than from the two logarithms.
  double excess(double log_p, double log_q) const { return excess_of(log_p, log_q, log_p - log_q); }
};

/// Every divergence of the table but the alpha family: kl, reverse_kl, pearson_chi2, neyman_chi2,
/// jeffreys, squared_hellinger_2 (int (√p - √q)²), jensen_shannon (2 JSD), gan, total_variation,
/// le_cam.
const std::vector<FDivergence>& f_divergences();
/// By name. Throws Error naming the closest one.
const FDivergence& f_divergence(const std::string& name);

/// f(u) = (u^a - 1 - a (u - 1)) / (a (a - 1)), with the limits KL(p||q) at a = 1 and KL(q||p) at
/// a = 0 (Amari's divergence; Cressie & Read 1984 with a = lambda + 1). f'(1) = 0, f''(1) = 1.
FDivergence alpha_divergence(double a);

/// u with u + ln u = s, at any s: W_0(e^s) of Lambert, without the overflow of e^s.
double lambert_w_exp(double s);

}  // namespace elbow
