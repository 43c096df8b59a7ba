#include "math/divergences/exact.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "core/error.h"
#include "math/densities/expression.h"

namespace elbow {
namespace {

std::vector<Finding> between(const std::string& p, const std::string& q,
                             const DivergenceSettings& settings = {}) {
  return exact_divergences(*parse_density(p), *parse_density(q), settings);
}

std::set<std::string> quantities(const std::vector<Finding>& found) {
  std::set<std::string> names;
  for (const Finding& finding : found) names.insert(finding.quantity);
  return names;
}

const std::vector<std::pair<std::string, std::string>> kPairs = {
    {"normal(0,1)", "normal(1,2)"},
    {"normal(0,1)", "normal(1,1)"},
    {"mixture(0.5*normal(-2,1),0.5*normal(2,1))", "normal(0,2.2)"},
    {"laplace(0,1)", "normal(0,1)"},
    {"uniform(0,1)", "uniform(0.5,3)"},
    {"exponential(1)", "exponential(3)"},
    {"normal([0,1],[[1,0.4],[0.4,1]])", "normal([1,0],[[1.5,0],[0,0.8]])"},
    {"laplace([0,0],[1,1])", "uniform([-1,-1],[1,1])"},
    {"normal([0,0],[[1,0.5],[0.5,1]])",
     "mixture(0.5*normal([0,0],[[1,0],[0,1]]),0.5*normal([2,1],[[1,0],[0,2]]))"},
    {"normal([0,0,0],[[1,0,0],[0,2,0],[0,0,3]])", "normal([1,1,1],[[1,0.3,0],[0.3,1,0],[0,0,1]])"},
    {"laplace([0,0,0],[1,1,1])", "normal([0,0,0],[[1,0,0],[0,1,0],[0,0,1]])"}};

TEST(ExactDivergences, TwoRoutesToOneQuantityAgree) {
  for (const auto& [p, q] : kPairs) {
    std::map<std::string, double> first;
    int compared = 0;
    for (const Finding& f : between(p, q, {.orders = {0.5, 2, -1, 1, 0}})) {
      EXPECT_TRUE(f.estimate.exact);
      EXPECT_FALSE(f.estimate.se);
      EXPECT_EQ(f.estimate.bias, Bias::none);
      EXPECT_FALSE(std::isnan(f.estimate.value)) << f.quantity;
      EXPECT_GE(f.estimate.value, -1e-10) << f.quantity << " " << p << " " << q;
      const bool ordered = f.quantity == "renyi" || f.quantity == "alpha";
      const auto [at, is_new] =
          first.emplace(f.quantity + (ordered ? f.estimate.note : ""), f.estimate.value);
      if (is_new) continue;
      ++compared;
      if (std::isinf(at->second)) {
        EXPECT_EQ(f.estimate.value, at->second) << f.quantity << " " << p << " " << q;
      } else {
        EXPECT_NEAR(f.estimate.value, at->second, 1e-8 * std::fmax(1, at->second))
            << f.quantity << " " << p << " " << q;
      }
    }
    const bool gaussians = parse_density(p)->gaussian() && parse_density(q)->gaussian();
    EXPECT_GE(compared, gaussians && parse_density(p)->dim() <= 2 ? 8 : 0) << p;
  }
}

TEST(ExactDivergences, OnALineNothingIsMissing) {
  for (const auto& [p, q] : kPairs) {
    if (parse_density(p)->dim() > 1) continue;
    // f_divergence has a row per formula, and here is none.
    EXPECT_EQ(quantities(between(p, q)).size(), divergence_quantities().size() - 1)
        << p << " " << q;
  }
}

TEST(ExactDivergences, RowsComeInTheOrderOfTheQuantities) {
  const auto& names = divergence_quantities();
  std::size_t at = 0;
  for (const Finding& f : between("normal(0,1)", "normal(1,1)")) {
    while (at < names.size() && names[at] != f.quantity) ++at;
    ASSERT_LT(at, names.size()) << f.quantity;
  }
}

TEST(ExactDivergences, InManyDimensionsWhatIsKnownIsThere) {
  const auto gaussians = quantities(between(kPairs[9].first, kPairs[9].second));
  for (const char* name :
       {"kl", "reverse_kl", "jeffreys", "squared_hellinger", "pearson_chi2", "neyman_chi2", "renyi",
        "alpha", "wasserstein2_squared", "energy", "mmd2", "frechet"}) {
    EXPECT_TRUE(gaussians.count(name)) << name;
  }
  EXPECT_FALSE(gaussians.count("jensen_shannon"));
  const auto shift = quantities(between("normal([0,0,0],[[1,0,0],[0,1,0],[0,0,1]])",
                                        "normal([1,0,0],[[1,0,0],[0,1,0],[0,0,1]])"));
  EXPECT_EQ(shift.size(), divergence_quantities().size() + 1)
      << "one covariance: one dimension; and the two sliced distances";
}

TEST(ExactDivergences, AShiftInManyDimensionsIsAShiftOnALine) {
  std::map<std::string, double> line, space;
  for (const Finding& f : between("normal(0,1)", "normal(1.5,1)")) {
    line.emplace(f.quantity, f.estimate.value);
  }
  // Mahalanobis distance 1.5 with variance 4.
  for (const Finding& f : between("normal([0,0,0],[[4,0,0],[0,4,0],[0,0,4]])",
                                  "normal([0,3,0],[[4,0,0],[0,4,0],[0,0,4]])")) {
    space.emplace(f.quantity, f.estimate.value);
  }
  for (const char* name : {"kl", "jensen_shannon", "total_variation", "squared_hellinger",
                           "pearson_chi2", "le_cam", "renyi"}) {
    EXPECT_NEAR(space.at(name), line.at(name), 1e-10) << name;
  }
  EXPECT_NEAR(space.at("wasserstein1"), 3.0, 1e-14);
}

TEST(ExactDivergences, AFiniteValueBeyondDoublesSaysSo) {
  int said = 0;
  for (const Finding& f : between("normal(0,1)", "normal(60,1)")) {
    if (f.quantity != "pearson_chi2") continue;
    EXPECT_EQ(f.estimate.value, kInfinity);
    said += f.estimate.note.find("finite") != std::string::npos;
  }
  EXPECT_EQ(said, 2);
}

TEST(ExactDivergences, EqualDistributionsGiveZeros) {
  for (const char* text :
       {"normal(1,2)", "laplace(0,1)", "mixture(0.5*normal(-2,1),0.5*normal(2,1))",
        "normal([0,1],[[1,0.4],[0.4,1]])"}) {
    for (const Finding& f : between(text, text)) {
      EXPECT_NEAR(f.estimate.value, 0.0, 1e-12) << f.quantity << " " << f.estimator << " " << text;
    }
  }
}

TEST(ExactDivergences, DifferentDimensionsAreAUsageError) {
  try {
    between("normal(0,1)", "uniform([0,0],[1,1])");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
  }
}

}  // namespace
}  // namespace elbow
