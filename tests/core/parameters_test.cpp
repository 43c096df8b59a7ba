#include "core/parameters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"

namespace elbow {
namespace {

Parameters example() {
  return Parameters(
      {{"beta", 4.0},
       {"steps", 7},
       {"on", true},
       {"name", "adam"},
       {"sizes", ValueList{3, 2}},
       {"mixed", ValueList{1, 0.5}},
       {"rule", ValueTable{{"schedule", "linear"}, {"from", 0}, {"to", 1}, {"steps", 2}}}});
}

template <typename F>
std::string message_of(const F& f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(Parameters, ReadsEachType) {
  const Parameters p = example();
  EXPECT_EQ(p.number("beta"), 4.0);
  EXPECT_EQ(p.number("steps"), 7.0);
  EXPECT_EQ(p.integer("steps"), 7);
  EXPECT_TRUE(p.flag("on"));
  EXPECT_EQ(p.text("name"), "adam");
  EXPECT_EQ(p.integers("sizes"), (std::vector<std::int64_t>{3, 2}));
  EXPECT_EQ(p.numbers("sizes"), (std::vector<double>{3.0, 2.0}));
  EXPECT_EQ(p.numbers("mixed"), (std::vector<double>{1.0, 0.5}));
  EXPECT_EQ(p.schedule("rule").at(1), 0.5);
  EXPECT_EQ(p.schedule("steps").at(99), 7.0);
  EXPECT_TRUE(p.contains("on"));
  EXPECT_FALSE(p.contains("off"));
}

TEST(Parameters, WrongTypesNameTheKeyAndTheValue) {
  const Parameters p = example();
  EXPECT_EQ(message_of([&] { p.integer("beta"); }), "Parameter 'beta' = 4.0 is not an integer.");
  EXPECT_THAT(message_of([&] { p.flag("steps"); }), ::testing::HasSubstr("'steps' = 7"));
  EXPECT_THAT(message_of([&] { p.number("name"); }), ::testing::HasSubstr("not a number"));
  EXPECT_THAT(message_of([&] { p.text("on"); }), ::testing::HasSubstr("not a text"));
  EXPECT_THAT(message_of([&] { p.integers("mixed"); }), ::testing::HasSubstr("list of integers"));
  EXPECT_THAT(message_of([&] { p.numbers("name"); }), ::testing::HasSubstr("list of numbers"));
  EXPECT_EQ(message_of([&] { p.number("gamma"); }), "There is no parameter 'gamma'.");
}

TEST(Parameters, RemembersWhatWasReadAcrossCopies) {
  const Parameters p = example();
  EXPECT_TRUE(p.read().empty());
  const Parameters copy = p;
  copy.number("beta");
  p.flag("on");
  EXPECT_THAT(p.read(), ::testing::UnorderedElementsAre("beta", "on"));
  EXPECT_FALSE(p.contains("gamma"));
  EXPECT_EQ(p.read().count("gamma"), 0U);
}

}  // namespace
}  // namespace elbow
