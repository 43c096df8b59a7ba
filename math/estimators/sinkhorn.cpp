#include "math/estimators/sinkhorn.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string>

#include "core/error.h"
#include "math/cholesky.h"
#include "math/distance_kernels.h"
#include "math/distances.h"
#include "math/estimators/wasserstein.h"
#include "math/numeric.h"

namespace elbow {
namespace {

constexpr double kMarginalTolerance = 1e-10;
constexpr int kSinkhornBeforeNewton = 60;
constexpr int kNewtonSteps = 60;
constexpr double kCellsAtMost = 2e9;  // exponentials spent on one problem, some seconds

/// Squared distances both ways round, so that each update reads rows.
struct Costs {
  std::int64_t n, m;
  std::vector<double> rows, columns;
  const double* row(std::int64_t i) const { return rows.data() + i * m; }
  const double* column(std::int64_t j) const { return columns.data() + j * n; }
  double largest() const { return *std::max_element(rows.begin(), rows.end()); }
};

int rounds_at_most(const Costs& costs) {
  return static_cast<int>(
      std::clamp(kCellsAtMost / static_cast<double>(2 * costs.n * costs.m), 1e3, 1e5));
}

std::vector<double> zeros(std::int64_t n) {
  return std::vector<double>(static_cast<std::size_t>(n));
}
double& at(std::vector<double>& v, std::int64_t i) { return v[static_cast<std::size_t>(i)]; }

/// One problem at one ε with weights 1/n and 1/m. After `update_columns` the column marginal of the
/// plan is exact, so that the state is a point of the semi-dual, a concave function of f alone.
class Problem {
 public:
  Problem(const Costs& costs, double epsilon)
      : costs_(costs), n_(costs.n), m_(costs.m), epsilon_(epsilon), f(zeros(n_)), g(zeros(m_)) {}

  void set_epsilon(double epsilon) { epsilon_ = epsilon; }

  /// f as it follows from g; the row marginal of the plan (f, g) is exp((f - this) / ε) / n.
  std::vector<double> row_update() const {
    std::vector<double> next = zeros(n_);
    const double log_weight = -std::log(static_cast<double>(m_));
    for (std::int64_t i = 0; i < n_; ++i) {
      at(next, i) = kernels::soft_minimum(costs_.row(i), g.data(), m_, epsilon_, log_weight);
    }
    return next;
  }
  void update_columns() {
    const double log_weight = -std::log(static_cast<double>(n_));
    for (std::int64_t j = 0; j < m_; ++j) {
      at(g, j) = kernels::soft_minimum(costs_.column(j), f.data(), n_, epsilon_, log_weight);
    }
  }

  /// n times the row marginal of the plan.
  std::vector<double> relative_row_marginal(const std::vector<double>& update) const {
    std::vector<double> ratio(f.size());
    for (std::size_t i = 0; i < f.size(); ++i) ratio[i] = std::exp((f[i] - update[i]) / epsilon_);
    return ratio;
  }
  double dual() const { return mean(f) + mean(g); }
  double epsilon() const { return epsilon_; }
  /// The plan, [n, m].
  std::vector<double> plan() const {
    std::vector<double> pi(costs_.rows.size());
    const double log_weight =
        -std::log(static_cast<double>(n_)) - std::log(static_cast<double>(m_));
    for (std::int64_t i = 0; i < n_; ++i) {
      kernels::plan_row(costs_.row(i), g.data(), f[static_cast<std::size_t>(i)], m_, epsilon_,
                        log_weight, pi.data() + i * m_);
    }
    return pi;
  }
  /// <π, C> + ε KL(π ‖ a⊗b), of a plan, without the potentials.
  double primal(const std::vector<double>& pi) const {
    const double cells = static_cast<double>(n_) * static_cast<double>(m_);
    double total = 0.0;
    for (std::size_t k = 0; k < pi.size(); ++k) {
      total += pi[k] * costs_.rows[k] + epsilon_ * (x_log_x(pi[k]) + pi[k] * std::log(cells));
    }
    return total;
  }

 private:
  const Costs& costs_;
  std::int64_t n_, m_;
  double epsilon_;

 public:
  std::vector<double> f, g;
};

double marginal_error(const std::vector<double>& ratio) {
  double error = 0.0;
  for (const double value : ratio) error += std::fabs(value - 1.0);
  return error / static_cast<double>(ratio.size());
}

/// Alternating updates until the marginal error is below the tolerance or `most` rounds have
/// passed.
double alternate(Problem& problem, int most, double tolerance, std::int64_t& passes) {
  double error = kInfinity;
  for (int round = 0; round < most; ++round) {
    problem.update_columns();
    std::vector<double> next = problem.row_update();
    passes += 2;
    error = marginal_error(problem.relative_row_marginal(next));
    if (error < tolerance) return error;
    problem.f = std::move(next);
  }
  return error;
}

/// diag(r) - π diag(1/b) πᵀ, -ε times the Hessian of the semi-dual, with its null direction (a
/// constant added to f) filled in.
std::vector<double> semi_dual_hessian(const std::vector<double>& pi, std::int64_t n,
                                      std::int64_t m) {
  std::vector<double> h = zeros(n * n);
  const double fill = 1.0 / (static_cast<double>(n) * static_cast<double>(n));
  for (std::int64_t i = 0; i < n; ++i) {
    const double* row = pi.data() + i * m;
    for (std::int64_t k = 0; k <= i; ++k) {
      const double overlap = kernels::dot(row, pi.data() + k * m, m) * static_cast<double>(m);
      at(h, i * n + k) = at(h, k * n + i) = fill - overlap;
    }
  }
  for (std::int64_t i = 0; i < n; ++i) {
    double marginal = 0.0, squares = 0.0;
    kernels::sum_and_squares(pi.data() + i * m, m, &marginal, &squares);
    at(h, i * n + i) += marginal;
  }
  return h;
}

/// Solves H x = b; a ridge is raised until H is positive definite to rounding.
std::vector<double> ridge_solve(const std::vector<double>& h, const std::vector<double>& b) {
  const std::size_t n = b.size();
  for (double ridge = 0.0;; ridge = std::max(10.0 * ridge, 1e-13 / static_cast<double>(n))) {
    std::vector<double> shifted = h;
    for (std::size_t i = 0; i < n; ++i) shifted[i * n + i] += ridge;
    const Cholesky factor(std::move(shifted), n);
    if (factor.ok()) return factor.solve(b);
  }
}

/// Newton's method with halved steps on the semi-dual; quadratic where Sinkhorn's rate is near 1.
double newton(Problem& problem, const Costs& costs, std::int64_t& passes) {
  double error = kInfinity;
  for (int step = 0; step < kNewtonSteps; ++step) {
    problem.update_columns();
    const std::vector<double> ratio = problem.relative_row_marginal(problem.row_update());
    error = marginal_error(ratio);
    passes += 2;
    if (error < kMarginalTolerance) return error;
    std::vector<double> gradient(ratio.size());
    for (std::size_t i = 0; i < ratio.size(); ++i) {
      gradient[i] = problem.epsilon() * (1.0 - ratio[i]) / static_cast<double>(ratio.size());
    }
    const std::vector<double> direction =
        ridge_solve(semi_dual_hessian(problem.plan(), costs.n, costs.m), gradient);
    const std::vector<double> start = problem.f;
    const double before = problem.dual();
    bool rises = false;
    double length = 1.0;
    for (int halving = 0; halving < 40 && !rises; ++halving, length *= 0.5) {
      for (std::size_t i = 0; i < start.size(); ++i) {
        problem.f[i] = start[i] + length * direction[i];
      }
      problem.update_columns();
      ++passes;
      // Near the solution the gain is below rounding: equality counts.
      rises = problem.dual() >= before - 1e-15 * (1.0 + std::fabs(before));
    }
    if (!rises) {
      problem.f = start;
      return error;
    }
  }
  return error;
}

std::string three_digits(double value) {
  std::array<char, 32> text;
  std::snprintf(text.data(), text.size(), "%.3g", value);
  return text.data();
}

void require_epsilon(double epsilon) {
  if (!(epsilon > 0.0) || !std::isfinite(epsilon)) {
    throw Error("The entropic weight epsilon must be positive and finite; it is " +
                three_digits(epsilon) + ".");
  }
}

void require_convergence(double error, double epsilon) {
  if (error < kMarginalTolerance) return;
  throw Error(
      "Sinkhorn's iteration did not reach its marginals at epsilon = " + three_digits(epsilon) +
      " (error " + three_digits(error) +
      "). Take a larger epsilon (elbow divergence: --epsilon), or exact transport, which is "
      "its limit at 0.");
}

Costs costs_between(const PointsView& p, const PointsView& q) {
  return {p.size(), q.size(), squared_distances(p, q), squared_distances(q, p)};
}

EntropicTransport solution(const Problem& problem, double value, double error,
                           std::int64_t passes) {
  return {.value = value,
          .primal = problem.primal(problem.plan()),
          .marginal_error = error,
          .f = problem.f,
          .g = problem.g,
          .iterations = passes};
}

std::vector<double> difference(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> result(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) result[i] = a[i] - b[i];
  return result;
}

}  // namespace

EntropicTransport entropic_transport(const PointsView& p, const PointsView& q, double epsilon) {
  require_epsilon(epsilon);
  require_comparable(p, q, 1, "Entropic transport");
  const Costs costs = costs_between(p, q);
  Problem problem(costs, epsilon);
  std::int64_t passes = 0;
  for (double scaled = costs.largest(); scaled > epsilon; scaled *= 0.5) {
    problem.set_epsilon(scaled);
    alternate(problem, 5, 1e-3, passes);
  }
  problem.set_epsilon(epsilon);
  double error = alternate(problem, kSinkhornBeforeNewton, kMarginalTolerance, passes);
  if (error >= kMarginalTolerance) error = newton(problem, costs, passes);
  if (error >= kMarginalTolerance) {
    error = alternate(problem, rounds_at_most(costs), kMarginalTolerance, passes);
  }
  require_convergence(error, epsilon);
  return solution(problem, problem.dual(), error, passes);
}

EntropicTransport entropic_self_transport(const PointsView& p, double epsilon) {
  require_epsilon(epsilon);
  require_points(p, 1, "Entropic transport");
  std::vector<double> distances = squared_distances(p, p);
  const Costs costs{p.size(), p.size(), distances, distances};
  Problem problem(costs, epsilon);
  std::int64_t passes = 0;
  double error = kInfinity;
  std::vector<double> ratio;
  double scaled = std::max(costs.largest(), epsilon);
  for (int round = 0; round < rounds_at_most(costs); ++round) {
    problem.set_epsilon(scaled);
    problem.g = problem.f;
    const std::vector<double> next = problem.row_update();
    ++passes;
    ratio = problem.relative_row_marginal(next);
    error = marginal_error(ratio);
    if (scaled == epsilon && error < 0.5 * kMarginalTolerance) break;
    for (std::size_t i = 0; i < next.size(); ++i) problem.f[i] = 0.5 * (problem.f[i] + next[i]);
    scaled = std::max(0.5 * scaled, epsilon);
  }
  require_convergence(error, epsilon);
  // The mass of the plan is 1 to the marginal error only; with its term the dual is exact to second
  // order in that error.
  const double value = problem.dual() - epsilon * (mean(ratio) - 1.0);
  return solution(problem, value, 2.0 * error, passes);
}

Estimate sinkhorn_divergence(const PointsView& p, const PointsView& q, double epsilon) {
  const EntropicTransport across = entropic_transport(p, q, epsilon);
  const EntropicTransport first = entropic_self_transport(p, epsilon);
  const EntropicTransport second = entropic_self_transport(q, epsilon);
  Estimate estimate{.value = across.value - 0.5 * first.value - 0.5 * second.value};
  if (p.size() < 2 || q.size() < 2) {
    estimate.note = "no standard error from one point";
    return estimate;
  }
  estimate.se = potentials_se(difference(across.f, first.f), difference(across.g, second.g));
  estimate.note = "the standard error says nothing where P = Q: compare with the floor";
  return estimate;
}

namespace estimators::sinkhorn {

std::vector<EstimatorSpec> specs() {
  return {{.name = "sinkhorn_divergence",
           .quantity = "sinkhorn_divergence",
           .summary = "Debiased entropic transport between two samples, cost ‖x−y‖².",
           .equation =
               R"(S_\varepsilon=\mathrm{OT}_\varepsilon(P,Q)-\tfrac12\mathrm{OT}_\varepsilon(P,P))"
               R"(-\tfrac12\mathrm{OT}_\varepsilon(Q,Q),\quad \mathrm{OT}_\varepsilon=)"
               R"(\min_\pi\langle\pi,C\rangle+\varepsilon\,\mathrm{KL}(\pi\Vert P\otimes Q))",
           .unicode = "S_ε = OT_ε(P,Q) − ½ OT_ε(P,P) − ½ OT_ε(Q,Q), OT_ε = min ⟨π,C⟩ + ε KL(π‖P⊗Q)",
           .unit = "squared distance",
           .minimum = 0.0,
           .bias = Bias::unknown,
           .bias_note = "each of the three terms is biased up, O(1/n) at fixed ε",
           .standard_error =
               "dual potentials, √(Var(f_pq−f_pp)/n + Var(g_pq−g_qq)/m); says nothing "
               "at P = Q",
           .cost = "O(n m (d + iterations))",
           .confused_with = "W2² (its limit ε → 0); OT_ε itself, which is not 0 at P = Q; the cost "
                            "‖x−y‖²/2",
           .reference = "Feydy et al. 2019, Interpolating between optimal transport and MMD"}};
}

}  // namespace estimators::sinkhorn
}  // namespace elbow
