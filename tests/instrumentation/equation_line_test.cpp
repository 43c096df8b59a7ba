#include "instrumentation/equation_line.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "instrumentation/text.h"
#include "tests/instrumentation/fake_runs.h"

namespace elbow {
namespace {

using testing::gan_record;
using testing::gan_run;
using testing::vae_record;
using testing::vae_run;

TEST(EquationLine, Elbo) {
  EXPECT_EQ(equation_line(vae_record(1), vae_run()), "-ELBO 103.2 = 81.8 reconstruction + 21.4 KL");
}

TEST(EquationLine, Beta) {
  EXPECT_EQ(equation_line(vae_record(1, -81.8, 21.4, 4.0), vae_run()),
            "loss 167.4 = 81.8 reconstruction + 4 × 21.4 KL · -ELBO 103.2");
  EXPECT_EQ(equation_line(vae_record(1, -81.8, 21.4, 0.0), vae_run()),
            "loss  81.8 = 81.8 reconstruction · -ELBO 103.2");
}

TEST(EquationLine, NegativeContributions) {
  // A density model: ln p(x|z) > 0.
  EXPECT_EQ(equation_line(vae_record(1, 820.5, 21.4), vae_run()),
            "-ELBO -799.1 = -820.5 reconstruction + 21.4 KL");
}

TEST(EquationLine, Gan) {
  EXPECT_EQ(equation_line(gan_record(1), gan_run()),
            "D 1.271 = 0.610 real + 0.661 fake [2 ln 2 = 1.386] · G 0.812 [ln 2 = 0.693] · "
            "D(x) 0.61 D(G(z)) 0.39");
}

TEST(EquationLine, GanWithPenalty) {
  StepRecord record = gan_record(1);
  record.values.set("penalty/r1", Moments{0.02, 0.001, 64});
  record.values.set("loss/discriminator", 1.371);
  record.values.set_weight("discriminator", "penalty/r1", 5.0);
  EXPECT_EQ(equation_line(record, gan_run()),
            "D 1.371 = 0.610 real + 0.661 fake + 5 × 0.020 r1 [2 ln 2 = 1.386] · G 0.812 [ln 2 = "
            "0.693] · D(x) 0.61 D(G(z)) 0.39");
}

TEST(EquationLine, CriticWithSubtraction) {
  StepRecord record;
  record.values.set("loss/discriminator/real", -3.5);
  record.values.set("loss/discriminator/fake", -1.25);
  record.values.set("loss/discriminator", -4.75);
  record.values.set_weight("discriminator", "loss/discriminator/fake", 1.0);
  record.values.set_weight("discriminator", "loss/discriminator/real", 1.0);
  EXPECT_EQ(equation_line(record, RunInfo{}), "D -4.750 = -1.250 fake - 3.500 real");
}

TEST(EquationLine, PhasesWithOneInitialKeepTheirNames) {
  StepRecord record;
  for (const std::string phase : {"decoder", "discriminator"}) {
    record.values.set("loss/" + phase, 1.0);
    record.values.set_weight(phase, "loss/" + phase, 1.0);
  }
  EXPECT_EQ(equation_line(record, RunInfo{}), "decoder 1.000 · discriminator 1.000");
}

TEST(EquationLine, WithoutWeightsTheLossesOnly) {
  StepRecord record;
  record.values.set("loss", 104.25);
  EXPECT_EQ(equation_line(record, vae_run()), "loss 104.2");
  EXPECT_EQ(equation_line(StepRecord{}, vae_run()), "");
}

TEST(EquationLine, NonFiniteIsShown) {
  const std::string line =
      equation_line(vae_record(1, -81.8, std::numeric_limits<double>::quiet_NaN()), vae_run());
  EXPECT_NE(line.find("nan KL"), std::string::npos) << line;
}

TEST(EquationLine, WidthStaysWhileNumbersShrink) {
  const int width = display_width(equation_line(vae_record(1), vae_run()));
  EXPECT_EQ(display_width(equation_line(vae_record(1, -75.1, 9.3), vae_run())), width);
  EXPECT_EQ(display_width(equation_line(gan_record(1, 0.001, 9.9), gan_run())),
            display_width(equation_line(gan_record(1), gan_run())));
}

TEST(ClosedForm, MultiplesOfLn2) {
  EXPECT_EQ(closed_form(std::log(2.0)), "ln 2 = 0.693");
  EXPECT_EQ(closed_form(2.0 * std::log(2.0)), "2 ln 2 = 1.386");
  EXPECT_EQ(closed_form(-std::log(2.0)), "-ln 2 = -0.693");
  EXPECT_EQ(closed_form(0.25), "0.25");
  EXPECT_EQ(closed_form(2.0), "2");
  EXPECT_EQ(closed_form(0.0), "0");
}

}  // namespace
}  // namespace elbow
