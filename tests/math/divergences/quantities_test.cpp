#include "math/divergences/quantities.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "core/estimate.h"
#include "math/densities/expression.h"
#include "math/divergences/exact.h"
#include "math/estimators/sample_metrics.h"

namespace elbow {
namespace {

TEST(Quantities, EachOfTheListIsDescribed) {
  std::vector<std::string> names;
  for (const DivergenceQuantity& q : divergence_quantity_specs()) {
    SCOPED_TRACE(q.name);
    names.push_back(q.name);
    for (const std::string& text :
         {q.summary, q.equation, q.unicode, q.unit, q.convention, q.confused_with, q.reference})
      EXPECT_FALSE(text.empty());
  }
  EXPECT_EQ(names, divergence_quantities());
}

TEST(Quantities, ValuesLieInTheirRanges) {
  std::map<std::string, double> maximum;
  for (const DivergenceQuantity& q : divergence_quantity_specs()) maximum[q.name] = q.maximum;
  // Nearly disjoint: close to the largest values, but not above them.
  for (const char* q : {"normal(0,1)", "normal(1,2)", "normal(12,1)"})
    for (const Finding& f :
         exact_divergences(*parse_density("normal(0,1)"), *parse_density(q), {})) {
      EXPECT_GE(f.estimate.value, -1e-12) << f.quantity << " " << q;
      EXPECT_LE(f.estimate.value, maximum.at(f.quantity) + 1e-12) << f.quantity << " " << q;
      if (std::string(q) == "normal(12,1)" && std::isfinite(maximum.at(f.quantity))) {
        EXPECT_GT(f.estimate.value, 0.99 * maximum.at(f.quantity)) << f.quantity;
      }
      if (std::string(q) == "normal(0,1)") {
        EXPECT_NEAR(f.estimate.value, 0.0, 1e-9) << f.quantity;
      }
    }
}

TEST(Quantities, EstimatorsHaveTheUnitOfTheirQuantity) {
  for (const EstimatorSpec& spec : estimator_specs())
    for (const DivergenceQuantity& q : divergence_quantity_specs())
      if (spec.quantity == q.name) {
        EXPECT_EQ(spec.unit, q.unit) << spec.name;
      }
  for (const std::string& name : sample_quantities()) EXPECT_NE(unit_of_quantity(name), "") << name;
  EXPECT_EQ(unit_of_quantity("no_such"), "");
}

}  // namespace
}  // namespace elbow
