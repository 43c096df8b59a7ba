// Small square matrices in float64, row by row, and eigenvalues of symmetric ones. For closed forms
// of Gaussians, where LibTorch is not worth its compile time.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "math/cholesky.h"

namespace elbow {

/// A square matrix of `size` rows with its storage, row-major.
struct Matrix {
  explicit Matrix(std::int64_t n = 0) : size(n), values(static_cast<std::size_t>(n * n), 0.0) {}
  Matrix(std::int64_t n, std::vector<double> rows) : size(n), values(std::move(rows)) {}
  double& operator()(std::int64_t i, std::int64_t j) {
    return values[static_cast<std::size_t>(i * size + j)];
  }
  double operator()(std::int64_t i, std::int64_t j) const {
    return values[static_cast<std::size_t>(i * size + j)];
  }
  std::int64_t size;
  std::vector<double> values;
};

Matrix identity_matrix(std::int64_t n);
/// a A + b B.
Matrix combine(double a, const Matrix& A, double b, const Matrix& B);
Matrix multiply(const Matrix& A, const Matrix& B);
Matrix transpose(const Matrix& A);
double trace(const Matrix& A);

/// L^-1 B for the Cholesky factor L.
Matrix solve_lower(const Cholesky& factor, const Matrix& B);
/// The factor of A; ok() is false where A is not positive definite.
Cholesky cholesky(const Matrix& A);
/// L as a matrix.
Matrix lower_triangle(const Cholesky& factor, std::int64_t n);
/// Sum of squares.
double squared_norm(std::span<const double> x);

/// Eigenvalues (not sorted) of symmetric A, and the eigenvectors as columns of `vectors`. Cyclic
/// Jacobi rotations (Golub & Van Loan 2013, section 8.5), to rounding.
struct Eigen {
  std::vector<double> values;
  Matrix vectors;
};
Eigen symmetric_eigen(Matrix A);

}  // namespace elbow
