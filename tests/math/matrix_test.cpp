#include "math/matrix.h"

#include <gtest/gtest.h>

#include <cmath>

namespace elbow {
namespace {

Matrix example() { return {3, {4, 1, -2, 1, 3, 0.5, -2, 0.5, 5}}; }

TEST(Matrix, EigenvectorsDiagonaliseAndAreOrthonormal) {
  const Eigen eigen = symmetric_eigen(example());
  const Matrix v = eigen.vectors;
  const Matrix d = multiply(transpose(v), multiply(example(), v));
  const Matrix one = multiply(transpose(v), v);
  for (int i = 0; i < 3; ++i) {
    for (int j = 0; j < 3; ++j) {
      EXPECT_NEAR(d(i, j), i == j ? eigen.values[static_cast<std::size_t>(i)] : 0.0, 1e-14);
      EXPECT_NEAR(one(i, j), i == j ? 1.0 : 0.0, 1e-15);
    }
  }
}

TEST(Matrix, EigenvaluesOfTwoByTwoAreThoseOfTheQuadraticEquation) {
  const auto values = symmetric_eigen(Matrix(2, {2, 1.5, 1.5, -1})).values;
  const double root = std::sqrt(1.5 * 1.5 + 1.5 * 1.5);
  EXPECT_NEAR(std::fmin(values[0], values[1]), 0.5 - root, 1e-15);
  EXPECT_NEAR(std::fmax(values[0], values[1]), 0.5 + root, 1e-15);
}

TEST(Matrix, TheLowerTriangleSolvesAndSquaresBack) {
  const Cholesky factor = cholesky(example());
  ASSERT_TRUE(factor.ok());
  const Matrix L = lower_triangle(factor, 3);
  const Matrix back = multiply(L, transpose(L)), unit = solve_lower(factor, L);
  for (int i = 0; i < 3; ++i) {
    for (int j = 0; j < 3; ++j) {
      EXPECT_NEAR(back(i, j), example()(i, j), 1e-14);
      EXPECT_NEAR(unit(i, j), i == j ? 1.0 : 0.0, 1e-15);
    }
  }
  EXPECT_FALSE(cholesky(Matrix(2, {1, 2, 2, 1})).ok());
}

}  // namespace
}  // namespace elbow
