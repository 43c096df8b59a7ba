#include "math/estimators/ulsif.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "core/error.h"
#include "math/cholesky.h"
#include "math/numeric.h"
#include "math/point_selection.h"
#include "math/sample_support.h"
#include "math/statistics/jackknife.h"
#include "math/statistics/subsampling.h"

namespace elbow {
namespace {

constexpr std::size_t kGroups = 40, kFolds = 5;

// Sums over samples; subtracting those of a group leaves those of the rest.
struct Sums {
  std::vector<double> h, gram;  // [b], [b, b] lower triangle
  double n = 0.0, m = 0.0;

  explicit Sums(std::size_t b) : h(b, 0.0), gram(b * b, 0.0) {}
  void add(const Sums& other, double sign) {
    for (std::size_t i = 0; i < h.size(); ++i) h[i] += sign * other.h[i];
    for (std::size_t i = 0; i < gram.size(); ++i) gram[i] += sign * other.gram[i];
    n += sign * other.n;
    m += sign * other.m;
  }
};

// One per group: sample i belongs to group i mod `groups`.
std::vector<Sums> group_sums(const RatioFeatures& f, std::size_t groups) {
  const std::size_t b = f.count, n = f.at_p.size() / b, m = f.at_q.size() / b;
  std::vector<Sums> sums(groups, Sums(b));
  for (std::size_t i = 0; i < n; ++i) {
    Sums& group = sums[i % groups];
    for (std::size_t l = 0; l < b; ++l) group.h[l] += f.at_p[i * b + l];
    group.n += 1.0;
  }
  for (std::size_t j = 0; j < m; ++j) {
    Sums& group = sums[j % groups];
    const double* phi = f.at_q.data() + j * b;
    for (std::size_t l = 0; l < b; ++l) {
      for (std::size_t k = 0; k <= l; ++k) group.gram[l * b + k] += phi[l] * phi[k];
    }
    group.m += 1.0;
  }
  return sums;
}

Sums total(const std::vector<Sums>& groups) {
  Sums all(groups.front().h.size());
  for (const Sums& group : groups) all.add(group, 1.0);
  return all;
}

std::vector<double> solve(const Sums& sums, double lambda, bool clip) {
  const std::size_t b = sums.h.size();
  std::vector<double> matrix = sums.gram, mean_p = sums.h;
  for (double& v : matrix) v /= sums.m;
  for (double& v : mean_p) v /= sums.n;
  for (std::size_t l = 0; l < b; ++l) matrix[l * b + l] += lambda;
  const Cholesky factor(std::move(matrix), b);
  if (!factor.ok()) {
    throw Error(
        "The least-squares ratio is singular: use a larger lambda or fewer basis functions.");
  }
  std::vector<double> theta = factor.solve(mean_p);
  if (clip) {
    for (double& v : theta) v = std::max(v, 0.0);
  }
  return theta;
}

double mean_at_p(const Sums& sums, const std::vector<double>& theta) {
  double sum = 0.0;
  for (std::size_t l = 0; l < theta.size(); ++l) sum += theta[l] * sums.h[l];
  return sum / sums.n;
}

double mean_square_at_q(const Sums& sums, const std::vector<double>& theta) {
  const std::size_t b = theta.size();
  double sum = 0.0;
  for (std::size_t l = 0; l < b; ++l) {
    for (std::size_t k = 0; k <= l; ++k) {
      sum += (k == l ? 1.0 : 2.0) * theta[l] * theta[k] * sums.gram[l * b + k];
    }
  }
  return sum / sums.m;
}

struct Values {
  double linear = 0.0, quadratic = 0.0;
};

Values chi2_values(const Sums& sums, double lambda, bool clip) {
  const std::vector<double> theta = solve(sums, lambda, clip);
  const double at_p = mean_at_p(sums, theta);
  return {at_p - 1.0, 2.0 * at_p - mean_square_at_q(sums, theta) - 1.0};
}

void require_features(const RatioFeatures& f) {
  if (f.count < 1 || f.at_p.empty() || f.at_q.empty() || f.at_p.size() % f.count != 0 ||
      f.at_q.size() % f.count != 0) {
    throw Error("A least-squares ratio needs basis functions at samples of both sides.");
  }
}

RatioFeatures kernel_features(const PointsView& p, const PointsView& q, const Points& centres,
                              double width) {
  const auto evaluate = [&](const PointsView& points) {
    std::vector<double> values;
    for (std::int64_t i = 0; i < points.size(); ++i) {
      for (std::int64_t l = 0; l < centres.size(); ++l) {
        double squares = 0.0;
        for (std::int64_t j = 0; j < points.dim(); ++j) {
          const double z = (points.at(i, j) - centres.row(l)[j]) / width;
          squares += z * z;
        }
        values.push_back(std::exp(-0.5 * squares));
      }
    }
    return values;
  };
  return {evaluate(p), evaluate(q), static_cast<std::size_t>(centres.size())};
}

double median_distance(const Points& points) {
  std::vector<double> distances;
  for (std::int64_t i = 0; i < points.size(); ++i) {
    for (std::int64_t l = 0; l < i; ++l) {
      double squares = 0.0;
      for (std::int64_t j = 0; j < points.dim(); ++j) {
        const double difference = points.row(i)[j] - points.row(l)[j];
        squares += difference * difference;
      }
      if (squares > 0.0) distances.push_back(std::sqrt(squares));
    }
  }
  return distances.empty() ? 1.0 : median(std::move(distances));
}

// Held-out 1/2 mean_Q r^2 - mean_P r, summed over the folds.
double validation_loss(const std::vector<Sums>& folds, double lambda, bool clip) {
  const Sums all = total(folds);
  double loss = 0.0;
  for (const Sums& fold : folds) {
    Sums rest = all;
    rest.add(fold, -1.0);
    const std::vector<double> theta = solve(rest, lambda, clip);
    loss += 0.5 * mean_square_at_q(fold, theta) - mean_at_p(fold, theta);
  }
  return loss;
}

struct Choice {
  double width = 0.0, lambda = 0.0, loss = kInfinity;
};

Choice cross_validate(const PointsView& p, const PointsView& q, const Points& centres,
                      const UlsifOptions& options) {
  const double scale = median_distance(centres);
  Choice best;
  for (const double factor : {0.25, 0.5, 0.75, 1.0, 1.5}) {
    const double width = factor * scale;
    const std::vector<Sums> folds = group_sums(kernel_features(p, q, centres, width), kFolds);
    for (const double lambda : {1e-3, 1e-2, 1e-1, 1.0}) {
      const double loss = validation_loss(folds, lambda, options.clip);
      if (loss < best.loss) best = {width, lambda, loss};
    }
  }
  return best;
}

}  // namespace

std::vector<double> ulsif_weights(const RatioFeatures& features, double lambda, bool clip) {
  require_features(features);
  return solve(group_sums(features, 1).front(), lambda, clip);
}

UlsifChi2 ulsif_chi2(const RatioFeatures& features, double lambda, bool clip) {
  require_features(features);
  const std::vector<Sums> groups = group_sums(features, kGroups);
  const Sums all = total(groups);
  const Values values = chi2_values(all, lambda, clip);
  UlsifChi2 result{.linear = {.value = values.linear}, .quadratic = {.value = values.quadratic}};
  if (std::min(all.n, all.m) < 2.0 * kGroups) {
    result.linear.note = result.quadratic.note = "too few samples for a jackknife";
    return result;
  }
  std::vector<double> linear, quadratic;
  for (const Sums& group : groups) {
    Sums rest = all;
    rest.add(group, -1.0);
    const Values without = chi2_values(rest, lambda, clip);
    linear.push_back(without.linear);
    quadratic.push_back(without.quadratic);
  }
  result.linear.se = jackknife(values.linear, linear).se;
  result.quadratic.se = jackknife(values.quadratic, quadratic).se;
  return result;
}

UlsifChi2 ulsif_pearson_chi2(const PointsView& p, const PointsView& q,
                             const UlsifOptions& options) {
  require_comparable(p, q, 10, "A least-squares ratio");
  require_mixing(require_common_density(p, q, "A least-squares ratio"), "A least-squares ratio");
  CounterStream random(options.seed, 0);
  const auto n = static_cast<std::size_t>(p.size());
  const std::size_t count =
      std::min(n, static_cast<std::size_t>(std::max<std::int64_t>(options.centres, 1)));
  const Points centres = select(p, random_subset(n, count, random));
  Choice choice{options.width > 0.0 ? options.width : 0.75 * median_distance(centres),
                options.lambda};
  if (options.cross_validate) choice = cross_validate(p, q, centres, options);
  UlsifChi2 result =
      ulsif_chi2(kernel_features(p, q, centres, choice.width), choice.lambda, options.clip);
  result.linear.se.reset();
  result.linear.note = "depends on where the kernels are: no standard error";
  if (options.cross_validate) {
    for (Estimate* e : {&result.linear, &result.quadratic}) {
      e->se.reset();
      e->note = "width and lambda by cross-validation: no standard error";
    }
  }
  return result;
}

namespace estimators::ulsif {

std::vector<EstimatorSpec> specs() {
  return {
      {.name = "ulsif_pearson_chi2",
       .quantity = "pearson_chi2",
       .summary = "Pearson's chi-squared from a least-squares density ratio",
       .equation =
           R"(\overline{\hat r}_P-1\ \text{or}\ 2\,\overline{\hat r}_P-\overline{\hat r^2}_Q-1,\quad \hat r=\phi^\top(\hat H+\lambda I)^{-1}\hat h)",
       .unicode = "χ² ≈ mean_P r̂ − 1 or 2 mean_P r̂ − mean_Q r̂² − 1, r̂ = φᵀ(Ĥ + λI)⁻¹ĥ",
       .unit = "1",
       .minimum = 0.0,
       .bias = Bias::unknown,
       .bias_note = "regularisation pulls it down, by a quarter and more where p/q varies a lot",
       .standard_error = "delete-group jackknife of the quadratic form, basis and λ fixed",
       .cost = "O((n + m) b²) for each width, b kernels",
       .confused_with = "half of it, which the papers on the method call the Pearson divergence",
       .reference = "Kanamori, Hido & Sugiyama 2009"}};
}

}  // namespace estimators::ulsif
}  // namespace elbow
