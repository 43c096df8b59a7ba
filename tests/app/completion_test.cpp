// elbow completion: the scripts are valid, and bash's answers are those of the program.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <sstream>

#include "tests/support/program.h"
#include "tests/support/temp_dir.h"

namespace elbow::testing {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::Not;

std::string script(const TempDir& dir, const std::string& shell) {
  const auto result = run_program({"elbow", "completion", shell});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return dir.write("completion." + shell, result.out).string();
}

bool installed(const std::string& shell) {
  return run_program({shell, "-c", "true"}).exit_code == 0;
}

/// What bash offers at the end of `line`, in `folder`.
std::set<std::string> offered(const std::string& script, const std::string& line,
                              const std::string& folder = ".") {
  const auto result =
      run_program({"bash", "--norc", "-c",
                   "cd \"$3\" && source \"$1\" && COMP_LINE=$2 COMP_POINT=${#2} && _elbow && "
                   "printf '%s\\n' \"${COMPREPLY[@]}\"",
                   "bash", script, line, folder});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.err, "");
  std::set<std::string> words;
  std::istringstream lines(result.out);
  for (std::string word; std::getline(lines, word);) {
    if (!word.empty()) words.insert(word);
  }
  return words;
}

TEST(CompletionSlow, TheScriptsAreValid) {
  const TempDir dir;
  for (const char* shell : {"bash", "zsh", "fish"}) {
    if (!installed(shell)) continue;
    const auto checked = run_program({shell, "-n", script(dir, shell)});
    EXPECT_EQ(checked.exit_code, 0) << shell << checked.err;
    EXPECT_EQ(checked.err, "") << shell;
  }
  const auto other = run_program({"elbow", "completion", "bahs"});
  EXPECT_EQ(other.exit_code, 2);
  EXPECT_THAT(other.err, HasSubstr("did you mean 'bash'"));
}

TEST(CompletionSlow, BashOffersWhatTheProgramHas) {
  const TempDir dir;
  const std::string bash = script(dir, "bash");
  const auto commands = offered(bash, "elbow ");
  EXPECT_THAT(commands, IsSupersetOf({"train", "eval", "step", "config", "watch", "completion"}));
  const std::string help = run_program({"elbow", "--help"}).out;
  for (const std::string& command : commands) EXPECT_THAT(help, HasSubstr(command));
  EXPECT_THAT(offered(bash, "elbow tr"), ElementsAre("train"));
  EXPECT_THAT(offered(bash, "elbow config "), ElementsAre("check", "keys", "show"));
  EXPECT_THAT(offered(bash, "elbow train --r"), ElementsAre("--resume", "--run-dir"));
  EXPECT_THAT(offered(bash, "elbow train --progress "),
              ElementsAre("auto", "bar", "none", "plain"));
  EXPECT_THAT(offered(bash, "elbow train --pred"), ElementsAre("--predict"));
  EXPECT_THAT(offered(bash, "elbow train a.toml --predict truth/gap/e"),
              ElementsAre("truth/gap/elbo"));
  EXPECT_THAT(offered(bash, "elbow list pen"), ElementsAre("penalties"));
  EXPECT_THAT(offered(bash, "elbow explain elbo/k"), Contains("elbo/kl"));
  EXPECT_THAT(offered(bash, "elbow explain V1"), Contains("V1.generator"));
  EXPECT_THAT(offered(bash, "elbow verify dirac"), ElementsAre("dirac_gan"));
  EXPECT_THAT(offered(bash, "elbow config keys opt"), Contains("optimizer"));
  EXPECT_THAT(offered(bash, "elbow completion "), ElementsAre("bash", "fish", "zsh"));
  EXPECT_THAT(offered(bash, "elbow compare --at "), ElementsAre("end", "samples", "steps", "time"));
  EXPECT_THAT(offered(bash, "elbow compare --split t"), ElementsAre("test", "train"));
  EXPECT_THAT(offered(bash, "elbow sweep --format "), ElementsAre("csv", "json", "table"));
}

TEST(CompletionSlow, BashOffersConfigKeysAndTheirValues) {
  const TempDir dir;
  const std::string bash = script(dir, "bash");
  const std::string train = "elbow train configs/vae/elbo.toml ";
  EXPECT_THAT(offered(bash, train + "objective.be"), ElementsAre("objective.beta="));
  EXPECT_THAT(offered(bash, "elbow sweep configs/vae/elbo.toml objective.be"),
              ElementsAre("objective.beta="));
  EXPECT_THAT(offered(bash, train + "penalty.0.ga"), ElementsAre("penalty.0.gamma="));
  EXPECT_THAT(offered(bash, train + "data.binarize="),
              ElementsAre("dynamic", "none", "static", "threshold"));
  EXPECT_THAT(offered(bash, train + "objective.name=h"), ElementsAre("hinge"));
  EXPECT_THAT(offered(bash, train + "sinks.tensorboard=t"), ElementsAre("true"));
  EXPECT_THAT(offered(bash, train + "run.seed=1 data.name=gl"), ElementsAre("glyphs"));
  EXPECT_THAT(offered(bash, train + "--threads 2 optimizer.discriminator.l"),
              ElementsAre("optimizer.discriminator.lr="))
      << "the value of a flag is no positional";
}

TEST(CompletionSlow, BashOffersFilesAndRuns) {
  const TempDir dir;
  const std::string bash = script(dir, "bash");
  dir.write("runs/one/config.toml", "");
  dir.write("runs/notes/text", "");
  dir.write("my.toml", "");
  dir.write("my.txt", "");
  const std::string here = dir.path().string();
  EXPECT_THAT(offered(bash, "elbow train m", here), ElementsAre("my.toml"));
  EXPECT_THAT(offered(bash, "elbow eval runs/o", here), ElementsAre("runs/one"));
  EXPECT_THAT(offered(bash, "elbow eval ", here), Contains("runs/one"));
  EXPECT_THAT(offered(bash, "elbow compare runs/one runs/o", here), ElementsAre("runs/one"));
  EXPECT_THAT(offered(bash, "elbow compare --baseline runs/o", here), ElementsAre("runs/one"));
  EXPECT_THAT(offered(bash, "elbow train my.toml --run-dir ru", here), ElementsAre("runs"));
  // A name is text, whatever a shell would make of it.
  dir.write("runs/$(touch pwned)/config.toml", "");
  EXPECT_THAT(offered(bash, "elbow eval runs/", here), Contains("runs/$(touch pwned)"));
  EXPECT_FALSE(std::filesystem::exists(dir / "pwned"));
}

// The same tables in zsh, through the function that decides.
TEST(CompletionSlow, ZshDecidesAlike) {
  if (!installed("zsh")) GTEST_SKIP() << "zsh is not installed";
  const TempDir dir;
  const std::string zsh = script(dir, "zsh");
  const auto result = run_program(
      {"zsh", "-f", "-c",
       "source \"$1\"; _elbow_decide 'elbow train --progress ' ''; print $_elbow_words; "
       "_elbow_decide 'elbow train a.toml b' b; print $_elbow_kind; _elbow_decide 'elbow tr' tr; "
       "print $_elbow_words",
       "zsh", zsh});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("auto bar plain none\nkeys\ntrain "));
}

TEST(CompletionSlow, FishOffersCommandsKeysAndValues) {
  if (!installed("fish")) GTEST_SKIP() << "fish is not installed";
  const TempDir dir;
  const std::string fish = script(dir, "fish");
  const auto ask = [&](const std::string& line) {
    const auto result = run_program(
        {"fish", "--no-config", "-c", "source " + fish + "; complete -C '" + line + "'"});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return result.out;
  };
  EXPECT_THAT(ask("elbow tr"), HasSubstr("train"));
  EXPECT_THAT(ask("elbow train --prog"), HasSubstr("--progress"));
  EXPECT_THAT(ask("elbow train --progress "), AllOf(HasSubstr("plain"), HasSubstr("bar")));
  EXPECT_THAT(ask("elbow train x.toml objective.b"), HasSubstr("objective.beta="));
  EXPECT_THAT(ask("elbow train x.toml data.binarize=d"), HasSubstr("data.binarize=dynamic"));
  EXPECT_THAT(ask("elbow config "), AllOf(HasSubstr("check"), Not(HasSubstr("train"))));
}

}  // namespace
}  // namespace elbow::testing
