#include "core/text.h"

#include <gtest/gtest.h>

namespace elbow {
namespace {

TEST(EditDistance, CountsEditsAndSwaps) {
  EXPECT_EQ(edit_distance("", ""), 0U);
  EXPECT_EQ(edit_distance("beta", "beta"), 0U);
  EXPECT_EQ(edit_distance("bta", "beta"), 1U);
  EXPECT_EQ(edit_distance("beta", "bta"), 1U);
  EXPECT_EQ(edit_distance("bets", "beta"), 1U);
  EXPECT_EQ(edit_distance("ca", "abc"), 3U);     // a swapped pair is not edited again
  EXPECT_EQ(edit_distance("ebta", "beta"), 1U);  // a swap is one edit, not two
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
}

TEST(EditDistance, LongTextIsComparedByLength) {
  EXPECT_EQ(edit_distance(std::string(1000, 'a'), std::string(1000, 'a')), 0U);
  EXPECT_EQ(edit_distance(std::string(1000, 'a'), "b"), 1000U);
}

TEST(Nearest, SuggestsOnlyWhatIsNear) {
  const std::vector<std::string> names = {"beta", "beta1", "gradient", "batch_size"};
  EXPECT_EQ(nearest("bta", names), "beta");
  EXPECT_EQ(nearest("Batch-Size", names), "batch_size");
  EXPECT_EQ(nearest("gradeint", names), "gradient");
  EXPECT_EQ(nearest("zzz", names), "");
  EXPECT_EQ(nearest("", names), "");
  EXPECT_EQ(nearest("x", {"y"}), "");  // one edit of one letter is another word
  EXPECT_EQ(nearest("beta2", names), "beta");
}

TEST(Nearest, FirstWinsATie) { EXPECT_EQ(nearest("bat", {"bar", "ban"}), "bar"); }

TEST(InWords, JoinsWithTheLastWord) {
  EXPECT_EQ(in_words({}, "or"), "");
  EXPECT_EQ(in_words({"a"}, "or"), "'a'");
  EXPECT_EQ(in_words({"a", "b"}, "or"), "'a' or 'b'");
  EXPECT_EQ(in_words({"a", "b", "c"}, "and", ""), "a, b and c");
}

TEST(Split, KeepsEmptyPieces) {
  EXPECT_EQ(split("a.b", '.'), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(split("a..", '.'), (std::vector<std::string>{"a", "", ""}));
  EXPECT_EQ(split("", '.'), (std::vector<std::string>{""}));
}

}  // namespace
}  // namespace elbow
