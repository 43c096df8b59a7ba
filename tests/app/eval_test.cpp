// elbow eval as a user meets it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "tests/support/program.h"
#include "tests/support/temp_dir.h"

namespace elbow::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

void train(const std::string& config, const TempDir& dir, std::vector<std::string> more = {}) {
  std::vector<std::string> argv = {"elbow",
                                   "train",
                                   config,
                                   "run.epochs=0",
                                   "run.steps=30",
                                   "data.name=glyphs",
                                   "data.train_count=256",
                                   "data.test_count=64",
                                   "data.validation=64",
                                   "optimizer.batch_size=32",
                                   "model.hidden=[16]",
                                   "model.latent=3",
                                   "pictures.every=0",
                                   "--run-dir",
                                   dir / "run",
                                   "--threads",
                                   "1"};
  argv.insert(argv.end(), more.begin(), more.end());
  const auto result = run_program(argv);
  ASSERT_EQ(result.exit_code, 0) << result.err;
}

ProgramResult eval(const TempDir& dir, std::vector<std::string> more = {},
                   const std::string& temperatures = "5", const std::function<bool()>& when = {},
                   int signal = 0) {
  std::vector<std::string> argv = {"elbow", "eval", dir / "run", "--threads", "1"};
  for (const char* option : {"--images", "6", "--chains", "3", "--ais-steps"})
    argv.push_back(option);
  argv.push_back(temperatures);
  argv.insert(argv.end(), more.begin(), more.end());
  return run_program(argv, {}, when, signal);
}

std::vector<nlohmann::json> lines(const std::string& text) {
  std::vector<nlohmann::json> parsed;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) parsed.push_back(nlohmann::json::parse(line));
  return parsed;
}

/// Whatever the evaluation and the training of the run printed has an explanation.
void expect_explained(const TempDir& dir, std::set<std::string> names) {
  for (const auto& record : lines(read_file(dir / "run/metrics.jsonl"))) {
    for (const auto& [key, value] : record.items()) names.insert(key);
  }
  const auto terms = nlohmann::json::parse(read_file(dir / "run/terms.json"));
  for (const auto& [key, value] : terms.items()) names.insert(key);
  std::erase_if(names, [](const std::string& name) { return name.ends_with(".se"); });
  for (const char* field : {"step", "epoch", "wall", "split"}) names.erase(field);
  std::vector<std::string> argv = {"elbow", "explain"};
  argv.insert(argv.end(), names.begin(), names.end());
  const auto result = run_program(argv);
  EXPECT_EQ(result.exit_code, 0) << result.err;
}

TEST(EvalSlow, MeasuresATrainedModelAndKeepsWhatItFound) {
  const TempDir dir;
  train("configs/vae/elbo.toml", dir);
  const auto first = eval(dir, {"--k", "1,5,50", "--format", "json"});
  ASSERT_EQ(first.exit_code, 0) << first.err;
  std::set<std::string> quantities;
  for (const auto& line : lines(first.out)) {
    quantities.insert(line.at("quantity"));
    EXPECT_TRUE(line.at("value").is_number()) << line;
    EXPECT_TRUE(line.at("se").is_null() || line.at("se").get<double>() >= 0.0) << line;
    EXPECT_FALSE(line.at("exact").get<bool>());
  }
  for (const char* quantity :
       {"elbo", "iwae/k5", "iwae/k50", "pareto_k", "ess", "active_units", "ais", "bdmc/gap",
        "aggregate/mutual_information", "aggregate/total_correlation", "aggregate/marginal_kl",
        "gap/inference", "gap/approximation", "gap/amortisation"}) {
    EXPECT_EQ(quantities.count(quantity), 1u) << quantity;
  }
  expect_explained(dir, quantities);
  EXPECT_TRUE(std::filesystem::exists(dir / "run/eval.jsonl"));
  const auto second = eval(dir, {"--k", "1,5,50", "--format", "json"});
  EXPECT_EQ(second.out, first.out);
  EXPECT_THAT(second.err, HasSubstr("as found before"));
  const auto other = eval(dir, {"--metrics", "importance", "--k", "1,5,50", "--seed", "2"});
  EXPECT_THAT(other.err, Not(HasSubstr("as found before")));
  EXPECT_THAT(other.out, HasSubstr("meaning"));
  const auto anew =
      eval(dir, {"--metrics", "importance", "--k", "1,5,50", "--overwrite", "--format", "json"});
  EXPECT_THAT(anew.err, Not(HasSubstr("as found before")));
  EXPECT_THAT(first.out, HasSubstr(anew.out)) << "the same numbers";
}

TEST(EvalSlow, GaussianPixelsAndAveragedWeights) {
  const TempDir dir;
  train("configs/vae/elbo.toml", dir,
        {"data.binarize=none", "likelihood.name=gaussian", "likelihood.sigma=learned",
         "ema.decay=0.9"});
  const auto result = eval(dir, {"--k", "1,5,50", "--format", "json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("bdmc/upper"));
}

TEST(EvalSlow, CtrlCKeepsWhatIsFinished) {
  const TempDir dir;
  train("configs/vae/elbo.toml", dir);
  const auto file = dir / "run/eval.jsonl";
  const auto gaps_done = [&] {
    return std::filesystem::exists(file) &&
           read_file(file).find("gap/amortisation") != std::string::npos;
  };
  const auto stopped = eval(dir, {"--k", "1,50"}, "200000", gaps_done, SIGINT);
  EXPECT_EQ(stopped.exit_code, 130) << stopped.err;
  EXPECT_THAT(stopped.err, HasSubstr("the same command continues"));
  const auto rest = eval(dir, {"--k", "1,50", "--metrics", "importance,gaps"});
  EXPECT_EQ(rest.exit_code, 0);
  EXPECT_THAT(rest.err, HasSubstr("gaps: as found before"));
}

TEST(EvalSlow, SamplesOfAGanBesideTheirFloors) {
  const TempDir dir;
  train("configs/gan/non_saturating.toml", dir);
  const std::map<std::string, std::string> cache = {{"XDG_CACHE_HOME", dir / "cache"}};
  const std::vector<std::string> argv = {"elbow",         "eval", dir / "run", "--threads", "1",
                                         "--inner-steps", "32",   "--format",  "json"};
  const auto first = run_program(argv, cache);
  ASSERT_EQ(first.exit_code, 0) << first.err;
  std::set<std::string> quantities;
  for (const auto& line : lines(first.out)) {
    quantities.insert(line.at("quantity"));
    EXPECT_TRUE(line.at("value").is_number()) << line;
  }
  for (const std::string quantity :
       {"modes", "class/kl", "class/total_variation", "lenet_score", "frechet_lenet", "kid_lenet",
        "precision", "recall", "density", "coverage"}) {
    EXPECT_EQ(quantities.count(quantity), 1u) << quantity;
    EXPECT_EQ(quantities.count(quantity + "/floor"), 1u) << quantity;
  }
  for (const char* quantity :
       {"jensen_shannon/lower", "jensen_shannon/lower/training", "jensen_shannon/lower/fitted",
        "duality_gap", "duality_gap/discriminator", "duality_gap/generator", "class/kl/missing",
        "critic/auc", "lenet_accuracy"}) {
    EXPECT_EQ(quantities.count(quantity), 1u) << quantity;
  }
  expect_explained(dir, quantities);
  EXPECT_THAT(first.err, HasSubstr("checks     21 bounds, all hold"));
  EXPECT_THAT(run_program(argv, cache).err, HasSubstr("features: as found before"));
  std::vector<std::string> anew = argv;
  anew.push_back("--overwrite");
  EXPECT_EQ(run_program(anew, cache).out, first.out) << "with the classifier from the cache";
  anew.insert(anew.end(), {"--images", "33"});
  const auto many = run_program(anew, cache);
  EXPECT_EQ(many.exit_code, 2);
  EXPECT_THAT(many.err, HasSubstr("--images up to 32"));
}

TEST(EvalSlow, TheDualityGapOfACriticOnPoints) {
  const TempDir dir;
  train("configs/gan/wasserstein.toml", dir, {"data.name=two_gaussians"});
  const auto gap = [&](const std::string& steps) {
    const auto result =
        eval(dir, {"--metrics", "duality", "--format", "json", "--inner-steps", steps});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    std::map<std::string, double> values;
    for (const auto& line : lines(result.out)) {
      EXPECT_EQ(line.at("bias"), "lower");
      values[line.at("quantity")] = line.at("value");
    }
    return values;
  };
  const auto few = gap("4"), many = gap("64");
  ASSERT_EQ(many.size(), 3u) << "no bound of a divergence without a Lipschitz constant";
  EXPECT_GT(many.at("duality_gap"), few.at("duality_gap"));
  EXPECT_NEAR(many.at("duality_gap"),
              many.at("duality_gap/discriminator") + many.at("duality_gap/generator"), 1e-9);
  const auto again = eval(dir, {"--metrics", "duality", "--inner-steps", "64"});
  EXPECT_THAT(again.err, HasSubstr("duality: as found before"));
  EXPECT_EQ(eval(dir, {"--metrics", "duality", "--inner-steps", "0"}).exit_code, 2);
}

TEST(EvalSlow, SaysWhatIsWrong) {
  const TempDir dir;
  const auto nothing = eval(dir);
  EXPECT_EQ(nothing.exit_code, 2);
  EXPECT_THAT(nothing.err, HasSubstr("is no run"));
  train("configs/gan/hinge.toml", dir);
  const auto gan = eval(dir, {"--metrics", "importance"});
  EXPECT_EQ(gan.exit_code, 2);
  EXPECT_THAT(gan.err, HasSubstr("discriminator"));
  const TempDir vae;
  train("configs/vae/elbo.toml", vae);
  const auto unknown = eval(vae, {"--metrics", "importanse"});
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_THAT(unknown.err, HasSubstr("importance"));
  EXPECT_EQ(eval(vae, {"--k", "0"}).exit_code, 2);
}

}  // namespace
}  // namespace elbow::testing
