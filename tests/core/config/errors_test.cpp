// Every kind of mistake, with its exact place and words.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/core/config/small_schema.h"

namespace elbow {
namespace {

using testing::kGan;
using testing::kVae;
using testing::report;

struct Mistake {
  const char* what;
  std::string text;
  std::string report;
};

void PrintTo(const Mistake& mistake, std::ostream* out) { *out << mistake.what; }

class ConfigMistake : public ::testing::TestWithParam<Mistake> {};

TEST_P(ConfigMistake, IsReportedAtItsPlace) {
  EXPECT_EQ(report(GetParam().text), GetParam().report);
}

const Mistake kUnknown[] = {
    {"key", kVae + "[model]\nlatnet = 3\n",
     "c.toml:4:1: error: unknown key 'latnet' in [model]; did you mean 'latent'?"},
    {"parameter", "run.steps = 1\n[objective]\nname = \"beta\"\n  bta = 4\n",
     "c.toml:4:3: error: unknown key 'bta' in [objective]; did you mean 'beta'?"},
    {"parameter_of_another", "run.steps = 1\n[objective]\nname = \"plain\"\nbta = 4\n",
     "c.toml:4:1: error: unknown key 'bta' in [objective]; did you mean 'beta', a parameter of "
     "objective 'beta'?"},
    {"key_of_another_section", kVae + "[checkpoint]\nlatent = 4\n",
     "c.toml:4:1: error: unknown key 'latent' in [checkpoint]; [model] has a key of this name"},
    {"key_of_few", kVae + "[checkpoint]\nzebra = 4\n",
     "c.toml:4:1: error: unknown key 'zebra' in [checkpoint]; its keys are 'every' and 'keep'"},
    {"key_of_many", kVae + "[model]\nzebra = 4\n",
     "c.toml:4:1: error: unknown key 'zebra' in [model]"},
    {"section", kVae + "[modle]\nlatent = 4\n",
     "c.toml:3:2: error: unknown section [modle]; did you mean 'model'?"},
    {"subsection", kGan + "[optimizer.generater]\nlr = 4\n",
     "c.toml:3:12: error: unknown key 'generater' in [optimizer]; did you mean 'generator'?"},
    {"top_level_key", "latent = 4\n" + kVae,
     "c.toml:1:1: error: unknown key 'latent' outside any section; it belongs in [model]"},
    {"top_level_parameter", "beta = 4\n" + kVae,
     "c.toml:1:1: error: unknown key 'beta' outside any section; it belongs in [objective]"},
    {"objective", "objective.name = \"bta\"\nrun.steps = 1\n",
     "c.toml:1:18: error: unknown objective 'bta'; did you mean 'beta'?; known objectives are "
     "'plain', 'beta' and 'duel'"},
    {"likelihood", kVae + "likelihood.name = \"zebra\"\n",
     "c.toml:3:19: error: unknown likelihood 'zebra'; known likelihoods are 'bernoulli' and "
     "'gaussian'"},
    {"penalty", kGan + "[[penalty]]\nname = \"r2\"\n",
     "c.toml:4:8: error: unknown penalty 'r2'; did you mean 'r1'?; known penalties are 'r1' and "
     "'bounds'"},
    {"parameter_beside_unknown_objective",
     "run.steps = 1\n[objective]\nname = \"zebra\"\nbeta = 1\ngamma = 1\n",
     "c.toml:3:8: error: unknown objective 'zebra'; known objectives are 'plain', 'beta' and "
     "'duel'\n"
     "c.toml:5:1: error: unknown key 'gamma' in [objective]; its keys are 'name'"},
};

const Mistake kWrong[] = {
    {"type_real", kVae + "optimizer.lr = \"fast\"\n",
     "c.toml:3:16: error: optimizer.lr must be a number or a schedule table, not the text "
     "\"fast\""},
    {"type_integer", kVae + "model.latent = 2.5\n",
     "c.toml:3:16: error: model.latent must be an integer, not the number 2.5"},
    {"type_boolean", kVae + "evaluation.test = 1\n",
     "c.toml:3:19: error: evaluation.test must be true or false, not the integer 1"},
    {"type_text", kVae + "data.name = [1]\n",
     "c.toml:3:13: error: data.name must be a text, not a list"},
    {"type_list", kVae + "model.hidden = 400\n",
     "c.toml:3:16: error: model.hidden must be a list of integers such as [400, 200], not the "
     "integer 400"},
    {"type_of_an_item", kVae + "model.hidden = [400, 2.0]\n",
     "c.toml:3:22: error: model.hidden must be a list of integers such as [400, 200], not the "
     "number 2.0"},
    {"type_table", kVae + "model.latent = { a = 1 }\n",
     "c.toml:3:16: error: model.latent must be an integer, not a table"},
    {"type_date", kVae + "run.seed = 2020-01-01\n",
     "c.toml:3:12: error: run.seed must be an integer, not a date or time"},
    {"type_no_schedule_here", kVae + "ema.decay = { schedule = \"linear\" }\n",
     "c.toml:3:13: error: ema.decay must be a number, not a table"},
    {"name_type", "objective.name = 3\nrun.steps = 1\n",
     "c.toml:1:18: error: objective.name must be a text, not the integer 3"},
    {"range", kVae + "run.seed = -1\n",
     "c.toml:3:12: error: run.seed = -1 is out of range: it must be >= 0"},
    {"range_both_sides", kVae + "ema.decay = 1\n",
     "c.toml:3:13: error: ema.decay = 1 is out of range: it must be in [0, 0.999999]"},
    {"range_open", kVae + "optimizer.eps = 0.0\n",
     "c.toml:3:17: error: optimizer.eps = 0.0 is out of range: it must be > 0"},
    {"range_of_an_item", kVae + "model.hidden = [400, 0]\n",
     "c.toml:3:22: error: model.hidden = 0 is out of range: it must be in [1, 1000000]"},
    {"nan", kVae + "optimizer.lr = nan\n",
     "c.toml:3:16: error: optimizer.lr = nan is out of range: it must be >= 0"},
    {"infinity", kVae + "optimizer.lr = inf\n",
     "c.toml:3:16: error: optimizer.lr = inf is out of range: it must be >= 0"},
    {"choice", kVae + "optimizer.name = \"adma\"\n",
     "c.toml:3:18: error: 'adma' is not a choice for optimizer.name; did you mean 'adam'?"},
    {"choice_without_a_neighbour", kVae + "optimizer.name = \"zebra\"\n",
     "c.toml:3:18: error: 'zebra' is not a choice for optimizer.name; choices are 'adam', 'sgd' "
     "and 'rmsprop'"},
    {"parameter_choice", kVae + "objective.gradient = \"scroe\"\n",
     "c.toml:3:22: error: 'scroe' is not a choice for objective.gradient; did you mean 'score'?"},
    {"value_for_a_table", "model = 3\n" + kVae,
     "c.toml:1:1: error: [model] is a table of keys, and here it is given a value"},
    {"tables_for_a_table", kVae + "[[model]]\nlatent = 3\n",
     "c.toml:3:3: error: [model] is a table of keys, and here it is given a list"},
    {"table_for_penalties", kGan + "[penalty]\nname = \"r1\"\n",
     "c.toml:3:2: error: penalties are a list of tables: write [[penalty]]"},
    {"number_among_penalties", "penalty = [3]\n" + kGan,
     "c.toml:1:12: error: a penalty is a table with a name, not the integer 3"},
};

const Mistake kSchedules[] = {
    {"name", kVae + "optimizer.lr = { schedule = \"liner\", from = 0 }\n",
     "c.toml:3:18: error: optimizer.lr: unknown schedule \"liner\"; did you mean 'linear'?"},
    {"missing_and_unknown",
     kVae + "optimizer.lr = { schedule = \"linear\", from = 0, too = 1, steps = 3 }\n",
     "c.toml:3:16: error: optimizer.lr: a linear schedule needs 'to'\n"
     "c.toml:3:49: error: optimizer.lr: unknown key 'too' in a linear schedule; did you mean "
     "'to'?"},
    {"bad_number", kVae + "optimizer.lr = { schedule = \"linear\", from = 0, to = 1, steps = 0 }\n",
     "c.toml:3:57: error: optimizer.lr: 'steps' must be an integer from 1 to 1000000000000"},
    {"range", kVae + "optimizer.lr = { schedule = \"linear\", from = 1, to = -1, steps = 3 }\n",
     "c.toml:3:16: error: optimizer.lr: the schedule's value -1.0 is out of range: it must be >= "
     "0"},
    {"growth", kVae + "optimizer.lr = { schedule = \"step\", from = 1, rate = 2, steps = 3 }\n",
     "c.toml:3:16: error: optimizer.lr: the schedule's value inf is out of range: it must be >= "
     "0"},
    {"open_range_reached",
     kVae + "likelihood.name = \"gaussian\"\nlikelihood.value = { schedule = \"cosine\", from = 1, "
            "to = 0, steps = 3 }\n",
     "c.toml:4:20: error: likelihood.value: the schedule's value 0.0 is out of range: it must be > "
     "0"},
};

const Mistake kUnused[] = {
    {"section_by_family", kGan + "[likelihood]\nname = \"bernoulli\"\n",
     "c.toml:3:2: error: [likelihood] is not used by objective 'duel' (family gan)"},
    {"empty_section_by_family", kVae + "[dynamics]\n",
     "c.toml:3:2: error: [dynamics] is not used by objective 'plain' (family vae)"},
    {"subsection_by_family", kVae + "[optimizer.generator]\nlr = 3\n",
     "c.toml:3:12: error: [optimizer.generator] is not used by objective 'plain' (family vae)"},
    {"penalties_by_family", kVae + "[[penalty]]\nname = \"r1\"\n",
     "c.toml:3:1: error: [[penalty]] is not used by objective 'plain' (family vae)"},
    {"key_by_family", kVae + "data.range = \"unit\"\n",
     "c.toml:3:6: error: 'range' in [data] is not used by objective 'plain' (family vae)"},
    {"key_by_optimizer", kVae + "optimizer.momentum = 0.5\n",
     "c.toml:3:11: error: 'momentum' in [optimizer] is not used: it needs optimizer.name = \"sgd\" "
     "or \"rmsprop\", and optimizer.name is \"adam\""},
    {"key_by_networks", kVae + "model.channels = [3]\n",
     "c.toml:3:7: error: 'channels' in [model] is not used: it needs model.encoder or "
     "model.decoder = \"conv\", and model.encoder is \"mlp\" and model.decoder is \"mlp\""},
    {"key_by_data", kVae + "data.name = \"ring\"\ndata.binarize = \"static\"\n",
     "c.toml:4:6: error: 'binarize' in [data] is not used: it needs data.name = \"auto\", "
     "\"mnist\", \"fashion_mnist\", \"kmnist\", \"qmnist\", \"emnist_balanced\", "
     "\"emnist_byclass\", \"emnist_bymerge\", \"emnist_digits\", \"emnist_letters\", "
     "\"emnist_mnist\" or \"glyphs\", and data.name is \"ring\""},
    {"parameter_of_another", kVae + "objective.beta = 4\n",
     "c.toml:3:11: error: 'beta' is not a parameter of objective 'plain'; 'beta' has it"},
    {"parameter_of_another_penalty", kGan + "[[penalty]]\nname = \"r1\"\nc = 3\n",
     "c.toml:5:1: error: 'c' is not a parameter of penalty 'r1'; 'bounds' has it"},
};

const Mistake kMissing[] = {
    {"objective", "[run]\nsteps = 1\n",
     "c.toml:1:1: error: [objective] needs a 'name'; known objectives are 'plain', 'beta' and "
     "'duel'"},
    {"objective_name", "[run]\nsteps = 1\n\n[objective]\n",
     "c.toml:4:1: error: [objective] needs a 'name'; known objectives are 'plain', 'beta' and "
     "'duel'"},
    {"penalty_name", kGan + "[[penalty]]\ngamma = 1\n",
     "c.toml:3:1: error: [[penalty]] needs a 'name'; known penalties are 'r1' and 'bounds'"},
    {"parameter", kGan + "[[penalty]]\nname = \"bounds\"\n",
     "c.toml:4:8: error: penalty 'bounds' needs 'c', a number: Number c."},
    {"length", "objective.name = \"plain\"\n",
     "c.toml:1:1: error: the length of the run is not given: set run.epochs or run.steps"},
    {"length_zero", "objective.name = \"plain\"\n[run]\nsteps = 0\n",
     "c.toml:2:1: error: the length of the run is not given: set run.epochs or run.steps"},
    {"length_twice", "objective.name = \"plain\"\n[run]\nsteps = 3\nepochs = 2\n",
     "c.toml:4:1: error: run.epochs and run.steps are both given: keep one"},
    {"penalty_twice", kGan + "[[penalty]]\nname = \"r1\"\n[[penalty]]\nname = \"r1\"\n",
     "c.toml:6:8: error: penalty 'r1' is listed twice; first at c.toml:4:8"},
};

const Mistake kSyntax[] = {
    {"unfinished", "[run\nseed = 3\n", "c.toml:1:5: error: "},
    {"twice", "[run]\nseed = 3\nseed = 4\n", "c.toml:3:"},
    {"not_utf8", "[run]\nname = \"\xff\"\n", "c.toml:2:"},
    {"deep_key",
     "a" +
         [] {
           std::string dots;
           for (int i = 0; i < 50000; ++i) dots += ".a";
           return dots;
         }() +
         " = 1\n",
     "c.toml:1:66: error: too many dots in a key"},
    {"deep_value", "a = " + std::string(5000, '['), "c.toml:1:"},
    {"letter_outside_texts", kVae + "[model]\nlatent = 3 é\n",
     "c.toml:4:12: error: only a text in quotes or a comment may go beyond ASCII"},
    {"letter_after_a_backslash", "run.name = \"\"\"é\\é\"\"\"\n",
     "c.toml:1:17: error: this is no character after a backslash"},
    {"header_without_a_name", kVae + "  [[ .a ]]\n",
     "c.toml:3:6: error: a table's name is missing"},
    {"large", std::string(300000, '\n'), "c.toml:1:1: error: a config may have at most 256 KiB"},
    {"extends_type", "extends = 3\n" + kVae,
     "c.toml:1:11: error: extends must be the path of a config, not the integer 3"},
    {"extends_missing", "extends = \"nowhere/base.toml\"\n" + kVae,
     "c.toml:1:11: error: cannot extend 'nowhere/base.toml': no such file"},
};

std::string name_of(const ::testing::TestParamInfo<Mistake>& info) { return info.param.what; }

INSTANTIATE_TEST_SUITE_P(Unknown, ConfigMistake, ::testing::ValuesIn(kUnknown), name_of);
INSTANTIATE_TEST_SUITE_P(Wrong, ConfigMistake, ::testing::ValuesIn(kWrong), name_of);
INSTANTIATE_TEST_SUITE_P(Schedules, ConfigMistake, ::testing::ValuesIn(kSchedules), name_of);
INSTANTIATE_TEST_SUITE_P(Unused, ConfigMistake, ::testing::ValuesIn(kUnused), name_of);
INSTANTIATE_TEST_SUITE_P(Missing, ConfigMistake, ::testing::ValuesIn(kMissing), name_of);

// The words of syntax errors are toml++'s; the place and the form are ours.
class SyntaxMistake : public ::testing::TestWithParam<Mistake> {};

TEST_P(SyntaxMistake, IsReportedAtItsPlace) {
  const std::string text = report(GetParam().text);
  EXPECT_THAT(text, ::testing::StartsWith(GetParam().report));
  EXPECT_THAT(text, ::testing::HasSubstr(": error: "));
}

INSTANTIATE_TEST_SUITE_P(Syntax, SyntaxMistake, ::testing::ValuesIn(kSyntax), name_of);

TEST(ConfigErrors, FiveMistakesAreOneReportInTheOrderOfTheFile) {
  const std::string text =
      "[optimizer]\n"
      "lr = \"fast\"\n"
      "momentum = 0.9\n"
      "[objective]\n"
      "name = \"beta\"\n"
      "bta = 4\n"
      "[modle]\n"
      "[model]\n"
      "latent = 0\n"
      "[run]\n"
      "epochs = 20\n";
  EXPECT_EQ(report(text),
            "c.toml:2:6: error: optimizer.lr must be a number or a schedule table, not the text "
            "\"fast\"\n"
            "c.toml:3:1: error: 'momentum' in [optimizer] is not used: it needs optimizer.name = "
            "\"sgd\" or \"rmsprop\", and optimizer.name is \"adam\"\n"
            "c.toml:6:1: error: unknown key 'bta' in [objective]; did you mean 'beta'?\n"
            "c.toml:7:2: error: unknown section [modle]; did you mean 'model'?\n"
            "c.toml:9:10: error: model.latent = 0 is out of range: it must be in [1, 100000]");
}

TEST(ConfigErrors, TextsAndCommentsMayHoldAnything) {
  const std::string dots(100, '.');
  for (const std::string& text :
       {"\"σ " + dots + " # ' \\\" \"", "'σ " + dots + " # \" \\'",
        "\"\"\"σ\n\"\" \\\" " + dots + "\"\"\"\"\"", "'''σ\n'' \\" + dots + "'''''"}) {
    EXPECT_EQ(report("# σ ' \" " + dots + "\n" + kVae + "run.name = " + text + " # σ" + dots), "")
        << text;
  }
  EXPECT_EQ(report("\xef\xbb\xbf" + kVae), "");
}

TEST(ConfigErrors, ListsMayBeginALine) {
  EXPECT_EQ(report(kVae + "model.hidden = [\n  # widths\n  400,\n]\n[ data ]\nseed = 3\n"), "");
  EXPECT_EQ(report(kVae + "model.hidden = [\n[ # inner\n]]\n"),
            "c.toml:4:1: error: model.hidden must be a list of integers such as [400, 200], not a "
            "list");
}

TEST(ConfigErrors, AWrongSelectorIsNotFollowedByItsConsequences) {
  EXPECT_EQ(report(kVae + "optimizer.name = \"sdg\"\noptimizer.momentum = 0.5\n"),
            "c.toml:3:18: error: 'sdg' is not a choice for optimizer.name; did you mean 'sgd'?");
  EXPECT_EQ(report("objective.name = \"dule\"\nrun.steps = 1\nmodel.generator = \"conv\"\n"
                   "model.channels = [3]\n[[penalty]]\nname = \"r1\"\n"),
            "c.toml:1:18: error: unknown objective 'dule'; did you mean 'duel'?; known objectives "
            "are 'plain', 'beta' and 'duel'");
}

}  // namespace
}  // namespace elbow
