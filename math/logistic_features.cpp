#include "math/tensor.h"

#include <ATen/ops/from_blob.h>
#include <ATen/ops/linalg_eigh.h>
#include <ATen/ops/matmul.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "math/logistic_features.h"
#include "math/statistics/welford.h"

namespace elbow {
namespace {

constexpr double kConstant = 1e-12;   // sd over the largest magnitude of a column
constexpr double kDependent = 1e-10;  // part of a term's variance that the others leave

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

std::size_t terms_of(std::int64_t dim, bool quadratic) {
  return at(quadratic ? dim + dim * (dim + 1) / 2 : dim);
}

Points pooled(const PointsView& p, const PointsView& q) {
  std::vector<double> values(p.all().begin(), p.all().end());
  values.insert(values.end(), q.all().begin(), q.all().end());
  return {std::move(values), p.dim()};
}

struct Column {
  std::int64_t index = 0;
  double mean = 0.0, sd = 0.0;
};

/// Those that vary.
std::vector<Column> varying_columns(const PointsView& points) {
  std::vector<Column> found;
  for (std::int64_t j = 0; j < points.dim(); ++j) {
    Welford column;
    double largest = 0.0;
    for (std::int64_t i = 0; i < points.size(); ++i) {
      column.add(points.at(i, j));
      largest = std::max(largest, std::fabs(points.at(i, j)));
    }
    const double sd = std::sqrt(column.variance());
    if (sd > kConstant * largest) found.push_back({j, column.mean(), sd});
  }
  return found;
}

/// The first `most` principal directions of standardised rows [n, d], over their deviations, as
/// rows [found, d].
std::vector<double> principal_directions(std::vector<double>& rows, std::int64_t n, std::int64_t d,
                                         std::int64_t most) {
  const Tensor x = at::from_blob(rows.data(), {n, d}, at::kDouble);
  const bool wide = d > n;
  const Tensor product = wide ? at::matmul(x, x.t()) : at::matmul(x.t(), x);
  const auto [values, vectors] = at::linalg_eigh(product);  // ascending
  const std::int64_t size = values.size(0);
  const double* const found = values.data_ptr<double>();
  std::int64_t first = std::max<std::int64_t>(0, size - most);
  while (first < size && !(found[first] > kDependent * found[size - 1])) ++first;
  const Tensor kept = vectors.narrow(1, first, size - first);
  const Tensor roots = values.narrow(0, first, size - first).sqrt();
  const Tensor directions = (wide ? at::matmul(x.t(), kept) / roots : kept) / roots;
  const Tensor result = (directions * std::sqrt(static_cast<double>(n - 1))).t().contiguous();
  const double* const data = result.data_ptr<double>();
  return {data, data + result.numel()};
}

}  // namespace

std::size_t LogisticFeatures::term_count() const { return terms_of(coordinates_, quadratic_); }

LogisticFeatures::LogisticFeatures(const PointsView& p, const PointsView& q, bool quadratic,
                                   std::int64_t most)
    : dim_(p.dim()), quadratic_(quadratic) {
  require_comparable(p, q, 1, "A fitted density ratio");
  const Points all = pooled(p, q);
  const std::int64_t total = all.size();
  const std::vector<Column> columns = varying_columns(all);
  const auto varying = static_cast<std::int64_t>(columns.size());
  origin_.assign(at(dim_), 0.0);
  for (const Column& c : columns) origin_[at(c.index)] = c.mean;
  if (most > 0 && terms_of(varying, quadratic_) > at(most)) quadratic_ = false;
  reduced_ = most > 0 && varying > most;
  coordinates_ = varying;
  if (reduced_) {
    std::vector<double> rows;
    rows.reserve(at(total * varying));
    for (std::int64_t i = 0; i < total; ++i) {
      for (const Column& c : columns) rows.push_back((all.row(i)[c.index] - c.mean) / c.sd);
    }
    const std::vector<double> found = principal_directions(rows, total, varying, most);
    coordinates_ = static_cast<std::int64_t>(found.size()) / varying;
    directions_.assign(at(coordinates_ * dim_), 0.0);
    for (std::int64_t k = 0; k < coordinates_; ++k) {
      for (std::int64_t j = 0; j < varying; ++j) {
        directions_[at(k * dim_ + columns[at(j)].index)] =
            found[at(k * varying + j)] / columns[at(j)].sd;
      }
    }
  } else {
    directions_.assign(at(coordinates_ * dim_), 0.0);
    for (std::int64_t k = 0; k < varying; ++k) {
      directions_[at(k * dim_ + columns[at(k)].index)] = 1.0 / columns[at(k)].sd;
    }
  }
  Points terms(total, static_cast<std::int64_t>(term_count()));
  std::vector<double> coordinates(at(coordinates_));
  for (std::int64_t i = 0; i < total; ++i) {
    write_terms(all.row(i), coordinates.data(), terms.row(i));
  }
  // Standardised terms, then the factor of their correlations, the largest remainder first.
  const std::vector<Column> candidates = varying_columns(terms);
  const std::size_t count = candidates.size();
  std::vector<double> correlations(count * count, 0.0), row(count);
  for (std::int64_t i = 0; i < total; ++i) {
    for (std::size_t k = 0; k < count; ++k) {
      row[k] = (terms.row(i)[candidates[k].index] - candidates[k].mean) / candidates[k].sd;
    }
    for (std::size_t k = 0; k < count; ++k) {
      for (std::size_t l = 0; l <= k; ++l) correlations[k * count + l] += row[k] * row[l];
    }
  }
  for (double& c : correlations) c /= static_cast<double>(std::max<std::int64_t>(1, total - 1));
  const auto correlation = [&](std::size_t a, std::size_t b) {
    return correlations[std::max(a, b) * count + std::min(a, b)];
  };
  std::vector<double> remainder(count, 1.0);
  std::vector<std::size_t> order;                    // of the candidates
  std::vector<std::vector<double>> loadings(count);  // of every candidate on the kept ones
  while (order.size() < count) {
    const auto largest = std::max_element(remainder.begin(), remainder.end());
    if (!(*largest > kDependent)) break;
    const auto next = static_cast<std::size_t>(largest - remainder.begin());
    const double root = std::sqrt(*largest);
    const std::vector<double> own = loadings[next];
    for (std::size_t k = 0; k < count; ++k) {
      double left = correlation(k, next);
      for (std::size_t l = 0; l < own.size(); ++l) left -= loadings[k][l] * own[l];
      const double loading = k == next ? root : left / root;
      loadings[k].push_back(loading);
      remainder[k] -= loading * loading;
    }
    order.push_back(next);
    remainder[next] = -1.0;
  }
  for (const std::size_t k : order) {
    kept_.push_back(at(candidates[k].index));
    centre_.push_back(candidates[k].mean);
    scale_.push_back(candidates[k].sd);
  }
  factor_.assign(kept_.size() * kept_.size(), 0.0);
  for (std::size_t k = 0; k < kept_.size(); ++k) {
    for (std::size_t l = 0; l <= k; ++l) factor_[k * kept_.size() + l] = loadings[order[k]][l];
  }
}

void LogisticFeatures::write_terms(const double* x, double* coordinates, double* terms) const {
  for (std::int64_t k = 0; k < coordinates_; ++k) {
    const double* direction = directions_.data() + k * dim_;
    double sum = 0.0;
    for (std::int64_t j = 0; j < dim_; ++j) sum += direction[j] * (x[j] - origin_[at(j)]);
    coordinates[k] = sum;
  }
  terms = std::copy_n(coordinates, coordinates_, terms);
  if (!quadratic_) return;
  for (std::int64_t i = 0; i < coordinates_; ++i) {
    for (std::int64_t j = i; j < coordinates_; ++j) *terms++ = coordinates[i] * coordinates[j];
  }
}

Points LogisticFeatures::operator()(const PointsView& points) const {
  if (points.dim() != dim_) throw Error("The ratio was fitted on points of another dimension.");
  const std::size_t count = kept_.size();
  Points result(points.size(), 1 + static_cast<std::int64_t>(count));
  std::vector<double> coordinates(at(coordinates_)), terms(term_count());
  for (std::int64_t i = 0; i < points.size(); ++i) {
    write_terms(points.row(i), coordinates.data(), terms.data());
    double* out = result.row(i);
    *out++ = 1.0;
    for (std::size_t k = 0; k < count; ++k) {
      double left = (terms[kept_[k]] - centre_[k]) / scale_[k];
      for (std::size_t l = 0; l < k; ++l) left -= factor_[k * count + l] * out[l];
      out[k] = left / factor_[k * count + k];
    }
  }
  return result;
}

std::string LogisticFeatures::form() const {
  if (reduced_) return "linear in " + std::to_string(coordinates_) + " principal components";
  return quadratic_ ? "quadratic in x" : "linear in x";
}

}  // namespace elbow
