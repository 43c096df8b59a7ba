// elbow divergence as a user meets it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "tests/support/program.h"
#include "tests/support/temp_dir.h"

namespace elbow::testing {
namespace {

using ::testing::HasSubstr;

ProgramResult divergence(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"elbow", "divergence"});
  return run_program(arguments);
}

std::vector<nlohmann::json> json_lines(const std::string& text) {
  std::vector<nlohmann::json> rows;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) rows.push_back(nlohmann::json::parse(line));
  return rows;
}

const std::set<std::string> kAll = {"kl",
                                    "reverse_kl",
                                    "jeffreys",
                                    "jensen_shannon",
                                    "total_variation",
                                    "squared_hellinger",
                                    "pearson_chi2",
                                    "neyman_chi2",
                                    "le_cam",
                                    "renyi",
                                    "alpha",
                                    "wasserstein1",
                                    "wasserstein2_squared",
                                    "energy",
                                    "mmd2",
                                    "frechet"};

/// Without an exact value. The sliced distances join in more dimensions.
const std::set<std::string> kOfSamples = {"kernel_distance",
                                          "sinkhorn_divergence",
                                          "classifier_accuracy",
                                          "classifier_auc",
                                          "precision",
                                          "recall",
                                          "density",
                                          "coverage"};

TEST(DivergenceCommandSlow, JsonHasOneObjectALineWithTheAgreedKeys) {
  const auto result =
      divergence({"normal(0,1)", "normal(1,2)", "--format", "json", "--samples", "300"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const std::map<std::string, double> truth = {{"kl", 0.4431471806},
                                               {"reverse_kl", 1.3068528194},
                                               {"jeffreys", 1.75},
                                               {"jensen_shannon", 0.1281749731},
                                               {"total_variation", 0.3900656601},
                                               {"squared_hellinger", 0.1491945378},
                                               {"pearson_chi2", 0.7440263415},
                                               {"le_cam", 0.4349651082},
                                               {"renyi", 0.3231435513},
                                               {"wasserstein1", 1.1666309412},
                                               {"wasserstein2_squared", 2},
                                               {"energy", 0.5341053241},
                                               {"frechet", 2}};
  std::set<std::string> exact, estimated;
  for (const auto& row : json_lines(result.out)) {
    EXPECT_EQ(row.size(), 7u);
    const std::string quantity = row.at("quantity");
    EXPECT_TRUE(kAll.count(quantity) + kOfSamples.count(quantity)) << quantity;
    EXPECT_TRUE(row.at("se").is_null() || row.at("se").is_number());
    EXPECT_TRUE(std::set<std::string>({"none", "lower", "upper", "unknown"}).count(row.at("bias")));
    EXPECT_TRUE(row.at("note").is_string());
    (row.at("exact").get<bool>() ? exact : estimated).insert(quantity);
    if (!row.at("exact").get<bool>()) continue;
    EXPECT_TRUE(row.at("se").is_null());
    if (quantity == "neyman_chi2") {
      EXPECT_EQ(row.at("value"), "inf");
    } else if (truth.count(quantity)) {
      EXPECT_NEAR(row.at("value").get<double>(), truth.at(quantity), 1e-8) << quantity;
    }
  }
  EXPECT_EQ(exact, kAll);
  std::set<std::string> all = kAll;
  all.insert(kOfSamples.begin(), kOfSamples.end());
  EXPECT_EQ(estimated, all);
  // Keys in the order of the documentation.
  EXPECT_THAT(result.out.substr(0, result.out.find('\n')),
              ::testing::MatchesRegex("\\{\"quantity\":\"kl\",\"estimator\":\"[a-z_]+\",\"value\":"
                                      "[0-9.]+,\"se\":null,\"bias\":\"none\",\"exact\":true,"
                                      "\"note\":\"\"\\}"));
}

TEST(DivergenceCommandSlow, TheTableIsAligned) {
  const auto result = divergence({"laplace(0,1)", "uniform(-1,1)", "--samples", "200"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("P = laplace(0,1), 200 draws"));
  std::istringstream lines(result.out);
  std::string header;
  std::getline(lines, header);
  const auto value = header.find("value"), se = header.find("se ");
  for (const char* column : {"quantity", "estimator", "value", "se", "unit", "bias", "note"}) {
    EXPECT_THAT(header, HasSubstr(column));
  }
  for (std::string line; std::getline(lines, line);) {
    for (const auto at : {value, se}) {
      ASSERT_GT(line.size(), at) << line;
      EXPECT_EQ(line[at - 1], ' ') << line;
      EXPECT_NE(line[at], ' ') << line;
    }
  }
  EXPECT_THAT(result.out, HasSubstr("inf"));
  const auto unit = header.find("unit");
  std::istringstream rows(result.out.substr(header.size() + 1));
  for (std::string line; std::getline(rows, line);) {
    const std::string found = line.substr(unit, line.find("  ", unit) - unit);
    EXPECT_THAT(found, ::testing::AnyOf("nats", "1", "distance", "squared distance")) << line;
  }
}

TEST(DivergenceCommandSlow, TheSameSeedGivesTheSameLinesAndAnotherSeedOthers) {
  const std::vector<std::string> base = {"normal(0,1)", "logistic(0,1)", "--format", "json",
                                         "--samples",   "150",           "--seed"};
  auto one = base, two = base;
  one.push_back("7");
  two.push_back("8");
  const auto first = divergence(one).out;
  EXPECT_EQ(first, divergence(one).out);
  EXPECT_NE(first, divergence(two).out);
}

TEST(DivergenceCommandSlow, OrdersAreRowsOfTheirOwn) {
  const auto result = divergence({"normal(0,1)", "normal(1,1)", "--alpha", "2", "--alpha", "-1",
                                  "--format", "json", "--samples", "100", "--bandwidth", "1"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  std::map<std::string, double> exact;
  for (const auto& row : json_lines(result.out)) {
    if (!row.at("exact").get<bool>()) continue;
    exact[row.at("quantity").get<std::string>() + " " + row.at("note").get<std::string>()] =
        row.at("value").get<double>();
  }
  EXPECT_NEAR(exact.at("renyi α = 2"), 1.0, 1e-9);
  EXPECT_NEAR(exact.at("alpha α = 2"), (std::exp(1) - 1) / 2, 1e-9);
  EXPECT_NEAR(exact.at("alpha α = -1"), (std::exp(1) - 1) / 2, 1e-9);
  EXPECT_FALSE(exact.count("renyi α = -1"));
  EXPECT_NEAR(exact.at("mmd2 RBF kernel, h = 1"), 0.1772676349, 1e-9);
}

// Fewer points than dimensions, as images have them: seconds, and no number that its error denies.
TEST(DivergenceCommandSlow, SamplesOfManyDimensionsAreRefusedOrHonest) {
  const TempDir dir;
  std::uint32_t state = 1;
  const auto images = [&](const std::string& name) {
    std::string text;
    for (int i = 0; i < 60; ++i) {
      for (int k = 0; k < 784; ++k) {
        state = state * 1664525u + 1013904223u;
        text += (k > 0 ? "," : "") + std::to_string(state >> 31);
      }
      text += '\n';
    }
    return dir.write(name, text);
  };
  const auto result = divergence({images("p.csv"), images("q.csv"), "--format", "json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("left out: frechet, frechet_extrapolated"));
  EXPECT_THAT(result.err, HasSubstr("left out: kl, knn_kl"));
  int unbiased = 0;
  for (const auto& row : json_lines(result.out)) {
    EXPECT_NE(row.at("estimator"), "knn_squared_hellinger");
    if (row.at("bias") != "none" || row.at("se").is_null()) continue;
    // P = Q: within the error of nothing, or of one half.
    const std::string quantity = row.at("quantity");
    const double truth = quantity.starts_with("classifier_") ? 0.5 : 0.0;
    EXPECT_LE(std::fabs(row.at("value").get<double>() - truth), 5.0 * row.at("se").get<double>())
        << quantity << " " << row.at("estimator");
    ++unbiased;
  }
  EXPECT_GE(unbiased, 4);
}

TEST(DivergenceCommandSlow, AnFOfOnesOwnIsARow) {
  const auto result = divergence({"normal(0,1)", "normal(1,2)", "--f", "t*ln(t)", "--f",
                                  "(t-1)^2 + abs(t-1)", "--format", "json", "--samples", "50"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  std::vector<double> values;
  std::vector<std::string> notes;
  for (const auto& row : json_lines(result.out)) {
    if (row.at("quantity") != "f_divergence") continue;
    EXPECT_TRUE(row.at("exact").get<bool>());
    values.push_back(row.at("value"));
    notes.push_back(row.at("note"));
  }
  ASSERT_EQ(values.size(), 2u);
  EXPECT_NEAR(values[0], 0.4431471806, 1e-9);
  EXPECT_EQ(notes[0], "f(t) = t · ln(t): kl");
  EXPECT_NEAR(values[1], 0.7440263415 + 2.0 * 0.3900656601, 1e-9);
}

TEST(DivergenceCommandSlow, AnFThatIsNoneIsShownWhereItIsWrong) {
  const auto refused = [](const std::string& f, const std::string& why) {
    const auto result = divergence({"normal(0,1)", "normal(1,2)", "--f", f});
    EXPECT_EQ(result.exit_code, 2) << f;
    EXPECT_EQ(result.out, "");
    EXPECT_THAT(result.err, HasSubstr(why));
  };
  refused("2 t", "--f:1:3: error: expected an operator before 't'\n  2 t\n    ^");
  refused("t*log(t)", "the natural logarithm is 'ln'");
  refused("sqrt(t)", "f(1) is 1");
  refused("sqrt(t) - 1", "not convex");
  const TempDir dir;
  const auto file = dir.write("p.csv", "1\n2\n3\n4\n");
  const auto result = divergence({file, "normal(0,1)", "--f", "t*ln(t)"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("--f needs two laws that are known"));
}

TEST(DivergenceCommandSlow, FilesAndDensitiesMix) {
  const TempDir dir;
  std::string csv = "x,y\n", shifted;
  for (int i = 0; i < 120; ++i) {
    const double a = std::sin(1.7 * i), b = std::cos(2.9 * i);
    csv += std::to_string(a) + "," + std::to_string(b) + "\n";
    shifted += std::to_string(a + 0.5) + " " + std::to_string(b) + "\n";
  }
  const auto p = dir.write("p.csv", csv), q = dir.write("q.txt", shifted);
  const auto files = divergence({p, q, "--format", "json"});
  ASSERT_EQ(files.exit_code, 0) << files.err;
  bool found = false;
  for (const auto& row : json_lines(files.out)) {
    EXPECT_FALSE(row.at("exact").get<bool>());
    if (row.at("quantity") != "wasserstein2_squared") continue;
    EXPECT_NEAR(row.at("value").get<double>(), 0.25, 1e-6) << "a translation of the points";
    found = true;
  }
  EXPECT_TRUE(found);
  const auto mixed =
      divergence({p, "normal([0,0],[[1,0],[0,1]])", "--format", "json", "--samples", "100"});
  ASSERT_EQ(mixed.exit_code, 0) << mixed.err;
  for (const auto& row : json_lines(mixed.out)) EXPECT_FALSE(row.at("exact").get<bool>());
}

/// Notes and values of the rows of one file against another, by "quantity estimator".
std::map<std::string, nlohmann::json> rows_of(const std::string& p, const std::string& q) {
  const auto result = divergence({p, q, "--format", "json"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  std::map<std::string, nlohmann::json> rows;
  for (const auto& row : json_lines(result.out)) {
    rows[row.at("quantity").get<std::string>() + " " + row.at("estimator").get<std::string>()] =
        row;
  }
  return rows;
}

/// 300 points of a Weyl sequence in the unit square, `shift` to the right.
std::string square_file(const TempDir& dir, const std::string& name, int first, double shift) {
  std::string csv;
  for (int i = first; i < first + 300; ++i) {
    csv += std::to_string(std::fmod(0.7548776662 * i, 1.0) + shift) + "," +
           std::to_string(std::fmod(0.5698402910 * i, 1.0)) + "\n";
  }
  return dir.write(name, csv);
}

// Each number beside what it is between the halves of P, and tests that see a shift of a whole
// square but not other points of the same one.
TEST(DivergenceCommandSlow, SampleFilesHaveFloorsAndTests) {
  const TempDir dir;
  const auto p = square_file(dir, "p.csv", 0, 0.0), same = square_file(dir, "same.csv", 300, 0.0);
  const auto equal = rows_of(p, same), shifted = rows_of(p, square_file(dir, "q.csv", 300, 1.0));
  for (const char* row :
       {"wasserstein1 wasserstein1_exact", "energy energy_unbiased", "mmd2 mmd2_unbiased",
        "frechet frechet", "sinkhorn_divergence sinkhorn_divergence",
        "sliced_wasserstein1 sliced_wasserstein1",
        "sliced_wasserstein2_squared sliced_wasserstein2_squared",
        "max_sliced_wasserstein2_squared max_sliced_wasserstein2_squared", "precision precision",
        "recall recall", "density density", "coverage coverage"}) {
    ASSERT_TRUE(shifted.count(row)) << row;
    EXPECT_THAT(shifted.at(row).at("note").get<std::string>(),
                HasSubstr("(two samples of P, 150 points each)"))
        << row;
  }
  for (const char* row : {"energy energy_unbiased", "mmd2 mmd2_unbiased"}) {
    EXPECT_THAT(shifted.at(row).at("note").get<std::string>(), HasSubstr("p = 0.005 ("));
    EXPECT_THAT(equal.at(row).at("note").get<std::string>(),
                ::testing::Not(HasSubstr("p = 0.005 (")));
  }
  const auto value = [&](const std::string& row) {
    return shifted.at(row).at("value").get<double>();
  };
  EXPECT_NEAR(value("max_sliced_wasserstein2_squared max_sliced_wasserstein2_squared"), 1.0, 0.02)
      << "along the shift";
  EXPECT_NEAR(value("sliced_wasserstein2_squared sliced_wasserstein2_squared"), 0.5,
              4 * 0.36 / std::sqrt(100.0))
      << "E cos² over 100 directions, its sd 1/√8";
  EXPECT_GT(value("classifier_accuracy classifier_accuracy"), 0.97) << "the squares touch";
  EXPECT_GT(value("classifier_auc classifier_auc"), 0.99);
  EXPECT_THAT(shifted.at("classifier_accuracy classifier_accuracy").at("note").get<std::string>(),
              HasSubstr("p = "));
  EXPECT_GT(equal.at("coverage coverage").at("value").get<double>(), 0.9);
  EXPECT_LT(value("coverage coverage"), 0.2);
}

TEST(DivergenceCommandSlow, TiedPointsLeaveEstimatorsOutWithTheReason) {
  const TempDir dir;
  std::string text;
  for (int i = 0; i < 100; ++i) text += std::to_string(i % 3) + "\n";
  const auto file = dir.write("tied.csv", text);
  const auto result = divergence({file, file, "--format", "json"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("left out: kl, knn_kl"));
  EXPECT_THAT(result.out, HasSubstr("wasserstein1"));
}

// Where the divergence is infinite no fitted number stands for it, and no error is 0.
TEST(DivergenceCommandSlow, SamplesApartGiveLowerBounds) {
  const TempDir dir;
  std::string near, far;
  for (int i = 0; i < 100; ++i) {
    near += std::to_string(std::fmod(0.7548776662 * i, 1.0)) + "\n";
    far += std::to_string(std::fmod(0.5698402910 * i, 1.0) + 3.0) + "\n";
  }
  const auto p = dir.write("near.csv", near), q = dir.write("far.csv", far);
  const auto rows = rows_of(p, q);
  for (const char* refused : {"kl logistic_kl", "kl nwj", "jeffreys logistic_jeffreys"}) {
    EXPECT_FALSE(rows.count(refused)) << refused;
  }
  const auto& bound = rows.at("kl donsker_varadhan");
  EXPECT_EQ(bound.at("bias"), "lower");
  EXPECT_TRUE(bound.at("se").is_null());
  EXPECT_THAT(bound.at("note").get<std::string>(), HasSubstr("may be infinite"));
  for (const char* row :
       {"total_variation logistic_total_variation", "classifier_accuracy classifier_accuracy",
        "classifier_auc classifier_auc"}) {
    EXPECT_EQ(rows.at(row).at("value"), 1.0) << row;
    EXPECT_GT(rows.at(row).at("se").get<double>(), 0.01) << row << ": 50 of 50";
  }
}

TEST(DivergenceCommandSlow, TheSamePointsTwiceAreAtDistanceZero) {
  const TempDir dir;
  const auto p = square_file(dir, "p.csv", 0, 0.0), copy = square_file(dir, "copy.csv", 0, 0.0);
  const auto rows = rows_of(p, copy);
  for (const char* row :
       {"wasserstein1 wasserstein1_exact", "energy energy_biased", "mmd2 mmd2_biased",
        "frechet frechet", "sinkhorn_divergence sinkhorn_divergence"}) {
    ASSERT_TRUE(rows.count(row)) << row;
    EXPECT_NEAR(rows.at(row).at("value").get<double>(), 0.0, 1e-9) << row;
    EXPECT_TRUE(rows.at(row).at("se").is_null()) << row;
  }
  for (const auto& [row, found] : rows) {
    EXPECT_TRUE(row.find("kl") == std::string::npos && row.find("classifier") == std::string::npos)
        << row << " takes them to be independent";
  }
}

TEST(DivergenceCommandSlow, WhatRemediesNameIsOnOffer) {
  const TempDir dir;
  const auto six = dir.write("six.csv", "0.1\n0.4\n0.9\n1.7\n2.2\n3.1\n");
  const auto other = dir.write("other.csv", "0.3\n0.5\n1.1\n1.5\n2.4\n");
  const auto few = divergence({six, other, "--format", "json"});
  EXPECT_THAT(few.err, HasSubstr("left out: precision, precision: Precision and recall with k = 5 "
                                 "need at least 6 points of each; there are 6 and 5. A smaller k"));
  const auto smaller =
      divergence({six, other, "--format", "json", "--k", "1", "--epsilon", "0.25"});
  EXPECT_EQ(smaller.exit_code, 0) << smaller.err;
  EXPECT_THAT(smaller.out, HasSubstr("\"estimator\":\"precision\""));
  EXPECT_THAT(smaller.out, HasSubstr("k = 1"));
  EXPECT_THAT(smaller.out, HasSubstr("ε = 0.25"));
  EXPECT_EQ(divergence({six, other, "--k", "0"}).exit_code, 2);
  EXPECT_EQ(divergence({six, other, "--epsilon", "0"}).exit_code, 2);
  EXPECT_EQ(divergence({six, other, "--epsilon", "nan"}).exit_code, 2);
}

TEST(DivergenceCommandSlow, MistakesHaveTheirExitCodes) {
  const TempDir dir;
  const auto wrong = divergence({"normal(0,1)", "normal(1,-2)"});
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_EQ(wrong.out, "");
  EXPECT_THAT(wrong.err, HasSubstr("\n  normal(1,-2)\n           ^~\n"));
  EXPECT_EQ(divergence({"normal(0,1)"}).exit_code, 2);
  EXPECT_EQ(divergence({"normal(0,1)", "normal(0,1)", "--samples", "1"}).exit_code, 2);
  EXPECT_EQ(divergence({"normal(0,1)", "normal(0,1)", "--format", "xml"}).exit_code, 2);
  EXPECT_EQ(divergence({"normal(0,1)", "normal(0,1)", "--bandwidth", "0"}).exit_code, 2);
  EXPECT_EQ(divergence({"normal(0,1)", "normal(0,1)", "--alpha", "inf"}).exit_code, 2);
  const auto dims = divergence({"normal(0,1)", "normal([0,0],[[1,0],[0,1]])"});
  EXPECT_EQ(dims.exit_code, 2);
  EXPECT_THAT(dims.err, HasSubstr("same dimension"));
  EXPECT_EQ(divergence({"normal(0,1)", dir / "none.csv"}).exit_code, 3);
  EXPECT_EQ(divergence({dir.write("empty.csv", ""), "normal(0,1)"}).exit_code, 3);
  EXPECT_EQ(divergence({dir.write("nan.csv", "1\nnan\n"), "normal(0,1)"}).exit_code, 3);
  EXPECT_EQ(divergence({dir.write("ragged.csv", "1\n1,2\n"), "normal(0,1)"}).exit_code, 3);
  EXPECT_EQ(divergence({dir.write("inf.csv", "1\ninf\n"), "normal(0,1)"}).exit_code, 3);
  EXPECT_EQ(divergence({dir.write("header.csv", "x,y\n"), "normal(0,1)"}).exit_code, 3);
  EXPECT_EQ(divergence({dir.write("broken.npy", "\x93NUMPY"), "normal(0,1)"}).exit_code, 3);
  const auto planar = dir.write("planar.csv", "1.5,2\n3,4\n");
  EXPECT_EQ(divergence({planar, "normal(0,1)"}).exit_code, 2) << "the expression does not fit";
  const auto nan = divergence({dir.write("nan2.csv", "1\n2\nnan\n"), "normal(0,1)"});
  EXPECT_THAT(nan.err, HasSubstr("nan2.csv"));
  EXPECT_THAT(nan.err, HasSubstr("3")) << "the line";
  EXPECT_EQ(nan.out, "");
  const auto one = dir.write("one.csv", "1\n2\n"), two = dir.write("two.csv", "1.5,2\n3,4\n");
  EXPECT_EQ(divergence({one, two}).exit_code, 3);
  const auto single = divergence({dir.write("single.csv", "1\n"), "normal(0,1)"});
  EXPECT_EQ(single.exit_code, 3);
  EXPECT_THAT(single.err, HasSubstr("single.csv' holds 1 point"));
  EXPECT_EQ(std::count(single.err.begin(), single.err.end(), '\n'), 1) << single.err;
}

TEST(DivergenceCommandSlow, HelpHasExamplesThatRun) {
  const auto help = divergence({"--help"});
  ASSERT_EQ(help.exit_code, 0);
  EXPECT_THAT(help.out, HasSubstr("elbow divergence 'normal(0,1)' 'normal(1,2)'"));
  EXPECT_THAT(help.out, HasSubstr("--alpha"));
  const auto example = divergence(
      {"mixture(0.5*normal(-2,1),0.5*normal(2,1))", "normal(0,2.2)", "--samples", "100"});
  EXPECT_EQ(example.exit_code, 0) << example.err;
}

}  // namespace
}  // namespace elbow::testing
