// key=value on the command line.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/core/config/small_schema.h"

namespace elbow {
namespace {

using testing::kGan;
using testing::kVae;
using testing::parse;
using testing::report;

Value value_of(const std::string& text, const std::string& override, const std::string& path) {
  return parse(text, {override}).values().at(path);
}

TEST(Override, IsReadWithTheSchemasType) {
  EXPECT_EQ(value_of(kVae, "model.latent=7", "model.latent"), Value(7));
  EXPECT_EQ(value_of(kVae, "model.latent=1_000", "model.latent"), Value(1000));
  EXPECT_EQ(value_of(kVae, "optimizer.lr=1e-3", "optimizer.lr"), Value(1e-3));
  EXPECT_EQ(value_of(kVae, "optimizer.lr=.5", "optimizer.lr"), Value(0.5));
  EXPECT_EQ(value_of(kVae, "optimizer.lr=5.", "optimizer.lr"), Value(5.0));
  EXPECT_EQ(value_of(kVae, "optimizer.lr=2", "optimizer.lr"), Value(2.0));
  EXPECT_EQ(value_of(kVae, "evaluation.test=false", "evaluation.test"), Value(false));
  EXPECT_EQ(value_of(kVae, "model.hidden=[400,200]", "model.hidden"), Value(ValueList{400, 200}));
  EXPECT_EQ(value_of(kVae, "model.hidden=[]", "model.hidden"), Value(ValueList{}));
  EXPECT_EQ(value_of(kVae, " optimizer.name = sgd ", "optimizer.name"), Value("sgd"));
}

TEST(Override, TextNeedsNoQuotes) {
  for (const char* text : {"my run", "\"my run\"", "'my run'"}) {
    EXPECT_EQ(value_of(kVae, std::string("run.name=") + text, "run.name"), Value("my run"));
  }
  EXPECT_EQ(value_of(kVae, "run.name=3", "run.name"), Value("3"));
  EXPECT_EQ(value_of(kVae, "run.name=true", "run.name"), Value("true"));
  EXPECT_EQ(value_of(kVae, "run.name=a=b", "run.name"), Value("a=b"));
  EXPECT_EQ(value_of(kVae, "run.name=[x", "run.name"), Value("[x"));
  EXPECT_EQ(value_of(kVae, "run.name=a\\b\"c", "run.name"), Value("a\\b\"c"));
}

TEST(Override, TakesSchedules) {
  const Config config = parse("objective.name = \"beta\"\nrun.steps = 1\n",
                              {"objective.beta={schedule=\"linear\",from=0,to=4,steps=100}"});
  EXPECT_DOUBLE_EQ(config.schedule("objective.beta").at(50), 2.0);
}

TEST(Override, ReachesPhasesAndPenalties) {
  const std::string text = kGan + "[[penalty]]\nname = \"r1\"\n";
  const Config config = parse(text, {"optimizer.generator.lr=0.5", "penalty.0.gamma=2",
                                     "penalty.1.c=3", "penalty.1.name=bounds"});
  EXPECT_EQ(config.number("optimizer.generator.lr"), 0.5);
  EXPECT_FALSE(config.contains("optimizer.discriminator.lr"));
  ASSERT_EQ(config.penalties().size(), 2U);
  EXPECT_EQ(config.penalties()[0].second.number("gamma"), 2.0);
  EXPECT_EQ(config.penalties()[1].first, "bounds");
  EXPECT_EQ(config.penalties()[1].second.number("c"), 3.0);
}

TEST(Override, ReplacesTheListOfPenalties) {
  const std::string text = kGan + "[[penalty]]\nname = \"r1\"\n";
  EXPECT_TRUE(parse(text, {"penalty=[]"}).penalties().empty());
  const Config config = parse(text, {"penalty=[{name=\"bounds\",c=2}]"});
  ASSERT_EQ(config.penalties().size(), 1U);
  EXPECT_EQ(config.penalties()[0].first, "bounds");
}

TEST(Override, TheLastOneCounts) {
  const Config config = parse(kVae, {"model.latent=7", "model.latent=8"});
  EXPECT_EQ(config.integer("model.latent"), 8);
  EXPECT_EQ(config.origin("model.latent").text(), "override 2");
  const std::string text = kGan + "[[penalty]]\nname = \"r1\"\n";
  EXPECT_EQ(parse(text, {"penalty.0.gamma=7", "penalty.0.gamma=8"}).number("penalty.0.gamma"), 8.0);
}

TEST(Override, OfStepsReplacesEpochs) {
  const Config config = parse("objective.name = \"plain\"\nrun.epochs = 20\n", {"run.steps=5"});
  EXPECT_EQ(config.integer("run.epochs"), 0);
  EXPECT_EQ(config.integer("run.steps"), 5);
  EXPECT_EQ(report(kVae, {"run.steps=5", "run.epochs=6"}),
            "override 'run.epochs=6': error: run.epochs and run.steps are both given: keep one");
  EXPECT_EQ(report(kVae, {"run.epochs=6", "run.steps=5"}),
            "override 'run.steps=5': error: run.epochs and run.steps are both given: keep one");
  EXPECT_THAT(report(kVae, {"run.steps=0"}), ::testing::HasSubstr("length of the run"));
}

struct Mistake {
  const char* argument;
  const char* message;
};

TEST(Override, MistakesNameTheArgument) {
  const Mistake cases[] = {
      {"objective.bta=4",
       "unknown key 'bta' in [objective]; did you mean 'beta', a parameter of objective 'beta'?"},
      {"objective.beta=4", "'beta' is not a parameter of objective 'plain'; 'beta' has it"},
      {"likelihood.name=bernuolli",
       "unknown likelihood 'bernuolli'; did you mean 'bernoulli'?; known likelihoods are "
       "'bernoulli' and 'gaussian'"},
      {"modle.latent=4", "unknown section [modle]; did you mean 'model'?"},
      {"latent=4", "unknown key 'latent' outside any section; it belongs in [model]"},
      {"model.latent", "an override is written section.key=value"},
      {"=4", "an override is written section.key=value"},
      {"", "an override is written section.key=value"},
      {"model..latent=4", "an override is written section.key=value"},
      {"model.latent=four", "model.latent must be an integer, not the text \"four\""},
      {"model.latent=", "model.latent must be an integer, not the text \"\""},
      {"model.latent=1e3", "model.latent must be an integer, not the number 1000.0"},
      {"model.latent=0", "model.latent = 0 is out of range: it must be in [1, 100000]"},
      {"model.latent.x=3", "model.latent must be an integer, not a table"},
      {"evaluation.test=yes", "evaluation.test must be true or false, not the text \"yes\""},
      {"model.hidden=400",
       "model.hidden must be a list of integers such as [400, 200], not the integer 400"},
      {"optimizer.name=adma", "'adma' is not a choice for optimizer.name; did you mean 'adam'?"},
      {"optimizer.momentum=0.5",
       "'momentum' in [optimizer] is not used: it needs optimizer.name = \"sgd\" or \"rmsprop\", "
       "and optimizer.name is \"adam\""},
      {"dynamics.name=alternating", "[dynamics] is not used by objective 'plain' (family vae)"},
      {"penalty.0.name=r1", "[[penalty]] is not used by objective 'plain' (family vae)"},
      {"model=3", "[model] is a table of keys, and here it is given a value"},
      {"extends=x.toml", "unknown key 'extends' outside any section"},
  };
  for (const Mistake& mistake : cases) {
    EXPECT_EQ(report(kVae, {mistake.argument}),
              std::string("override '") + mistake.argument + "': error: " + mistake.message);
  }
}

TEST(Override, SyntaxMistakesSayTheColumn) {
  const std::string text = report(kVae, {"model.hidden=[3,"});
  EXPECT_THAT(text, ::testing::StartsWith("override 'model.hidden=[3,': error: cannot read the "
                                          "value, at column 17: "));
  EXPECT_THAT(text, ::testing::EndsWith("expected a list of integers such as [400, 200]"));
  // A line break cannot smuggle in another key.
  EXPECT_THAT(report(kVae, {"model.hidden=[3]\nmore=1"}), ::testing::HasSubstr("error: "));
  EXPECT_THAT(report(kVae, {"run.name=\xff"}), ::testing::HasSubstr("cannot read the value"));
}

TEST(Override, PenaltyMistakes) {
  EXPECT_EQ(report(kGan, {"penalty.1.c=3"}),
            "override 'penalty.1.c=3': error: there is no penalty 1: the list has 0, counted from "
            "0");
  EXPECT_EQ(report(kGan, {"penalty.x.c=3"}),
            "override 'penalty.x.c=3': error: a penalty's key is written penalty.0.name=value");
  EXPECT_EQ(report(kGan, {"penalty.0=3"}),
            "override 'penalty.0=3': error: a penalty's key is written penalty.0.name=value");
  EXPECT_EQ(report(kGan, {"penalty=3"}),
            "override 'penalty=3': error: penalties are a list of tables: write [[penalty]]");
}

TEST(Override, MistakesStandAfterThoseOfTheFile) {
  EXPECT_EQ(report(kVae + "model.latnet = 3\n", {"model.x=1", "run.seed=-1", "nothing"}),
            "c.toml:3:7: error: unknown key 'latnet' in [model]; did you mean 'latent'?\n"
            "override 'model.x=1': error: unknown key 'x' in [model]\n"
            "override 'run.seed=-1': error: run.seed = -1 is out of range: it must be >= 0\n"
            "override 'nothing': error: an override is written section.key=value");
}

}  // namespace
}  // namespace elbow
