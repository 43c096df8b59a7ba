#include "instrumentation/identity_monitor.h"

#include <gtest/gtest.h>

#include <limits>
#include <stdexcept>

#include "objectives/registry.h"
#include "tests/instrumentation/fake_runs.h"

namespace elbow {
namespace {

using testing::gan_record;
using testing::gan_run;
using testing::vae_record;
using testing::vae_run;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

const CheckResult* find(const StepRecord& record, const std::string& id) {
  for (const CheckResult& check : record.checks) {
    if (check.id == id) return &check;
  }
  return nullptr;
}

const CheckCount& count_of(const IdentityMonitor& monitor, const std::string& id) {
  for (const CheckCount& count : monitor.counts()) {
    if (count.id == id) return count;
  }
  throw std::runtime_error("no count of " + id);
}

// The checks of one record on a fresh monitor.
StepRecord checked(const RunInfo& info, StepRecord record, bool* failed = nullptr) {
  IdentityMonitor monitor;
  monitor.start(info);
  monitor.step(record);
  if (failed != nullptr) *failed = monitor.failed();
  return record;
}

TEST(IdentityMonitor, HoldsOnASoundRecord) {
  bool failed = true;
  StepRecord record = vae_record(10);
  record.values.set("kl/dim/0", 1.0);
  record.values.set("learning_rate/model", 1e-3);
  record = checked(vae_run(), record, &failed);
  EXPECT_FALSE(failed);
  std::vector<std::string> ids;
  for (const CheckResult& check : record.checks) {
    ids.push_back(check.id);
    EXPECT_EQ(check.verdict, Verdict::holds) << check.id;
  }
  const std::vector<std::string> expected{"E1", "range:elbo/kl", "range:kl/dim/*",
                                          "range:learning_rate/*"};
  EXPECT_EQ(ids, expected);
  EXPECT_EQ(find(record, "range:elbo/kl")->statement, "KL(q‖p) ≥ 0");
  EXPECT_EQ(find(record, "range:elbo/kl")->kind, IdentityKind::bound);
}

TEST(IdentityMonitor, MutantWrongSignInTheSumFails) {
  StepRecord record = vae_record(10);
  record.values.set("elbo", -81.8 + 21.4);
  bool failed = false;
  record = checked(vae_run(), record, &failed);
  EXPECT_TRUE(failed);
  EXPECT_EQ(find(record, "E1")->verdict, Verdict::fails);
  EXPECT_DOUBLE_EQ(find(record, "E1")->residual, 42.8);
}

TEST(IdentityMonitor, MutantFlippedKlSumsUpButFailsItsRange) {
  StepRecord record = vae_record(10, -81.8, -21.4);  // elbo is made of it: closure cannot see it
  bool failed = false;
  record = checked(vae_run(), record, &failed);
  EXPECT_EQ(find(record, "E1")->verdict, Verdict::holds);
  EXPECT_EQ(find(record, "range:elbo/kl")->verdict, Verdict::fails);
  EXPECT_TRUE(failed);
}

TEST(IdentityMonitor, RoundingBelowTheLimitIsNoFailure) {
  bool failed = true;
  checked(vae_run(), vae_record(1, -81.8, -1e-6), &failed);
  EXPECT_FALSE(failed);
  checked(vae_run(), vae_record(1, -81.8, -1e-3), &failed);
  EXPECT_TRUE(failed);
}

TEST(IdentityMonitor, FamilyIsJudgedByItsWorstMember) {
  StepRecord record = vae_record(10);
  for (int j = 0; j < 12; ++j) record.values.set("kl/dim/" + std::to_string(j), 0.5);
  EXPECT_EQ(find(checked(vae_run(), record), "range:kl/dim/*")->verdict, Verdict::holds);
  record.values.set("kl/dim/7", -0.5);
  record = checked(vae_run(), record);
  EXPECT_EQ(find(record, "range:kl/dim/*")->verdict, Verdict::fails);
  EXPECT_EQ(find(record, "range:kl/dim/*")->rhs, -0.5);
  EXPECT_EQ(find(record, "range:kl/dim/*")->statement, "KLⱼ ≥ 0 (kl/dim/7)");
}

TEST(IdentityMonitor, FamilySkipsMembersThatHaveATermOfTheirOwn) {
  RunInfo info = vae_run();
  info.terms.push_back(testing::term("kl/dim/free", "free", "±"));
  StepRecord record = vae_record(10);
  record.values.set("kl/dim/0", 0.5);
  record.values.set("kl/dim/free", -3.0);
  EXPECT_EQ(find(checked(info, record), "range:kl/dim/*")->verdict, Verdict::holds);
}

TEST(IdentityMonitor, BothLimitsOfARange) {
  for (const auto& [value, holds] : std::vector<std::pair<double, bool>>{{0.0, true},
                                                                         {0.5, true},
                                                                         {1.0, true},
                                                                         {1.01, false},
                                                                         {-0.01, false},
                                                                         {kNan, false},
                                                                         {kInf, false}}) {
    StepRecord record = gan_record(5);
    record.values.set("probability/real", value);
    record = checked(gan_run(), record);
    const CheckResult* check = find(record, "range:probability/real");
    ASSERT_NE(check, nullptr);
    EXPECT_EQ(check->verdict == Verdict::holds, holds) << value;
    EXPECT_EQ(check->statement, "0 ≤ D(x) ≤ 1");
  }
}

// Whether a value of this term, or of one member of its family, is judged to lie in the range.
bool in_range(const Spec& spec, const TermSpec& term, double value) {
  RunInfo info;
  info.specs = {spec};
  std::string key = term.name;
  if (key.back() == '*') key.back() = '0';
  StepRecord record;
  record.values.set(key, value);
  record = checked(info, record);
  const CheckResult* check = find(record, "range:" + term.name);
  return check != nullptr && check->verdict == Verdict::holds;
}

TEST(IdentityMonitor, EveryRangeOfEveryComponentHasItsLimitsAndNoOthers) {
  int limits = 0;
  for (const Spec& spec : component_specs()) {
    for (const TermSpec& term : spec.terms) {
      SCOPED_TRACE(spec.source + ", " + term.name);
      if (term.minimum) {
        EXPECT_TRUE(in_range(spec, term, *term.minimum));
        EXPECT_FALSE(in_range(spec, term, *term.minimum - 1e-3));
        ++limits;
      }
      if (term.maximum) {
        EXPECT_TRUE(in_range(spec, term, *term.maximum));
        EXPECT_FALSE(in_range(spec, term, *term.maximum + 1e-3));
        ++limits;
      }
    }
  }
  EXPECT_GT(limits, 50);
}

TEST(IdentityMonitor, NegativeSignIsAnUpperLimit) {
  RunInfo info;
  info.terms = {testing::term("log_p", "ln P(x)", "-")};
  StepRecord record;
  record.values.set("log_p", -3.0);
  EXPECT_EQ(find(checked(info, record), "range:log_p")->verdict, Verdict::holds);
  record.values.set("log_p", 3.0);
  EXPECT_EQ(find(checked(info, record), "range:log_p")->verdict, Verdict::fails);
}

TEST(IdentityMonitor, NanFailsAndItsAlertComesOnce) {
  std::vector<std::string> alerts;
  IdentityMonitor monitor([&](const StepRecord& record, const CheckResult& check) {
    alerts.push_back(check.id + "@" + std::to_string(record.step));
  });
  monitor.start(vae_run());
  for (int step = 1; step <= 4; ++step) {
    StepRecord record = vae_record(step, -81.8, step < 2 ? 21.4 : kNan);
    monitor.step(record);
  }
  EXPECT_EQ(alerts, (std::vector<std::string>{"E1@2", "range:elbo/kl@2"}));
  const CheckCount& count = count_of(monitor, "range:elbo/kl");
  EXPECT_EQ(count.evaluations, 4);
  EXPECT_EQ(count.holds, 1);
  EXPECT_EQ(count.fails, 3);
  ASSERT_TRUE(count.first_failure.has_value());
  EXPECT_EQ(count.first_failure->step, 2);
  EXPECT_EQ(count.first_failure->split, "train");
}

TEST(IdentityMonitor, StatisticalFlagsAreCountedAndNeverFailTheRun) {
  bool alerted = false;
  IdentityMonitor monitor([&](const StepRecord&, const CheckResult&) { alerted = true; });
  monitor.start(vae_run());
  for (const double z : {1.0, -1.0, 5.0, -7.0}) {
    StepRecord record = vae_record(1);
    record.values.set("mc", Moments{0.5 * z, 0.5, 128});
    monitor.step(record);
    EXPECT_NEAR(find(record, "S1")->z, z, 1e-12);
  }
  const CheckCount& count = count_of(monitor, "S1");
  EXPECT_EQ(count.evaluations, 4);
  EXPECT_EQ(count.fails, 2);
  EXPECT_NEAR(count.z_mean, -0.5, 1e-12);
  EXPECT_NEAR(count.z_sd(), 5.0, 1e-12);  // squares 2.25 + 0.25 + 30.25 + 42.25 over 3
  EXPECT_FALSE(monitor.failed());
  EXPECT_FALSE(alerted);
}

// Each record is within 4 standard errors; all of them together are not.
TEST(IdentityMonitor, ASmallBiasInEveryRecordIsSeenOverTheRun) {
  RunInfo info = vae_run();
  info.specs[0].identities[1].id = "V53";
  const auto record_at = [](int step) {
    StepRecord record = vae_record(step);
    record.values.set("mc", Moments{0.6, 0.5, 128});
    return record;
  };
  IdentityMonitor first;
  first.start(info);
  for (int step = 1; step <= 100; ++step) {
    StepRecord record = record_at(step);
    first.step(record);
    EXPECT_EQ(find(record, "V53")->verdict, Verdict::holds);
    EXPECT_EQ(find(record, "V53/run") != nullptr, step > 30) << step;
  }
  IdentityMonitor second;
  second.start(info);
  second.restore(first.save());
  StepRecord record = record_at(101), other_split = record_at(101);
  other_split.split = "valid";
  second.step(other_split);
  EXPECT_EQ(find(other_split, "V53/run"), nullptr);
  second.step(record);
  EXPECT_EQ(find(record, "V53/run")->verdict, Verdict::fails);
  EXPECT_NEAR(find(record, "V53/run")->lhs, 1.2, 1e-9);
  EXPECT_EQ(count_of(second, "V53/run").evaluations, 71);
  EXPECT_FALSE(second.failed());
}

TEST(IdentityMonitor, EverySplitIsChecked) {
  StepRecord record = vae_record(10, -81.8, -21.4);
  record.split = "valid";
  bool failed = false;
  checked(vae_run(), record, &failed);
  EXPECT_TRUE(failed);
}

TEST(IdentityMonitor, StateSurvivesACheckpoint) {
  int alerts = 0;
  const auto alert = [&](const StepRecord&, const CheckResult&) { ++alerts; };
  IdentityMonitor whole(alert);
  whole.start(vae_run());
  IdentityMonitor first(alert);
  first.start(vae_run());
  const auto record_at = [](int step) {
    StepRecord record = vae_record(step, -81.8, step == 3 ? kNan : step == 5 ? -2.0 : 21.4);
    record.values.set("mc", Moments{0.1 * step, 0.5, 128});
    return record;
  };
  for (int step = 1; step <= 6; ++step) {
    StepRecord record = record_at(step);
    whole.step(record);
  }
  for (int step = 1; step <= 3; ++step) {
    StepRecord record = record_at(step);
    first.step(record);
  }
  IdentityMonitor second(alert);
  second.start(vae_run());
  second.restore(first.save());
  EXPECT_TRUE(second.failed());
  const int before = alerts;
  for (int step = 4; step <= 6; ++step) {
    StepRecord record = record_at(step);
    second.step(record);
  }
  EXPECT_EQ(alerts, before) << "an id that has failed before is not new";
  EXPECT_EQ(second.save(), whole.save());
  EXPECT_EQ(check_summary(second.counts()), check_summary(whole.counts()));
}

TEST(CheckSummary, InWords) {
  EXPECT_EQ(check_summary({}), "checks: none evaluated");
  CheckCount exact{.id = "V1", .kind = IdentityKind::exact, .statement = "a = b"};
  exact.evaluations = exact.holds = 9380;
  CheckCount range{.id = "range:kl", .kind = IdentityKind::bound, .statement = "kl ≥ 0"};
  range.evaluations = range.holds = 20;
  CheckCount noisy{.id = "S1", .kind = IdentityKind::statistical, .statement = "E a = b"};
  noisy.evaluations = noisy.holds = 2100;
  EXPECT_EQ(check_summary({exact, range, noisy}),
            "checks: 2 identities, 1 range, 11,500 evaluations, all exact hold; "
            "0 of 2,100 statistical beyond |z| 4");
  noisy.fails = 3;
  noisy.z_mean = 0.25;
  exact.fails = 12;
  exact.first_failure = FirstFailure{40, "train", {}};
  exact.first_failure->result.statement = "a = b";
  exact.first_failure->result.lhs = 2.0;
  exact.first_failure->result.rhs = 3.0;
  exact.first_failure->result.tolerance = 2e-5;
  EXPECT_EQ(check_summary({noisy, exact}),
            "checks: 2 identities, 11,480 evaluations, 1 FAILED; 3 of 2,100 statistical beyond |z| "
            "4\n"
            "  FAILED V1 (exact) 12 of 9,380: a = b; first at step 40 (train), left 2, right 3, "
            "tolerance 2e-05; see docs/conventions.md#V1\n"
            "  flagged S1 (statistical) 3 of 2,100 beyond |z| 4: E a = b; mean z 0.25, sd 0; see "
            "docs/conventions.md#S1");
}

}  // namespace
}  // namespace elbow
