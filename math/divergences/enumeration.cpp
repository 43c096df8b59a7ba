#include "math/divergences/enumeration.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "math/divergences/exact_findings.h"
#include "math/divergences/f_divergence.h"
#include "math/numeric.h"

namespace elbow {
namespace {

struct Atom {
  double x, p, q;
};

std::vector<Atom> joint_atoms(const DiscreteLaw& p, const DiscreteLaw& q) {
  std::map<double, std::pair<double, double>> masses;
  for (std::size_t k = 0; k < p.atoms.size(); ++k) masses[p.atoms[k]].first = p.masses[k];
  for (std::size_t k = 0; k < q.atoms.size(); ++k) masses[q.atoms[k]].second = q.masses[k];
  std::vector<Atom> atoms;
  for (const auto& [x, mass] : masses) atoms.push_back({x, mass.first, mass.second});
  return atoms;
}

// ln(p/q), from the difference where they are near.
double log_ratio(const Atom& a) {
  const double relative = (a.p - a.q) / a.q;
  return std::fabs(relative) < 0.5 ? std::log1p(relative) : std::log(a.p) - std::log(a.q);
}

class Sums {
 public:
  Sums(std::vector<Atom> atoms, double rounding) : atoms_(std::move(atoms)), rounding_(rounding) {}

  Approximate divergence(const FDivergence& f) const {
    double sum = 0.0;
    for (const Atom& a : atoms_) sum += f.excess_of(std::log(a.p), std::log(a.q), log_ratio(a));
    if (std::isinf(sum)) return {sum, 0.0};
    const double slope = f.curvature_at_one ? std::sqrt(2.0 * sum) : 1.0;
    return {sum, (1e-14 + rounding_) * sum + rounding_ * (slope + rounding_)};
  }
  // ln sum p^a q^(1-a) / (a - 1), a > 0.
  Approximate renyi(double a, const Approximate& alpha) const {
    if (a == 1.0 || std::isinf(alpha.value)) return alpha;
    const double excess = a * (a - 1.0) * alpha.value;
    if (std::fabs(excess) < 0.5)
      return {std::log1p(excess) / (a - 1.0), a * alpha.error / (1.0 + excess)};
    StreamingLogSumExp sum;
    for (const Atom& x : atoms_)
      if (x.p > 0.0 && x.q > 0.0) sum.add(a * std::log(x.p) + (1.0 - a) * std::log(x.q));
    if (sum.count() == 0) return {kInfinity, 0.0};
    const double error = (1e-14 + rounding_) * (std::fabs(a) + std::fabs(1.0 - a)) * 5.0;
    return {sum.value() / (a - 1.0), error / std::fabs(a - 1.0)};
  }
  Approximate wasserstein1() const {
    return over_gaps([](double d) { return std::fabs(d); }, 1.0);
  }
  Approximate energy() const {
    return over_gaps([](double d) { return 2.0 * d * d; }, 2.0);
  }
  // The quantile coupling moves the least that is left of both, from below.
  Approximate wasserstein2_squared() const {
    std::size_t i = 0, j = 0;
    double left_p = atoms_[0].p, left_q = atoms_[0].q, sum = 0.0, furthest = 0.0;
    while (i < atoms_.size() && j < atoms_.size()) {
      const double moved = std::fmin(left_p, left_q), step = atoms_[i].x - atoms_[j].x;
      sum += moved * step * step;
      if (moved > 0.0) furthest = std::fmax(furthest, step * step);
      left_p -= moved;
      left_q -= moved;
      if (left_p <= 0.0 && ++i < atoms_.size()) left_p = atoms_[i].p;
      if (left_q <= 0.0 && ++j < atoms_.size()) left_q = atoms_[j].q;
    }
    return {sum, 1e-14 * sum + rounding_ * static_cast<double>(atoms_.size()) * furthest};
  }
  // sum_ij (p - q)_i (p - q)_j k_ij.
  Approximate squared_mmd(std::span<const double> bandwidths) const {
    double sum = 0.0, size = 0.0;
    for (const double h : bandwidths) {
      for (const Atom& a : atoms_) {
        for (const Atom& b : atoms_) {
          const double z = (a.x - b.x) / h, kernel = std::exp(-0.5 * z * z);
          sum += (a.p - a.q) * (b.p - b.q) * kernel;
          size +=
              std::fabs(a.p - a.q) *
              ((rounding_ + 1e-15) * std::fabs(b.p - b.q) + 2.0 * rounding_ * std::fmax(b.p, b.q)) *
              kernel;
        }
      }
    }
    return {sum, size};
  }
  Approximate frechet() const {
    double shift = 0.0, first = 0.0, gap = 0.0;
    for (const Atom& a : atoms_) {
      shift += (a.p - a.q) * a.x;
      first += a.q * a.x;
    }
    double variance_p = 0.0, variance_q = 0.0;
    for (const Atom& a : atoms_) {
      const double x = a.x - first;
      variance_p += a.p * x * x;
      variance_q += a.q * x * x;
      gap += (a.p - a.q) * x * x;
    }
    variance_p -= shift * shift;
    gap -= shift * shift;
    const double sds = std::sqrt(std::fmax(variance_p, 0.0)) + std::sqrt(variance_q);
    const double value = shift * shift + (sds > 0.0 ? gap / sds * (gap / sds) : 0.0);
    const double noise = 4.0 * rounding_ * (std::fabs(first) + sds + 1.0);
    return {value, 1e-14 * value + noise * (2.0 * std::sqrt(value) + noise)};
  }

 private:
  template <class Cost>
  Approximate over_gaps(Cost cost, double slope) const {
    double sum = 0.0, distance = 0.0, difference = 0.0;
    for (std::size_t k = 0; k + 1 < atoms_.size(); ++k) {
      difference += atoms_[k].p - atoms_[k].q;
      const double gap = atoms_[k + 1].x - atoms_[k].x;
      sum += cost(difference) * gap;
      distance += std::fabs(slope == 1.0 ? 1.0 : 2.0 * difference) * gap;
    }
    return {sum, 1e-14 * sum + slope * rounding_ * (distance + rounding_)};
  }

  std::vector<Atom> atoms_;
  double rounding_;
};

bool same(const DiscreteLaw& p, const DiscreteLaw& q) {
  if (p.atoms != q.atoms) return false;
  const double rounding = std::fmax(p.rounding, q.rounding);
  for (std::size_t k = 0; k < p.masses.size(); ++k)
    if (!(std::fabs(p.masses[k] - q.masses[k]) <= rounding * p.masses[k])) return false;
  return true;
}

}  // namespace

std::vector<Finding> enumerated_divergences(const DiscreteLaw& p, const DiscreteLaw& q,
                                            const DivergenceSettings& settings,
                                            std::vector<LeftOut>* left_out) {
  std::vector<LeftOut> ignored;
  ExactFindings found("enumeration", left_out ? *left_out : ignored);
  std::vector<Atom> atoms = joint_atoms(p, q);
  if (same(p, q))
    for (Atom& a : atoms) a.q = a.p;
  const Sums sums(std::move(atoms), same(p, q) ? 0.0 : std::fmax(p.rounding, q.rounding));
  for (const char* name : {"kl", "reverse_kl", "jeffreys"})
    found.add(name, sums.divergence(f_divergence(name)));
  found.add("jensen_shannon", scaled(0.5, sums.divergence(f_divergence("jensen_shannon"))));
  found.add("total_variation", sums.divergence(f_divergence("total_variation")));
  found.add("squared_hellinger", scaled(0.5, sums.divergence(f_divergence("squared_hellinger_2"))));
  for (const char* name : {"pearson_chi2", "neyman_chi2", "le_cam"})
    found.add(name, sums.divergence(f_divergence(name)));
  std::vector<Approximate> alphas;
  for (const double a : settings.orders) alphas.push_back(sums.divergence(alpha_divergence(a)));
  for (std::size_t k = 0; k < alphas.size(); ++k) {
    const double a = settings.orders[k];
    if (a > 0.0) found.add("renyi", sums.renyi(a, alphas[k]), order_note(a));
  }
  for (std::size_t k = 0; k < alphas.size(); ++k)
    found.add("alpha", alphas[k], order_note(settings.orders[k]));
  for (const FormulaDivergence& f : settings.formulas)
    found.add("f_divergence", sums.divergence(f.f), formula_note(f));
  found.add("wasserstein1", sums.wasserstein1());
  found.add("wasserstein2_squared", sums.wasserstein2_squared());
  found.add("energy", sums.energy());
  found.add("mmd2", sums.squared_mmd(settings.bandwidths), bandwidth_note(settings.bandwidths));
  found.add("frechet", sums.frechet());
  return found.take();
}

}  // namespace elbow
