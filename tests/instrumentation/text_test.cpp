#include "instrumentation/text.h"

#include <gtest/gtest.h>

namespace elbow {
namespace {

TEST(DisplayWidth, CountsColumnsNotBytes) {
  EXPECT_EQ(display_width("KL"), 2);
  EXPECT_EQ(display_width("4 × β·KL"), 8);
  EXPECT_EQ(display_width("e\xCC\x81"), 1);     // e and a combining acute accent
  EXPECT_EQ(display_width("\xE6\xBC\xA2"), 2);  // an East Asian wide character
  EXPECT_EQ(display_width("a\xFF\x80z"), 4);    // bytes that are no UTF-8
  EXPECT_EQ(display_width("\xE2\x80"), 2);      // a sequence cut short
}

TEST(Fit, CutsBetweenCharacters) {
  EXPECT_EQ(fit("abc", 3), "abc");
  EXPECT_EQ(fit("abcd", 3), "ab…");
  EXPECT_EQ(fit("××××", 3), "××…");
  EXPECT_EQ(fit("abc", 1), "…");
  EXPECT_EQ(fit("abc", 0), "");
  EXPECT_EQ(fit("a漢字", 3), "a…");  // the wide character does not fit beside the mark
  for (int columns = 0; columns < 12; ++columns) {
    EXPECT_LE(display_width(fit("-ELBO × β 漢 KL", columns)), columns);
  }
}

TEST(Fit, NoControlCharacterPasses) {
  EXPECT_EQ(fit("a\x1b[2Jb\n", 20), "a?[2Jb?");
  EXPECT_EQ(fit("\xC2\x9B"
                "1m",
                20),
            "?1m");  // the one-character form of ESC [
}

TEST(Duration, MinutesAndHours) {
  EXPECT_EQ(duration(0.0), "0:00");
  EXPECT_EQ(duration(47.6), "0:48");
  EXPECT_EQ(duration(725.0), "12:05");
  EXPECT_EQ(duration(11229.0), "3:07:09");
  EXPECT_EQ(duration(-1.0), "0:00");
}

TEST(WithCommas, GroupsOfThree) {
  EXPECT_EQ(with_commas(0), "0");
  EXPECT_EQ(with_commas(999), "999");
  EXPECT_EQ(with_commas(9380), "9,380");
  EXPECT_EQ(with_commas(-1234567), "-1,234,567");
}

TEST(JsonString, Escapes) {
  std::string out;
  append_json_string(out, "a\"b\\c\n\x01é");
  EXPECT_EQ(out, "\"a\\\"b\\\\c\\u000a\\u0001é\"");
}

}  // namespace
}  // namespace elbow
