#include "core/schedule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>

#include "core/error.h"
#include "core/value.h"
#include "tests/core/property.h"

namespace elbow {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr std::int64_t kLate = 1'000'000'000'000'000;

Schedule make(ValueTable table) { return Schedule::from(Value(std::move(table))); }

ValueTable ramp(const char* name, double from, double to, int steps) {
  return {{"schedule", name}, {"from", from}, {"to", to}, {"steps", steps}};
}
ValueTable decay(const char* name, double from, double rate, int steps) {
  return {{"schedule", name}, {"from", from}, {"rate", rate}, {"steps", steps}};
}

TEST(Schedule, ConstantStaysPut) {
  for (const Schedule& s : {Schedule(4.0), Schedule::from(4), Schedule::from(4.0),
                            make({{"schedule", "constant"}, {"value", 4}})}) {
    EXPECT_TRUE(s.is_constant());
    EXPECT_EQ(s.at(0), 4.0);
    EXPECT_EQ(s.at(kLate), 4.0);
    EXPECT_EQ(s.minimum(), 4.0);
    EXPECT_EQ(s.maximum(), 4.0);
    EXPECT_EQ(s.final(), 4.0);
  }
}

TEST(Schedule, LinearRisesThenHolds) {
  const Schedule s = make(ramp("linear", 1.0, 5.0, 4));
  EXPECT_FALSE(s.is_constant());
  EXPECT_DOUBLE_EQ(s.at(0), 1.0);
  EXPECT_DOUBLE_EQ(s.at(1), 2.0);
  EXPECT_DOUBLE_EQ(s.at(3), 4.0);
  EXPECT_EQ(s.at(4), 5.0);
  EXPECT_EQ(s.at(kLate), 5.0);
  EXPECT_EQ(s.final(), 5.0);
}

TEST(Schedule, CyclicalRestartsEachPeriod) {
  ValueTable table = ramp("cyclical", 0.0, 1.0, 100);
  table.emplace_back("cycles", 2);
  table.emplace_back("ramp", 0.5);
  const Schedule s = make(table);
  // Period 50, ramp over its first 25 steps.
  EXPECT_DOUBLE_EQ(s.at(0), 0.0);
  EXPECT_DOUBLE_EQ(s.at(5), 0.2);
  EXPECT_DOUBLE_EQ(s.at(25), 1.0);
  EXPECT_DOUBLE_EQ(s.at(49), 1.0);
  EXPECT_DOUBLE_EQ(s.at(50), 0.0);
  EXPECT_DOUBLE_EQ(s.at(55), 0.2);
  EXPECT_DOUBLE_EQ(s.at(99), 1.0);
  EXPECT_DOUBLE_EQ(s.at(100), 1.0);
  EXPECT_DOUBLE_EQ(s.final(), 1.0);
}

TEST(Schedule, CyclicalDefaultsAreFourCyclesAndHalfRamps) {
  const Schedule s = make(ramp("cyclical", 0.0, 1.0, 80));
  EXPECT_DOUBLE_EQ(s.at(5), 0.5);
  EXPECT_DOUBLE_EQ(s.at(19), 1.0);
  EXPECT_DOUBLE_EQ(s.at(20), 0.0);
  EXPECT_DOUBLE_EQ(s.at(60), 0.0);
  EXPECT_EQ(make(ramp("cyclical", 0.0, 1.0, 1)).at(0), 0.0);
}

TEST(Schedule, CosineIsHalfWayInTheMiddle) {
  const Schedule s = make(ramp("cosine", 3.0, 1.0, 8));
  EXPECT_DOUBLE_EQ(s.at(0), 3.0);
  EXPECT_NEAR(s.at(4), 2.0, 1e-15);
  // to + (from - to) (1 + cos(pi / 4)) / 2, the equation with its numbers
  EXPECT_NEAR(s.at(2), 1.0 + 2.0 * (1.0 + std::sqrt(0.5)) / 2.0, 1e-15);
  EXPECT_EQ(s.at(8), 1.0);
  EXPECT_EQ(s.at(kLate), 1.0);
}

TEST(Schedule, DecaysMultiply) {
  const Schedule smooth = make(decay("exponential", 2.0, 0.25, 10));
  EXPECT_DOUBLE_EQ(smooth.at(0), 2.0);
  EXPECT_DOUBLE_EQ(smooth.at(5), 1.0);
  EXPECT_DOUBLE_EQ(smooth.at(10), 0.5);
  EXPECT_EQ(smooth.minimum(), 0.0);
  EXPECT_EQ(smooth.maximum(), 2.0);
  EXPECT_EQ(smooth.final(), 0.0);
  const Schedule stairs = make(decay("step", 2.0, 0.25, 10));
  EXPECT_DOUBLE_EQ(stairs.at(9), 2.0);
  EXPECT_DOUBLE_EQ(stairs.at(10), 0.5);
  EXPECT_DOUBLE_EQ(stairs.at(29), 0.125);
  EXPECT_EQ(stairs.at(kLate), 0.0);
}

TEST(Schedule, GrowthHasNoUpperBound) {
  EXPECT_EQ(make(decay("exponential", 2.0, 1.5, 10)).maximum(), kInfinity);
  EXPECT_EQ(make(decay("step", -2.0, 1.5, 10)).minimum(), -kInfinity);
  EXPECT_EQ(make(decay("step", -2.0, 1.5, 10)).maximum(), -2.0);
  EXPECT_EQ(make(decay("step", 2.0, 1.0, 10)).final(), 2.0);
  // 0 * inf would be nan
  EXPECT_EQ(make(decay("exponential", 0.0, 1e300, 1)).at(kLate), 0.0);
  EXPECT_EQ(make(decay("exponential", 0.0, 1e300, 1)).maximum(), 0.0);
}

TEST(Schedule, FallingRampsHaveTheirBoundsInOrder) {
  const Schedule s = make(ramp("linear", 5.0, 1.0, 10));
  EXPECT_EQ(s.minimum(), 1.0);
  EXPECT_EQ(s.maximum(), 5.0);
}

TEST(Schedule, NegativeStepsCountAsTheFirst) {
  EXPECT_EQ(make(ramp("linear", 1.0, 5.0, 4)).at(-3), 1.0);
}

struct Mistake {
  Value value;
  const char* key;
  const char* message;
};

TEST(CheckSchedule, NamesEveryMistake) {
  ValueTable wild = ramp("cyclical", 0.0, 1.0, 3);
  wild.emplace_back("cycles", 4);
  ValueTable flat = ramp("cyclical", 0.0, 1.0, 3);
  flat.emplace_back("ramp", 0.0);
  ValueTable typo = ramp("linear", 0.0, 1.0, 3);
  typo.emplace_back("stesp", 4);
  const std::vector<Mistake> cases = {
      {Value("four"), "", "neither a number nor a schedule table"},
      {Value(kInfinity), "", "not a finite number"},
      {Value(ValueTable{{"from", 1.0}}), "", "needs 'schedule'"},
      {Value(ValueTable{{"schedule", 3}}), "schedule", "unknown schedule 3"},
      {Value(ValueTable{{"schedule", "liner"}}), "schedule", "did you mean 'linear'?"},
      {Value(ValueTable{{"schedule", "zigzag"}}), "schedule", "known: 'constant', 'linear'"},
      {Value(ValueTable{{"schedule", "constant"}}), "", "needs 'value'"},
      {ramp("linear", 0.0, 1.0, 0), "steps", "'steps' must be an integer from 1"},
      {ramp("linear", std::nan(""), 1.0, 5), "from", "'from' must be a finite number"},
      {decay("step", 1.0, 0.0, 5), "rate", "'rate' must be > 0"},
      {decay("exponential", 1.0, -0.5, 5), "rate", "'rate' must be > 0"},
      {wild, "cycles", "'cycles' must not exceed 'steps'"},
      {flat, "ramp", "'ramp' must lie in (0, 1]"},
      {typo, "stesp", "did you mean 'steps'?"},
      {Value(
           ValueTable{{"schedule", "linear"}, {"rate", 1.0}, {"from", 0}, {"to", 1}, {"steps", 2}}),
       "rate", "unknown key 'rate' in a linear schedule"},
      {Value(ValueTable{{"schedule", "linear"}, {"from", "a"}, {"to", 1}, {"steps", 2}}), "from",
       "'from' must be a finite number"},
      {Value(ValueTable{{"schedule", "linear"}, {"from", 0}, {"to", 1}, {"steps", 2.0}}), "steps",
       "'steps' must be an integer"},
  };
  for (const Mistake& mistake : cases) {
    const auto problems = check_schedule(mistake.value);
    ASSERT_EQ(problems.size(), 1U) << to_toml(mistake.value);
    EXPECT_EQ(problems[0].key, mistake.key) << to_toml(mistake.value);
    EXPECT_THAT(problems[0].message, ::testing::HasSubstr(mistake.message));
  }
}

TEST(CheckSchedule, ReportsSeveralAtOnceAndFromThrowsThemAll) {
  const Value value(ValueTable{{"schedule", "linear"}, {"from", true}, {"steps", -1}});
  EXPECT_EQ(check_schedule(value).size(), 3U);
  try {
    Schedule::from(value);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
    EXPECT_THAT(error.what(), ::testing::HasSubstr("'from' must be"));
    EXPECT_THAT(error.what(), ::testing::HasSubstr("needs 'to'"));
  }
}

#ifdef ELBOW_RAPIDCHECK
RC_GTEST_PROP(ScheduleProperty, StaysWithinItsBounds, ()) {
  const auto number = [] { return *rc::gen::inRange(-1000, 1000) / 64.0; };
  const int steps = *rc::gen::inRange(1, 5000);
  const double from = number(), to = number();
  const auto kind =
      *rc::gen::element<std::string>("linear", "cosine", "cyclical", "exponential", "step");
  ValueTable table = {{"schedule", kind}, {"from", from}, {"steps", steps}};
  if (kind == "exponential" || kind == "step") {
    table.emplace_back("rate", *rc::gen::inRange(1, 200) / 100.0);
  } else {
    table.emplace_back("to", to);
  }
  if (kind == "cyclical") {
    table.emplace_back("cycles", *rc::gen::inRange(1, steps + 1));
    table.emplace_back("ramp", *rc::gen::inRange(1, 101) / 100.0);
  }
  const Schedule schedule = make(table);
  const auto t = *rc::gen::oneOf(rc::gen::inRange<std::int64_t>(0, 2 * steps),
                                 rc::gen::inRange<std::int64_t>(0, kLate));
  const double value = schedule.at(t);
  RC_ASSERT(value >= schedule.minimum());
  RC_ASSERT(value <= schedule.maximum());
  RC_ASSERT(schedule.at(0) == from);
}
#endif

}  // namespace
}  // namespace elbow
