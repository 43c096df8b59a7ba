#include "math/matrix.h"

#include <cmath>

namespace elbow {

Matrix identity_matrix(std::int64_t n) {
  Matrix result(n);
  for (std::int64_t i = 0; i < n; ++i) result(i, i) = 1.0;
  return result;
}

Matrix combine(double a, const Matrix& A, double b, const Matrix& B) {
  Matrix result(A.size);
  for (std::size_t i = 0; i < A.values.size(); ++i) {
    result.values[i] = a * A.values[i] + b * B.values[i];
  }
  return result;
}

Matrix multiply(const Matrix& A, const Matrix& B) {
  Matrix result(A.size);
  for (std::int64_t i = 0; i < A.size; ++i) {
    for (std::int64_t k = 0; k < A.size; ++k) {
      for (std::int64_t j = 0; j < A.size; ++j) result(i, j) += A(i, k) * B(k, j);
    }
  }
  return result;
}

Matrix transpose(const Matrix& A) {
  Matrix result(A.size);
  for (std::int64_t i = 0; i < A.size; ++i) {
    for (std::int64_t j = 0; j < A.size; ++j) result(j, i) = A(i, j);
  }
  return result;
}

double trace(const Matrix& A) {
  double sum = 0.0;
  for (std::int64_t i = 0; i < A.size; ++i) sum += A(i, i);
  return sum;
}

Cholesky cholesky(const Matrix& A) { return {A.values, static_cast<std::size_t>(A.size)}; }

Matrix lower_triangle(const Cholesky& factor, std::int64_t n) {
  Matrix L(n);
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t j = 0; j <= i; ++j) {
      L(i, j) = factor.lower(static_cast<std::size_t>(i), static_cast<std::size_t>(j));
    }
  }
  return L;
}

Matrix solve_lower(const Cholesky& factor, const Matrix& B) {
  Matrix X(B.size);
  std::vector<double> column(static_cast<std::size_t>(B.size));
  for (std::int64_t j = 0; j < B.size; ++j) {
    for (std::int64_t i = 0; i < B.size; ++i) column[static_cast<std::size_t>(i)] = B(i, j);
    const auto solved = factor.solve_lower(column);
    for (std::int64_t i = 0; i < B.size; ++i) X(i, j) = solved[static_cast<std::size_t>(i)];
  }
  return X;
}

double squared_norm(std::span<const double> x) {
  double sum = 0.0;
  for (const double v : x) sum += v * v;
  return sum;
}

namespace {

// Rotates rows and columns p, q of A so that A(p, q) vanishes.
void rotate(Matrix& A, Matrix& vectors, std::int64_t p, std::int64_t q) {
  const double theta = (A(q, q) - A(p, p)) / (2.0 * A(p, q));
  const double t = std::copysign(1.0, theta) / (std::fabs(theta) + std::hypot(1.0, theta));
  const double c = 1.0 / std::hypot(1.0, t), s = t * c;
  for (std::int64_t k = 0; k < A.size; ++k) {
    const double a = A(k, p), b = A(k, q);
    A(k, p) = c * a - s * b;
    A(k, q) = s * a + c * b;
  }
  for (std::int64_t k = 0; k < A.size; ++k) {
    const double a = A(p, k), b = A(q, k);
    A(p, k) = c * a - s * b;
    A(q, k) = s * a + c * b;
    const double v = vectors(k, p), w = vectors(k, q);
    vectors(k, p) = c * v - s * w;
    vectors(k, q) = s * v + c * w;
  }
}

double off_diagonal(const Matrix& A) {
  double sum = 0.0;
  for (std::int64_t i = 0; i < A.size; ++i) {
    for (std::int64_t j = 0; j < i; ++j) sum += 2.0 * A(i, j) * A(i, j);
  }
  return sum;
}

}  // namespace

Eigen symmetric_eigen(Matrix A) {
  Eigen result{{}, identity_matrix(A.size)};
  const double total = squared_norm(A.values);
  constexpr int kMostSweeps = 60;
  for (int sweep = 0; sweep < kMostSweeps && off_diagonal(A) > 1e-34 * total; ++sweep) {
    for (std::int64_t p = 0; p < A.size; ++p) {
      for (std::int64_t q = p + 1; q < A.size; ++q) {
        if (A(p, q) != 0.0) rotate(A, result.vectors, p, q);
      }
    }
  }
  for (std::int64_t i = 0; i < A.size; ++i) result.values.push_back(A(i, i));
  return result;
}

}  // namespace elbow
