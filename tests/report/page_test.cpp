// The page without a browser: what stands in its HTML, and what it refuses.
#include "report/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <vector>

#include "core/error.h"
#include "objectives/registry.h"
#include "report/involved.h"
#include "report/picture_files.h"
#include "report/thin.h"
#include "tests/support/temp_dir.h"

namespace elbow::report {
namespace {

using elbow::testing::TempDir;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

const WebAssets kAssets{"SCRIPT", "STYLE", ""};

Schema schema() { return make_schema(component_specs()); }

/// The exit code of what `act` throws, 0 where it throws nothing; its message in `said`.
template <typename Act>
ExitCode thrown(const Act& act, std::string* said = nullptr) {
  try {
    act();
  } catch (const Error& error) {
    if (said != nullptr) *said = error.what();
    return error.code();
  }
  return ExitCode::ok;
}

void write_run(const TempDir& run, const std::string& name = "plain", int records = 3) {
  run.write("config.toml", "[run]\nname = " + nlohmann::json(name).dump() +
                               "\n[objective]\nname = \"elbo\"\n[likelihood]\nname = "
                               "\"bernoulli\"\n");
  std::string metrics;
  for (int step = 1; step <= records; ++step) {
    metrics += "{\"step\":" + std::to_string(step) +
               ",\"epoch\":0.1,\"wall\":1,\"split\":\"train\",\"loss\":" + std::to_string(step) +
               ",\"loss.se\":0.5,\"elbo/kl\":2,\"elbo/reconstruction\":-1,\"elbo\":-3}\n";
  }
  run.write("metrics.jsonl", metrics);
  run.write("terms.json",
            R"({"loss":{"symbol":"L","latex":"L","unit":"nats","sign":"±","range":[null,null]}})");
}

std::string data_of(const TempDir& run, std::size_t limit = kPageLimit) {
  return page_data(read_run(run.path()), schema(), limit);
}

TEST(Page, NoTextOfARunEndsItsElement) {
  const TempDir run;
  write_run(run, "</script><script>alert(1)</script><!-- &\"'");
  const std::string page = html("<b>\"&</b>", data_of(run), kAssets);
  EXPECT_THAT(page, HasSubstr("<title>&lt;b&gt;&quot;&amp;&lt;/b&gt;</title>"));
  EXPECT_THAT(page, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(page, Not(HasSubstr("<!-- ")));
  const auto begin = page.find("id=\"data\">") + 10;
  const auto json =
      nlohmann::json::parse(page.substr(begin, page.find("</script>", begin) - begin));
  EXPECT_EQ(json["run"]["name"], "</script><script>alert(1)</script><!-- &\"'");
}

TEST(Page, LoadsNothing) {
  const std::string page = html("run", "{}", kAssets);
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
  for (const char* loads : {" src=\"http", "href=\"http", "@import", "url(http"}) {
    EXPECT_THAT(page, Not(HasSubstr(loads)));
  }
}

TEST(Page, HoldsTheCurvesWithTheirErrorsAndTheEquation) {
  const TempDir run;
  write_run(run);
  const auto json = nlohmann::json::parse(data_of(run));
  EXPECT_EQ(json["series"]["train"]["keys"]["loss"]["mean"], (std::vector<double>{1, 2, 3}));
  EXPECT_EQ(json["series"]["train"]["keys"]["loss"]["se"], (std::vector<double>{0.5, 0.5, 0.5}));
  EXPECT_EQ(json["last"]["train"]["loss"], (nlohmann::json{3.0, 0.5, 3}));
  EXPECT_EQ(json["specs"][0]["name"], "elbo");
  EXPECT_EQ(json["specs"][0]["parts"].size(), 3u);
}

TEST(Page, LongRunsStayBelowTheLimit) {
  const TempDir run;
  write_run(run, "long", 5000);
  const std::string pixels(90'000, 'x');  // no picture at all, but as large as one
  const auto chunk = [](const std::string& type, const std::string& body) {
    std::string out;
    for (const int shift : {24, 16, 8, 0}) out += static_cast<char>(body.size() >> shift & 255);
    return out + type + body + "crc_";
  };
  for (int step = 0; step < 100; ++step) {
    run.write(
        "samples/step_" + std::to_string(step) + ".png",
        "\x89PNG\r\n\x1a\n" + chunk("IHDR", "header") + chunk("IDAT", pixels) + chunk("IEND", ""));
  }
  const std::string data = data_of(run);
  EXPECT_LT(html("long", data, kAssets).size(), kPageLimit);
  const auto json = nlohmann::json::parse(data);
  EXPECT_EQ(json["pictures"]["samples_there"], 100);
  EXPECT_GT(json["pictures"]["samples"].size(), 5u);
  EXPECT_EQ(json["pictures"]["samples"].front()["step"], 0);
  EXPECT_EQ(json["pictures"]["samples"].back()["step"], 99);
  EXPECT_GT(json["series"]["train"]["per_point"], 1);
}

TEST(Page, WhatIsMissingOrDamagedIsNamed) {
  const TempDir empty;
  std::string said;
  EXPECT_EQ(thrown([&] { run_page(empty / "nowhere", schema()); }, &said), ExitCode::usage);
  EXPECT_THAT(said, HasSubstr("nowhere"));
  EXPECT_EQ(thrown([&] { run_page(empty.path(), schema()); }, &said), ExitCode::usage);
  const TempDir run;
  write_run(run);
  run.write("metrics.jsonl", "{\"step\":1,\"split\":\"train\"}\nno json\n{\"step\":2}\n");
  EXPECT_EQ(thrown([&] { data_of(run); }, &said), ExitCode::data);
  EXPECT_THAT(said, HasSubstr("metrics.jsonl:2"));
  write_run(run);
  run.write("samples/step_000001.png", "no picture");
  EXPECT_EQ(thrown([&] { data_of(run); }, &said), ExitCode::data);
  EXPECT_THAT(said, HasSubstr("step_000001.png"));
}

TEST(Page, WithoutItsBundleItSaysTheRemedy) {
  const TempDir run;
  write_run(run);
  if (web_assets().missing.empty()) GTEST_SKIP() << "this build has the page";
  std::string said;
  EXPECT_EQ(thrown([&] { run_page(run.path(), schema()); }, &said), ExitCode::failure);
  EXPECT_THAT(said, HasSubstr("npm"));
}

TEST(Thin, KeepsMeanAndExtremes) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<double> column = {1, 5, nan, -2, 4, 6, 7};
  const Thinning how = thinning(column.size(), 4);
  ASSERT_EQ(how.per_point, 2u);
  const ThinColumn thin_column = thin(column, how);
  EXPECT_THAT(thin_column.mean, ElementsAre(3, -2, 5, 7));
  EXPECT_THAT(thin_column.least, ElementsAre(1, -2, 4, 7));
  EXPECT_THAT(thin_column.largest, ElementsAre(5, -2, 6, 7));
  EXPECT_EQ(thinning(600, 600).per_point, 1u);
  EXPECT_NEAR(thin_errors(std::vector<double>{3, 4}, thinning(2, 1))[0], std::sqrt(12.5), 1e-12);
}

TEST(Involved, NamesTheTermsOfAnIdentity) {
  Values values;
  for (const char* key : {"elbo", "elbo/reconstruction", "elbo/kl", "loss"}) values.set(key, 1.0);
  const std::vector<std::string> keys = {"loss", "elbo/reconstruction", "elbo/kl"};
  for (const auto& identity : objective_entry("elbo").spec.identities) {
    const auto found = involved(identity, values, keys);
    if (identity.id == "ELBO") {
      EXPECT_THAT(found, ElementsAre("elbo/reconstruction", "elbo/kl"));
    }
    if (identity.id == "V12") {
      EXPECT_THAT(found, ElementsAre("loss", "elbo/kl"));
    }
    if (identity.id == "V1") {
      EXPECT_EQ(found, keys);
    }
    if (identity.id == "V3") {
      EXPECT_TRUE(found.empty()) << "not logged here";
    }
  }
}

TEST(Pictures, Base64IsThatOfTheStandard) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
}

/// Each piece stands in the equation, after the one before, whole, and is a declared term.
TEST(EquationParts, StandInTheEquationFromLeftToRight) {
  for (const Spec& spec : component_specs()) {
    if (spec.kind == SpecKind::objective) {
      EXPECT_FALSE(spec.parts.empty()) << spec.name;
    }
    std::size_t at = 0;
    for (const EquationPart& part : spec.parts) {
      const auto found = spec.equation.find(part.latex, at);
      ASSERT_NE(found, std::string::npos) << spec.name << ": " << part.latex;
      at = found + part.latex.size();
      EXPECT_EQ(std::count(part.latex.begin(), part.latex.end(), '{'),
                std::count(part.latex.begin(), part.latex.end(), '}'))
          << part.latex;
      EXPECT_TRUE(std::any_of(spec.terms.begin(), spec.terms.end(),
                              [&](const TermSpec& term) { return term.name == part.term; }))
          << spec.name << ": " << part.term;
    }
  }
}

}  // namespace
}  // namespace elbow::report
