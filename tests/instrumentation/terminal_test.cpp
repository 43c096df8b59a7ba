#include "instrumentation/terminal.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <sstream>

#include "core/error.h"
#include "instrumentation/text.h"
#include "tests/instrumentation/fake_runs.h"

namespace elbow {
namespace {

using testing::vae_record;
using testing::vae_run;

// A terminal on a string, with a clock that the test moves.
struct Screen {
  std::ostringstream out;
  double now = 100.0;
  int columns = 120;

  TerminalOptions options(Progress progress, bool color = false) {
    TerminalOptions options;
    options.progress = progress;
    options.out = &out;
    options.color = color;
    options.width = [this] { return columns; };
    options.clock = [this] { return now; };
    return options;
  }
  std::string take() {
    std::string text = out.str();
    out.str("");
    return text;
  }
  int count(const std::string& what) const {
    int n = 0;
    const std::string text = out.str();
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++n;
    return n;
  }
};

void step(Terminal& terminal, std::int64_t number, const std::string& split = "train") {
  StepRecord record = vae_record(number);
  record.split = split;
  terminal.step(record);
}

TEST(TerminalBar, OneLineWithEverything) {
  Screen screen;
  Terminal terminal(screen.options(Progress::bar));
  terminal.start(vae_run());
  screen.now += 2.0;
  step(terminal, 40);
  EXPECT_EQ(screen.take(),
            "\r\x1b[2Kstep   40/1000 · 41,300 samples/s · 0:48 left · "
            "-ELBO 103.2 = 81.8 reconstruction + 21.4 KL");
  EXPECT_EQ(terminal.last_equation(), "-ELBO 103.2 = 81.8 reconstruction + 21.4 KL");
}

TEST(TerminalBar, RedrawnAtMostTenTimesASecond) {
  Screen screen;
  Terminal terminal(screen.options(Progress::bar));
  terminal.start(vae_run());
  for (int i = 1; i <= 1000; ++i) {
    screen.now += 0.003;
    step(terminal, i);
  }
  const int redraws = screen.count("\r");
  EXPECT_LE(redraws, 31);
  EXPECT_GE(redraws, 25);
}

TEST(TerminalBar, CutToTheWidthOfTheTerminal) {
  Screen screen;
  Terminal terminal(screen.options(Progress::bar));
  RunInfo info = vae_run();
  terminal.start(info);
  for (const int columns : {200, 90, 80, 60, 20, 5}) {
    screen.columns = columns;
    screen.now += 1.0;
    step(terminal, 400);
    const std::string drawn = screen.take();
    const std::string line = drawn.substr(std::string("\r\x1b[2K").size());
    EXPECT_LT(display_width(line), columns) << line;
  }
  screen.columns = 84;  // the short words leave room for the equation
  screen.now += 1.0;
  step(terminal, 440);
  EXPECT_NE(screen.take().find("+ 21.4 KL"), std::string::npos);
}

TEST(TerminalBar, ErrorsStayAboveTheBar) {
  Screen screen;
  Terminal terminal(screen.options(Progress::bar));
  terminal.start(vae_run());
  step(terminal, 10);
  const std::string bar = screen.take().substr(std::string("\r\x1b[2K").size());
  CheckResult check;
  check.id = "V1";
  check.statement = "Σ weight·term = loss";
  check.lhs = 103.25;
  check.rhs = 104.5;
  check.residual = -1.25;
  check.tolerance = 0.00209;
  check.verdict = Verdict::fails;
  terminal.check_failed(vae_record(10), check);
  EXPECT_EQ(screen.take(),
            "\r\x1b[2Kerror: check V1 failed at step 10 (train): Σ weight·term = loss; left "
            "103.25, right 104.5, residual -1.25, tolerance 0.00209; see docs/conventions.md#V1\n" +
                bar);
}

TEST(TerminalBar, EndsWithTheLastRecordAndTheOutcome) {
  Screen screen;
  Terminal terminal(screen.options(Progress::bar));
  terminal.start(vae_run());
  step(terminal, 980);
  step(terminal, 1000);  // within a tenth of a second: not drawn yet
  screen.take();
  terminal.finish({Outcome::finished, 1000, 75.0, ""});
  const std::string end = screen.take();
  EXPECT_NE(end.find("step 1000/1000"), std::string::npos) << end;
  EXPECT_NE(end.find("KL\nfinished at step 1000 after 1:15\n"), std::string::npos) << end;
}

TEST(TerminalPlain, FirstThenEveryTenthOfTheRun) {
  Screen screen;
  Terminal terminal(screen.options(Progress::plain));
  terminal.start(vae_run());
  for (int i = 10; i <= 1000; i += 10) {
    screen.now += 0.05;
    step(terminal, i);
  }
  terminal.finish({Outcome::finished, 1000, 5.0, ""});
  EXPECT_EQ(screen.count("-ELBO"), 11);  // 10, 110, ..., 910 and the last
  EXPECT_NE(screen.out.str().find("step 1000/1000"), std::string::npos);
  EXPECT_EQ(screen.count("\r"), 0);
  EXPECT_EQ(screen.count("\x1b"), 0);
}

TEST(TerminalPlain, EveryTenSecondsInALongRun) {
  Screen screen;
  Terminal terminal(screen.options(Progress::plain));
  RunInfo info = vae_run();
  info.total_steps = 1000000;
  terminal.start(info);
  for (int i = 1; i <= 120; ++i) {
    screen.now += 1.0;
    step(terminal, i);
  }
  EXPECT_EQ(screen.count("\n"), 12);  // at 1, 11, ..., 111 s
  screen.take();
  for (int i = 121; i <= 36000; ++i) {  // ten hours
    screen.now += 1.0;
    step(terminal, i);
  }
  EXPECT_LT(screen.count("\n"), 150);
}

TEST(TerminalPlain, EveryValidationRecord) {
  Screen screen;
  Terminal terminal(screen.options(Progress::plain));
  terminal.start(vae_run());
  step(terminal, 20);
  screen.take();
  step(terminal, 21, "valid");
  step(terminal, 22, "test");
  EXPECT_EQ(screen.take(),
            "valid at step 21 (epoch 0.042) · -ELBO 103.2 = 81.8 reconstruction + 21.4 KL\n"
            "test at step 22 (epoch 0.044) · -ELBO 103.2 = 81.8 reconstruction + 21.4 KL\n");
}

TEST(TerminalPlain, SaysWhereWeightsAreAveraged) {
  Screen screen;
  Terminal terminal(screen.options(Progress::plain));
  RunInfo info = vae_run();
  info.averaged = true;
  terminal.start(info);
  step(terminal, 20);
  EXPECT_EQ(screen.take().find("averaged"), std::string::npos) << "of training itself";
  step(terminal, 21, "valid");
  EXPECT_EQ(screen.take(),
            "valid at step 21 (epoch 0.042, averaged weights) · -ELBO 103.2 = 81.8 reconstruction "
            "+ 21.4 KL\n");
}

TEST(TerminalPlain, TheTrainingRecordOfAStepStandsBeforeItsValidation) {
  Screen screen;
  Terminal terminal(screen.options(Progress::plain));
  terminal.start(vae_run());
  step(terminal, 980);
  screen.take();
  step(terminal, 1000);  // not a tenth of the run later
  step(terminal, 1000, "valid");
  terminal.finish({Outcome::finished, 1000, 5.0, ""});
  const std::string text = screen.take();
  const auto train = text.find("step 1000/1000"), valid = text.find("valid at step 1000");
  EXPECT_LT(train, valid) << text;
  EXPECT_EQ(text.find("step 1000/1000", train + 1), std::string::npos) << text;
}

TEST(TerminalNone, OnlyErrorsAndWarnings) {
  Screen screen;
  Terminal terminal(screen.options(Progress::none));
  terminal.start(vae_run());
  step(terminal, 20);
  step(terminal, 20, "valid");
  terminal.note("a note");
  terminal.finish({Outcome::finished, 20, 1.0, ""});
  EXPECT_EQ(screen.take(), "");
  terminal.warning("careful");
  terminal.error("broken");
  EXPECT_EQ(screen.take(), "warning: careful\nerror: broken\n");
  EXPECT_NE(terminal.last_equation(), "");
}

TEST(TerminalColor, OnlyWhereAskedFor) {
  Screen screen;
  Terminal plain(screen.options(Progress::plain));
  plain.error("broken");
  EXPECT_EQ(screen.take(), "error: broken\n");
  Terminal colored(screen.options(Progress::plain, true));
  colored.error("broken");
  EXPECT_EQ(screen.take(), "\x1b[1;31merror: \x1b[0mbroken\n");
}

TEST(TerminalAutomatic, BarOnATerminalPlainElsewhere) {
  Screen screen;
  TerminalOptions options = screen.options(Progress::automatic);
  options.tty = true;
  Terminal bar(options);
  bar.start(vae_run());
  step(bar, 10);
  EXPECT_EQ(screen.take()[0], '\r');
  options.tty = false;
  Terminal plain(options);
  plain.start(vae_run());
  step(plain, 10);
  EXPECT_EQ(screen.take().back(), '\n');
}

TEST(TerminalOutcome, TroubleIsAnError) {
  Screen screen;
  Terminal terminal(screen.options(Progress::none));
  terminal.start(vae_run());
  terminal.finish({Outcome::diverged, 7, 1.0, "loss is not finite"});
  EXPECT_EQ(screen.take(), "error: diverged at step 7 after 0:01: loss is not finite\n");
}

TEST(ParseProgress, KnowsItsFourWords) {
  EXPECT_EQ(parse_progress("auto"), Progress::automatic);
  EXPECT_EQ(parse_progress("bar"), Progress::bar);
  EXPECT_EQ(parse_progress("plain"), Progress::plain);
  EXPECT_EQ(parse_progress("none"), Progress::none);
  EXPECT_THROW(parse_progress("fancy"), Error);
}

// The environment as it is for standard error; isatty is what it is, so only the `no` is tested.
TEST(TerminalEnvironment, NoColorAndDumbTerminals) {
  const auto with = [](const char* term, const char* no_color) {
    setenv("TERM", term, 1);
    no_color == nullptr ? unsetenv("NO_COLOR") : setenv("NO_COLOR", no_color, 1);
    return terminal_environment(true);
  };
  EXPECT_TRUE(with("xterm", nullptr).color);
  EXPECT_TRUE(with("xterm", nullptr).tty);
  EXPECT_TRUE(with("xterm", "").color);
  EXPECT_FALSE(with("xterm", "1").color);
  EXPECT_TRUE(with("xterm", "1").tty);
  EXPECT_FALSE(with("dumb", nullptr).color);
  EXPECT_FALSE(with("dumb", nullptr).tty);
  unsetenv("TERM");
  EXPECT_FALSE(terminal_environment(true).tty);
  setenv("TERM", "xterm", 1);
  EXPECT_FALSE(terminal_environment(false).tty);
  EXPECT_FALSE(terminal_environment(false).color);
}

}  // namespace
}  // namespace elbow
