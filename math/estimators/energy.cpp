#include "math/estimators/energy.h"

#include "math/sample_support.h"

namespace elbow {

Estimate energy_unbiased(const PointsView& p, const PointsView& q) {
  require_comparable(p, q, 2, "The unbiased energy distance");
  return without_error_of_a_doubtful_moment(
      u_estimate(gram_sums(p, q, Kernel::negative_distance())), p, q, 2.0);
}

Estimate energy_biased(const PointsView& p, const PointsView& q) {
  require_comparable(p, q, 1, "The energy distance");
  return without_error_of_a_doubtful_moment(
      v_estimate(gram_sums(p, q, Kernel::negative_distance())), p, q, 2.0);
}

PermutationTest energy_permutation_test(const PointsView& p, const PointsView& q,
                                        std::int64_t relabellings, CounterStream& random) {
  return mmd_permutation_test(p, q, Kernel::negative_distance(), relabellings, random);
}

namespace estimators::energy {

std::vector<EstimatorSpec> specs() {
  EstimatorSpec u{
      .name = "energy_unbiased",
      .quantity = "energy",
      .summary = "Energy distance, U-statistic.",
      .equation =
          R"(\frac2{nm}\sum_{ij}\lVert x_i-y_j\rVert-\frac{\sum_{i\ne j}\lVert x_i-x_j\rVert}{n(n-1)})"
          R"(-\frac{\sum_{i\ne j}\lVert y_i-y_j\rVert}{m(m-1)})",
      .unicode = "2 Σᵢⱼ ‖xᵢ−yⱼ‖/nm − Σ_{i≠j} ‖xᵢ−xⱼ‖/n(n−1) − Σ_{i≠j} ‖yᵢ−yⱼ‖/m(m−1)",
      .unit = "distance",
      .minimum = 0.0,
      .bias = Bias::none,
      .bias_note = "unbiased for 2 E‖X−Y‖ − E‖X−X′‖ − E‖Y−Y′‖; may be negative",
      .standard_error =
          "unbiased variance of the U-statistic; not normal at P = Q: permutation test",
      .cost = "O((n + m)² d); O((n + m) log(n + m)) in one dimension",
      .confused_with = "its square root, and the V-statistic with the zero diagonals counted",
      .reference = "Székely & Rizzo 2013, Energy statistics"};
  EstimatorSpec v = u;
  v.name = "energy_biased";
  v.summary =
      "Energy distance of the two empirical distributions, V-statistic; 2 ∫ (F−G)² on a line.";
  v.equation = R"(\frac2{nm}\sum_{ij}\lVert x_i-y_j\rVert-\frac1{n^2}\sum_{ij}\lVert x_i-x_j\rVert)"
               R"(-\frac1{m^2}\sum_{ij}\lVert y_i-y_j\rVert)";
  v.unicode = "2 Σᵢⱼ ‖xᵢ−yⱼ‖/nm − Σᵢⱼ ‖xᵢ−xⱼ‖/n² − Σᵢⱼ ‖yᵢ−yⱼ‖/m²";
  v.bias = Bias::upper;
  v.bias_note = "by E‖X−X′‖/n + E‖Y−Y′‖/m";
  v.confused_with = "the unbiased U-statistic; its square root";
  return {u, v};
}

}  // namespace estimators::energy
}  // namespace elbow
