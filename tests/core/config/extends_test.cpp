// Files that extend others, and where each value comes from.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/core/config/small_schema.h"
#include "tests/support/temp_dir.h"

namespace elbow {
namespace {

using ::testing::HasSubstr;
using testing::report_of;
using testing::small_schema;
using testing::TempDir;

const std::string kBase =
    "[run]\nepochs = 20\n"
    "[objective]\nname = \"beta\"\nbeta = 2\n"
    "[optimizer]\nname = \"sgd\"\nmomentum = 0.5\nlr = 0.1\n"
    "[model]\nencoder = \"conv\"\nchannels = [8]\n";

class Extends : public ::testing::Test {
 protected:
  Config load(const std::string& text, const std::vector<std::string>& overrides = {}) {
    dir_.write("base/base.toml", kBase);
    return load_config(small_schema(), dir_.write("leaf/leaf.toml", text), overrides);
  }
  std::string report(const std::string& text, const std::vector<std::string>& overrides = {}) {
    return report_of([&] { load(text, overrides); });
  }
  std::string leaf() const { return (dir_ / "leaf/leaf.toml").string(); }
  std::string base() const { return (dir_ / "base/base.toml").string(); }

  TempDir dir_;
  const std::string extends_ = "extends = \"../base/base.toml\"\n";
};

TEST_F(Extends, TheNearerValueCounts) {
  const Config config = load(extends_ + "[objective]\nbeta = 3\n", {"optimizer.lr=0.2"});
  EXPECT_EQ(config.family(), "vae");
  EXPECT_EQ(config.number("objective.beta"), 3.0);
  EXPECT_EQ(config.number("optimizer.momentum"), 0.5);
  EXPECT_EQ(config.origin("objective.beta").text(), leaf() + ":3:8");
  EXPECT_EQ(config.origin("optimizer.momentum").text(), base() + ":8:12");
  EXPECT_EQ(config.origin("optimizer.lr").text(), "override 1");
  EXPECT_EQ(config.origin("optimizer.batch_size").text(), "default");
}

TEST_F(Extends, WhatOnlyABaseSetsAndNothingUsesIsDropped) {
  const Config config = load(extends_ +
                             "objective.name = \"plain\"\noptimizer.name = \"adam\"\n"
                             "model.encoder = \"mlp\"\n");
  EXPECT_FALSE(config.contains("objective.beta"));
  EXPECT_FALSE(config.contains("optimizer.momentum"));
  EXPECT_FALSE(config.contains("model.channels"));
  EXPECT_EQ(config.number("optimizer.lr"), 0.1);
  EXPECT_EQ(config.number("optimizer.beta1"), 0.9);
}

TEST_F(Extends, WhatTheConfigItselfSetsAndNothingUsesIsAnError) {
  EXPECT_EQ(report(extends_ + "objective.name = \"plain\"\nobjective.beta = 3\n",
                   {"optimizer.name=adam", "optimizer.momentum=0.5"}),
            leaf() +
                ":3:11: error: 'beta' is not a parameter of objective 'plain'; 'beta' has it\n"
                "override 'optimizer.momentum=0.5': error: 'momentum' in [optimizer] is not used: "
                "it needs optimizer.name = \"sgd\" or \"rmsprop\", and optimizer.name is \"adam\"");
}

TEST_F(Extends, AnotherFamilyThanThatOfTheBaseIsRefused) {
  dir_.write("base/gan.toml",
             "run.steps = 3\n[objective]\nname = \"duel\"\n[dynamics]\ndiscriminator_steps = 2\n"
             "[[penalty]]\nname = \"r1\"\n[optimizer.generator]\nlr = 3\n");
  const std::string refused = "objective 'plain' is for family vae, but ";
  EXPECT_THAT(report("extends = \"../base/gan.toml\"\nobjective.name = \"plain\"\n"),
              ::testing::HasSubstr(refused));
  EXPECT_THAT(report("extends = \"../base/gan.toml\"\n", {"objective.name=plain"}),
              ::testing::HasSubstr(refused));
}

TEST_F(Extends, PenaltiesReplaceTheList) {
  dir_.write("base/gan.toml",
             "run.steps = 3\nobjective.name = \"duel\"\n[[penalty]]\nname = \"r1\"\ngamma = 5\n");
  const std::string gan = "extends = \"../base/gan.toml\"\n";
  EXPECT_EQ(load(gan).number("penalty.0.gamma"), 5.0);
  EXPECT_EQ(load(gan, {"penalty.0.gamma=6"}).number("penalty.0.gamma"), 6.0);
  EXPECT_TRUE(load("penalty = []\n" + gan).penalties().empty());
  const Config config = load(gan + "[[penalty]]\nname = \"bounds\"\nc = 2\n");
  ASSERT_EQ(config.penalties().size(), 1U);
  EXPECT_EQ(config.penalties()[0].first, "bounds");
}

TEST_F(Extends, StepsReplaceInheritedEpochs) {
  const Config config = load(extends_ + "run.steps = 5\n");
  EXPECT_EQ(config.integer("run.epochs"), 0);
  EXPECT_EQ(config.integer("run.steps"), 5);
}

TEST_F(Extends, MistakesOfABaseNameItsFile) {
  dir_.write("base/bad.toml", "[model]\nlatnet = 3\nlatent = 0\n");
  EXPECT_EQ(report("extends = \"../base/bad.toml\"\nrun.steps = 1\nrun.sed = 2\n"
                   "objective.name = \"plain\"\n"),
            leaf() + ":3:5: error: unknown key 'sed' in [run]; did you mean 'seed'?\n" +
                (dir_ / "base/bad.toml").string() +
                ":2:1: error: unknown key 'latnet' in [model]; did you mean 'latent'?\n" +
                (dir_ / "base/bad.toml").string() +
                ":3:10: error: model.latent = 0 is out of range: it must be in [1, 100000]");
  dir_.write("base/broken.toml", "[model\n");
  EXPECT_THAT(report("extends = \"../base/broken.toml\"\n"), HasSubstr("broken.toml:1:7: error: "));
}

TEST_F(Extends, ChainsAreRelativeToEachFile) {
  dir_.write("base/deep/middle.toml", "extends = \"../base.toml\"\nobjective.beta = 7\n");
  const Config config = load("extends = \"../base/deep/middle.toml\"\n");
  EXPECT_EQ(config.number("objective.beta"), 7.0);
  EXPECT_EQ(config.number("optimizer.lr"), 0.1);
}

TEST_F(Extends, CyclesAreReported) {
  dir_.write("base/a.toml", "extends = \"b.toml\"\n");
  dir_.write("base/b.toml", "extends = \"./a.toml\"\n");
  const std::string a = (dir_ / "base/a.toml").string(), b = (dir_ / "base/b.toml").string();
  EXPECT_EQ(report_of([&] { load_config(small_schema(), dir_ / "base/a.toml"); }),
            b + ":1:11: error: extends goes round in a circle: " + a + " -> " + b + " -> " + a);
  dir_.write("base/self.toml", "extends = \"self.toml\"\n");
  EXPECT_THAT(report_of([&] { load_config(small_schema(), dir_ / "base/self.toml"); }),
              HasSubstr("self.toml:1:11: error: extends goes round in a circle"));
}

TEST_F(Extends, UnreadableFiles) {
  EXPECT_EQ(report_of([&] { load_config(small_schema(), dir_ / "none.toml"); }),
            (dir_ / "none.toml").string() + ": error: cannot read the config: no such file");
  EXPECT_EQ(report_of([&] { load_config(small_schema(), dir_.path()); }),
            dir_.path().string() + ": error: cannot read the config: it is a directory");
  EXPECT_EQ(report("extends = \"nowhere.toml\"\n"), leaf() + ":1:11: error: cannot extend '" +
                                                        (dir_ / "leaf/nowhere.toml").string() +
                                                        "': no such file");
}

}  // namespace
}  // namespace elbow
