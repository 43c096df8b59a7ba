#include "instrumentation/probe.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include "tests/instrumentation/fake_runs.h"

namespace elbow {
namespace {

using testing::vae_record;
using testing::vae_run;

ModelView model() {
  ModelView view;
  view.latent = 3;
  view.encode = [](const Tensor& x) { return at::cat({x, at::zeros({x.size(0), 3})}, 1); };
  return view;
}

ProbeOptions options_with(std::int64_t every) {
  ProbeOptions options;
  options.every = every;
  // Columns with variance 1, 0.0081 and 0.0121 (n - 1 = 1, differences sqrt(2 v)).
  options.held_out =
      at::tensor({0.0, 0.0, 0.0, 1.4142136, 0.1272792, 0.1555635}, at::kFloat).reshape({2, 3});
  options.gradient_norms = [] {
    return std::vector<std::pair<std::string, double>>{{"gradient_norm/encoder/elbo/kl", 0.25}};
  };
  return options;
}

TEST(ActiveUnits, VarianceOfTheMeansAboveTheThreshold) {
  const Tensor codes = at::cat({options_with(1).held_out, at::zeros({2, 3})}, 1);
  EXPECT_EQ(active_units(codes), 2);
  EXPECT_EQ(active_units(codes, 0.5), 1);
  EXPECT_EQ(active_units(codes, 0.001), 3);
  EXPECT_EQ(active_units(codes + 100.0), 2) << "the mean does not matter";
}

TEST(Probe, FirstTrainingRecordAtOrAfterEachMultiple) {
  Probe probe(model(), options_with(50));
  probe.start(vae_run());
  std::vector<std::int64_t> probed;
  for (int step = 20; step <= 200; step += 20) {
    StepRecord valid = vae_record(step);
    valid.split = "valid";
    probe.step(valid);
    EXPECT_FALSE(valid.values.contains("active_units/probe"));
    StepRecord record = vae_record(step);
    probe.step(record);
    if (!record.values.contains("active_units/probe")) continue;
    probed.push_back(step);
    EXPECT_EQ(record.values["active_units/probe"], 2.0);
    EXPECT_EQ(record.values["gradient_norm/encoder/elbo/kl"], 0.25);
  }
  EXPECT_EQ(probed, (std::vector<std::int64_t>{60, 100, 160, 200}));
}

TEST(Probe, ResumesWhereItWas) {
  Probe first(model(), options_with(50));
  first.start(vae_run());
  StepRecord record = vae_record(60);
  first.step(record);
  Probe second(model(), options_with(50));
  RunInfo info = vae_run();
  info.first_step = 60;
  second.start(info);
  second.restore(first.save());
  StepRecord early = vae_record(80), due = vae_record(100);
  second.step(early);
  second.step(due);
  EXPECT_FALSE(early.values.contains("active_units/probe"));
  EXPECT_TRUE(due.values.contains("active_units/probe"));
}

TEST(Probe, OffAndWithoutAnEncoder) {
  Probe off(model(), options_with(0));
  off.start(vae_run());
  StepRecord record = vae_record(500);
  off.step(record);
  EXPECT_FALSE(record.values.contains("active_units/probe"));
  Probe generator({}, options_with(100));
  generator.start(vae_run());
  generator.step(record);
  EXPECT_FALSE(record.values.contains("active_units/probe"));
  EXPECT_TRUE(record.values.contains("gradient_norm/encoder/elbo/kl"));
}

// vae_record has 500 steps an epoch.
TEST(Probe, TheHeavierOnesAtTheFirstRecordAtOrAfterAnEpoch) {
  ProbeOptions options = options_with(0);
  options.epochs = 2;
  options.each_epoch = [](Values& values) { values.set("epoch/seen", 1.0); };
  Probe probe(model(), options);
  probe.start(vae_run());
  std::vector<std::int64_t> probed;
  for (int step = 70; step <= 3500; step += 70) {
    StepRecord valid = vae_record(step);
    valid.split = "valid";
    probe.step(valid);
    EXPECT_FALSE(valid.values.contains("epoch/seen"));
    if (step == 1400) {  // a run that is resumed goes on as if it had not stopped
      Probe resumed(model(), options);
      RunInfo info = vae_run();
      info.first_step = step;
      resumed.start(info);
      resumed.restore(probe.save());
      probe = resumed;
    }
    StepRecord record = vae_record(step);
    probe.step(record);
    EXPECT_FALSE(record.values.contains("active_units/probe"));
    if (record.values.contains("epoch/seen")) probed.push_back(step);
  }
  EXPECT_EQ(probed, (std::vector<std::int64_t>{1050, 2030, 3010}));
}

TEST(Probe, TheHeavierOnesHaveATimeOfTheirOwn) {
  double now = 0.0;
  ProbeOptions options = options_with(100);
  options.clock = [&] { return now; };
  options.epochs = 1;
  options.each_epoch = [&](Values&) { now += 2.0; };
  Probe probe(model(), options);
  probe.start(vae_run());
  for (int step = 100; step <= 1000; step += 100) {
    StepRecord record = vae_record(step);
    probe.step(record);
  }
  EXPECT_EQ(probe.seconds(), 0.0);
  EXPECT_EQ(probe.epoch_seconds(), 4.0);
  EXPECT_EQ(probe.epoch_share(16.0), 0.25);
}

TEST(Probe, MeasuresItsTime) {
  double now = 0.0;
  ProbeOptions options = options_with(10);
  options.clock = [&] { return now; };
  options.gradient_norms = [&] {
    now += 0.5;
    return std::vector<std::pair<std::string, double>>{};
  };
  Probe probe(model(), options);
  probe.start(vae_run());
  for (int step = 1; step <= 30; ++step) {
    StepRecord record = vae_record(step);
    probe.step(record);
  }
  EXPECT_DOUBLE_EQ(probe.seconds(), 1.5);
  EXPECT_DOUBLE_EQ(probe.share(6.0), 0.25);
  EXPECT_EQ(probe.share(0.0), 0.0);
}

/// Steps of a tenth of a second, probed every 10 at a second each; the steps that were probed.
std::vector<std::int64_t> probed_with(std::optional<double> budget) {
  double now = 0.0;
  std::vector<std::int64_t> probed;
  ProbeOptions options;
  options.every = 10;
  options.budget = budget;
  options.clock = [&] { return now; };
  options.more = [&](Values&) { now += 1.0; };
  Probe probe({}, options);
  probe.start({});
  for (std::int64_t step = 1; step <= 1000; ++step) {
    now += 0.1;
    StepRecord record;
    record.split = "train";
    record.step = step;
    const double before = now;
    const bool prompt = probe.prompt(record);
    probe.step(record);
    if (now > before) {
      EXPECT_TRUE(prompt) << step;  // at the parameters of that step
      probed.push_back(step);
      // Never more than the budget and the one that was just made.
      if (budget) {
        EXPECT_LE(probe.seconds() - 1.0, *budget * now + 1e-9) << step;
      }
    }
  }
  return probed;
}

TEST(Probe, KeepsToABudgetByLeavingOutSteps) {
  EXPECT_EQ(probed_with({}).size(), 100u);
  EXPECT_EQ(probed_with(0.6).size(), 100u);  // half of the time is within it
  // A second each in 100 s of steps: five per cent are 0.05 (100 + n) seconds.
  const std::vector<std::int64_t> few = probed_with(0.05);
  EXPECT_GE(few.size(), 5u);
  EXPECT_LE(few.size(), 6u);
  EXPECT_EQ(few.front(), 10);
  // Nothing at all is over budget with the first.
  EXPECT_EQ(probed_with(0.0).size(), 1u);
}

TEST(Probe, LeavesTheGlobalGeneratorAlone) {
  const at::Generator& global = at::detail::getDefaultCPUGenerator();
  const Tensor before = global.get_state().clone();
  Probe probe(model(), options_with(10));
  probe.start(vae_run());
  StepRecord record = vae_record(10);
  probe.step(record);
  EXPECT_TRUE(at::equal(global.get_state(), before));
}

}  // namespace
}  // namespace elbow
