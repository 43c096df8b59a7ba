#include "instrumentation/terms_json.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "instrumentation/jsonl_sink.h"
#include "instrumentation/probe.h"
#include "instrumentation/term_table.h"
#include "tests/instrumentation/fake_runs.h"
#include "tests/support/temp_dir.h"

namespace elbow {
namespace {

using nlohmann::json;
using testing::gan_run;
using testing::vae_record;
using testing::vae_run;

// The pattern of terms.json that describes a key of metrics.jsonl, as a reader would look it up.
std::string pattern_of(const json& terms, std::string key) {
  if (terms.contains(key)) return key;
  if (key.size() > 3 && key.substr(key.size() - 3) == ".se") return "*.se";
  for (auto slash = key.rfind('/'); slash != std::string::npos; slash = key.rfind('/', slash - 1)) {
    const std::string family = key.substr(0, slash) + "/*";
    if (terms.contains(family)) return family;
    if (slash == 0) break;
  }
  return "";
}

TEST(TermsJson, DescribesEveryKeyOfARecord) {
  RunInfo info = vae_run();
  for (const TermSpec& term : probe_terms({"encoder"})) info.terms.push_back(term);
  StepRecord record = vae_record(1);
  record.values.set("kl/dim/19", 1.0);
  record.values.set("learning_rate/model", 1e-3);
  record.values.set("gradient_norm/encoder/elbo/kl", 1.0);
  record.values.set("active_units/probe", 17.0);
  EXPECT_TRUE(TermTable(info).undeclared(record.values).empty());

  const json terms = json::parse(terms_json(info));
  std::string line;
  MetricsFormat().append(line, record);
  const json metrics = json::parse(line);
  EXPECT_EQ(pattern_of(terms, "kl/dim/19"), "kl/dim/*");
  EXPECT_EQ(pattern_of(terms, "elbo/kl.se"), "*.se");
  EXPECT_EQ(pattern_of(terms, "gradient_norm/encoder/elbo/kl"), "gradient_norm/encoder/*");
  for (const auto& [key, value] : metrics.items()) EXPECT_NE(pattern_of(terms, key), "") << key;
  for (const auto& [key, entry] : terms.items()) {
    EXPECT_EQ(entry.size(), 12U) << key;
    EXPECT_FALSE(entry.at("meaning").get<std::string>().empty()) << key;
    EXPECT_FALSE(entry.at("source").get<std::string>().empty()) << key;
  }
}

TEST(TermsJson, NamesAKeyThatNothingDeclares) {
  StepRecord record = vae_record(1);
  record.values.set("surprise", 1.0);
  EXPECT_EQ(TermTable(vae_run()).undeclared(record.values), std::vector<std::string>{"surprise"});
}

TEST(TermsJson, RangeEquilibriumAndSource) {
  const json terms = json::parse(terms_json(gan_run()));
  EXPECT_EQ(terms["probability/real"]["range"], json::parse("[0, 1]"));
  EXPECT_EQ(terms["penalty/r1"]["range"], json::parse("[0, null]"));
  EXPECT_DOUBLE_EQ(terms["loss/discriminator"]["equilibrium"].get<double>(), 2.0 * std::log(2.0));
  EXPECT_TRUE(terms["penalty/r1"]["equilibrium"].is_null());
  EXPECT_EQ(terms["penalty/r1"]["source"], "objectives/penalties/r1.cpp");
  EXPECT_EQ(json::parse(terms_json(vae_run()))["elbo"]["range"], json::parse("[null, null]"));
}

TEST(TermsJson, IsWrittenWhenARunStarts) {
  const testing::TempDir directory;
  RunInfo info = vae_run();
  info.directory = directory.path().string();
  JsonlSink sink;
  sink.start(info);
  EXPECT_EQ(testing::read_file(directory / "terms.json"), terms_json(info));
}

TEST(TermsJson, GetsEachKeyOnceItIsLogged) {
  const testing::TempDir directory;
  RunInfo info = vae_run();
  info.directory = directory.path().string();
  StepRecord record = vae_record(1);
  record.values.set("kl/dim/19", Moments{1.0, 0.1, 10});
  JsonlSink sink;
  sink.start(info);
  sink.step(record);
  const auto terms = [&] { return json::parse(testing::read_file(directory / "terms.json")); };
  const json first = terms();
  std::string line;
  MetricsFormat().append(line, record);
  const json metrics = json::parse(line);
  for (const auto& [key, value] : metrics.items()) {
    ASSERT_TRUE(first.contains(key)) << key;
    EXPECT_EQ(first[key].size(), 12U) << key;
  }
  EXPECT_EQ(first["kl/dim/19"], first["kl/dim/*"]);
  EXPECT_EQ(first["kl/dim/19.se"]["unit"], "nats");
  EXPECT_EQ(first["kl/dim/19.se"]["range"], json::parse("[0, null]"));
  // The same keys write nothing; a run that goes on keeps those that it does not log again.
  std::filesystem::remove(directory / "terms.json");
  sink.step(record);
  EXPECT_FALSE(std::filesystem::exists(directory / "terms.json"));
  record.values.set("kl/dim/20", 1.0);
  sink.step(record);
  EXPECT_TRUE(terms().contains("kl/dim/20"));
  EXPECT_FALSE(terms().contains("kl/dim/20.se"));
  info.first_step = 2;
  JsonlSink resumed;
  resumed.start(info);
  EXPECT_TRUE(terms().contains("kl/dim/20"));
  EXPECT_TRUE(terms().contains("kl/dim/19.se"));
}

TEST(TermTable, LongestFamilyWins) {
  RunInfo info;
  info.terms = {testing::term("a/*", "A", "±"), testing::term("a/b/*", "B", "±"),
                testing::term("a/b/c", "C", "±"), testing::term("a/*", "again", "±")};
  const TermTable table(info);
  EXPECT_EQ(table.find("a/b/c")->term.symbol, "C");
  EXPECT_EQ(table.find("a/b/d")->term.symbol, "B");
  EXPECT_EQ(table.find("a/x/y")->term.symbol, "A");
  EXPECT_EQ(table.find("a"), nullptr);
  EXPECT_EQ(table.find("ab/c"), nullptr);
}

TEST(TermTable, SourcesOfTermsWithoutASpec) {
  RunInfo info;
  info.terms = probe_terms({"encoder"});
  info.terms.push_back(testing::term("gradient_norm/*", "‖g‖", "+"));
  const TermTable table(info);
  EXPECT_EQ(table.find("gradient_norm/encoder/elbo/kl")->source, "instrumentation/probe.cpp");
  EXPECT_EQ(table.find("active_units/probe")->source, "instrumentation/probe.cpp");
  EXPECT_EQ(table.find("gradient_norm/encoder")->source, "training/loop_terms.cpp");
}

}  // namespace
}  // namespace elbow
