// The resolved config: defaults, readers, TOML round trip.
#include "core/config/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/core/config/small_schema.h"
#include "tests/core/property.h"

namespace elbow {
namespace {

using testing::kGan;
using testing::kVae;
using testing::parse;

TEST(Config, EveryKeyThatAppliesHasAValue) {
  const Config config = parse(kVae);
  EXPECT_EQ(config.text("run.name"), "vae-plain");
  EXPECT_EQ(config.integer("run.seed"), 1);
  EXPECT_EQ(config.integers("model.hidden"), (std::vector<std::int64_t>{400}));
  EXPECT_EQ(config.text("likelihood.name"), "bernoulli");
  EXPECT_EQ(config.text("prior.name"), "standard_normal");
  EXPECT_EQ(config.schedule("optimizer.lr").at(9), 1e-3);
  EXPECT_TRUE(config.flag("evaluation.test"));
  for (const char* absent : {"model.generator", "data.range", "dynamics.name", "model.channels",
                             "optimizer.momentum", "optimizer.generator.lr"}) {
    EXPECT_FALSE(config.contains(absent)) << absent;
  }
  EXPECT_EQ(config.order().size(), config.values().size());
  const Config gan = parse(kGan);
  EXPECT_EQ(gan.text("run.name"), "gan-duel");
  EXPECT_EQ(gan.integer("dynamics.discriminator_steps"), 1);
  EXPECT_FALSE(gan.contains("likelihood.name"));
}

TEST(Config, ParametersLeaveOutTheNameAndInnerTables) {
  const Config config =
      parse(kGan + "[optimizer.generator]\nlr = 0.5\n[[penalty]]\nname = \"bounds\"\nc = 2\n");
  EXPECT_THAT(config.parameters("penalty.0").values(),
              ::testing::ElementsAre(::testing::Pair("c", Value(2.0)),
                                     ::testing::Pair("levels", Value(ValueList{1.0, 0.5})),
                                     ::testing::Pair("strict", Value(false))));
  EXPECT_FALSE(config.parameters("optimizer").contains("name"));
  EXPECT_FALSE(config.parameters("optimizer").contains("generator.lr"));
  EXPECT_EQ(config.parameters("optimizer.generator").values().size(), 1U);
  EXPECT_TRUE(config.parameters("nothing").values().empty());
}

TEST(Config, AbsentKeysAreNamed) {
  const Config config = parse(kVae);
  EXPECT_THROW(config.number("data.range"), Error);
  EXPECT_THROW(config.origin("data.range"), Error);
  EXPECT_THROW(config.integer("optimizer.lr"), Error);
}

TEST(Config, SchedulesAreKeptAndDecaysMayApproachAnOpenLimit) {
  const Config config =
      parse(kVae +
            "likelihood.name = \"gaussian\"\n"
            "likelihood.value = { schedule = \"exponential\", from = 1, rate = 0.5, steps = 3 }\n");
  EXPECT_EQ(
      config.values().at("likelihood.value"),
      Value(ValueTable{{"schedule", "exponential"}, {"from", 1.0}, {"rate", 0.5}, {"steps", 3}}));
  EXPECT_DOUBLE_EQ(config.schedule("likelihood.value").at(3), 0.5);
}

TEST(ConfigToml, IsGroupedAndOptionallyExplained) {
  const std::string text = to_toml(
      parse(kGan + "[optimizer.generator]\nlr = 5\n[[penalty]]\nname = \"r1\"\n", {"run.seed=3"}),
      true);
  EXPECT_THAT(text, ::testing::StartsWith("[run]\nname = \"gan-duel\"  # default\nseed = 3  # "
                                          "override 1\n"));
  EXPECT_THAT(text, ::testing::HasSubstr("\n[[penalty]]\nname = \"r1\"  # c.toml:6:8\ngamma = 1.0  "
                                         "# default\n\n[dynamics]\n"));
  EXPECT_THAT(text, ::testing::HasSubstr("\n\n[optimizer.generator]\nlr = 5.0  # c.toml:4:6\n\n"));
}

void expect_round_trip(const Config& config) {
  for (const bool origins : {false, true}) {
    const Config again = parse_config(testing::small_schema(), to_toml(config, origins), "again");
    EXPECT_EQ(again.values(), config.values());
    EXPECT_EQ(again.order(), config.order());
    EXPECT_EQ(again.family(), config.family());
  }
}

TEST(ConfigToml, ReadsBackToTheSameValues) {
  expect_round_trip(parse(kVae));
  expect_round_trip(parse(kGan + "[[penalty]]\nname = \"r1\"\n[[penalty]]\nname = \"bounds\"\n"
                                 "c = 1e-300\nlevels = [1, 0.1, 1e22]\n"));
  expect_round_trip(
      parse("objective.name = \"beta\"\nrun.epochs = 2\nrun.name = \"a\\u0007 # \\\"\"\n"
            "objective.beta = { schedule = \"cyclical\", from = 0, to = 4, steps = 9, "
            "cycles = 3 }\nmodel.encoder = \"conv\"\noptimizer.name = \"rmsprop\"\n"));
}

#ifdef ELBOW_RAPIDCHECK
// Any config that is right, as overrides of the smallest one.
std::vector<std::string> any_overrides(bool gan) {
  const auto one_of = [](std::vector<std::string> items) {
    return *rc::gen::elementOf(std::move(items));
  };
  const auto real = [](double scale) {
    return to_toml(Value(*rc::gen::inRange(0, 1 << 30) * scale));
  };
  const auto integer = [](int low, int high) {
    return std::to_string(*rc::gen::inRange(low, high));
  };
  std::vector<std::string> out;
  const auto maybe = [&](const std::string& key, const std::string& value) {
    if (*rc::gen::arbitrary<bool>()) out.push_back(key + "=" + value);
  };
  maybe("run.seed", integer(0, 1 << 30));
  maybe("run.steps", integer(1, 1 << 30));
  std::string name;
  const auto letter = rc::gen::elementOf(std::vector<std::string>{
      "a", "\"", "\\", "'", "σ", "\n", "\t", "#", " ", "=", "\x01", "\x7f"});
  for (const std::string& piece : *rc::gen::container<std::vector<std::string>>(letter)) {
    name += piece;
  }
  maybe("run.name", to_toml(Value(name)));
  maybe("data.name", one_of({"auto", "mnist", "ring", "swiss_roll"}));
  maybe("model.latent", integer(1, 1000));
  maybe("model.initialization", one_of({"torch", "he", "glorot", "normal02"}));
  maybe("optimizer.lr", one_of({real(1e-9), real(1e-300), real(1e200),
                                "{schedule=\"cosine\",from=" + real(1e-7) +
                                    ",to=0,steps=" + integer(1, 1000) + "}"}));
  maybe("ema.decay", real(1e-10));
  maybe("evaluation.test", one_of({"true", "false"}));
  if (gan) {
    maybe("model.generator", one_of({"linear", "mlp", "conv"}));
    maybe("model.discriminator", one_of({"linear", "mlp", "conv"}));
    maybe("optimizer.generator.clip", real(1e-3));
    if (*rc::gen::arbitrary<bool>()) {
      out.push_back("penalty.0.name=bounds");
      out.push_back("penalty.0.c=" + real(1e-5));
      maybe("penalty.0.levels", "[" + real(1e-5) + ", " + real(1.0) + "]");
      maybe("penalty.1.name", "r1");
    }
  } else {
    maybe("model.encoder", one_of({"linear", "mlp", "conv"}));
    maybe("likelihood.name", one_of({"bernoulli", "gaussian"}));
    maybe("objective.name", one_of({"plain", "beta"}));
  }
  maybe("optimizer.name", one_of({"adam", "sgd", "rmsprop"}));
  return out;
}

RC_GTEST_PROP(ConfigProperty, AnyResolvedConfigReadsBackToTheSameValues, (bool gan)) {
  const Config config = parse(gan ? kGan : kVae, any_overrides(gan));
  const Config again = parse_config(testing::small_schema(), to_toml(config), "again");
  RC_ASSERT(again.values() == config.values());
  RC_ASSERT(again.order() == config.order());
}

void only_errors(const std::string& text, const std::vector<std::string>& overrides) {
  try {
    parse(text, overrides);
  } catch (const Error& error) {
    RC_ASSERT(error.code() == ExitCode::usage);
    RC_ASSERT(!std::string(error.what()).empty());
  }
}

RC_GTEST_PROP(ConfigProperty, RandomBytesGiveAnErrorAtWorst, (const std::string& bytes)) {
  only_errors(bytes, {});
  only_errors(kVae + bytes, {});
  only_errors(kVae, {bytes, "run.name=" + bytes, "model.hidden=" + bytes, bytes + "=1"});
}

RC_GTEST_PROP(ConfigProperty, ShuffledPiecesOfTomlGiveAnErrorAtWorst, ()) {
  const auto piece = rc::gen::elementOf(std::vector<std::string>{
      "[",         "]",       "[[",        "]]",        "{",          "}",          "=",
      ".",         ",",       "\"",        "'",         "\n",         " ",          "#",
      "model",     "penalty", "objective", "optimizer", "generator",  "name",       "lr",
      "beta",      "extends", "schedule",  "from",      "\"linear\"", "\"r1\"",     "\"duel\"",
      "\"plain\"", "1",       "0.5",       "nan",       "true",       "2020-01-01", "steps"});
  std::string text, argument;
  for (const std::string& word : *rc::gen::container<std::vector<std::string>>(piece)) text += word;
  for (const std::string& word : *rc::gen::container<std::vector<std::string>>(piece))
    argument += word;
  only_errors(text, {});
  only_errors(kGan + text, {argument});
}
#endif

}  // namespace
}  // namespace elbow
