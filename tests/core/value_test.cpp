#include "core/value.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace elbow {
namespace {

TEST(Value, IsWrittenAsToml) {
  EXPECT_EQ(to_toml(Value(true)), "true");
  EXPECT_EQ(to_toml(Value(-3)), "-3");
  EXPECT_EQ(to_toml(Value("adam")), "\"adam\"");
  EXPECT_EQ(to_toml(Value(ValueList{400, 200})), "[400, 200]");
  EXPECT_EQ(to_toml(Value(ValueList{})), "[]");
  EXPECT_EQ(to_toml(Value(ValueTable{{"name", "r1"}, {"gamma", 1.0}})),
            "{ name = \"r1\", gamma = 1.0 }");
  EXPECT_EQ(to_toml(Value(ValueTable{})), "{}");
}

TEST(Value, RealsAreShortestAndNeverLookLikeIntegers) {
  EXPECT_EQ(to_toml(Value(4.0)), "4.0");
  EXPECT_EQ(to_toml(Value(-0.0)), "-0.0");
  EXPECT_EQ(to_toml(Value(0.1)), "0.1");
  EXPECT_EQ(to_toml(Value(1e-8)), "1e-08");
  EXPECT_EQ(to_toml(Value(1e300)), "1e+300");
  EXPECT_EQ(to_toml(Value(0.1 + 0.2)), "0.30000000000000004");
  EXPECT_EQ(to_toml(Value(std::numeric_limits<double>::infinity())), "inf");
  EXPECT_EQ(to_toml(Value(-std::numeric_limits<double>::infinity())), "-inf");
  EXPECT_EQ(to_toml(Value(std::nan(""))), "nan");
}

TEST(Value, TextIsEscaped) {
  EXPECT_EQ(to_toml(Value("a\"b\\c\n\t\x01\x7f")), R"("a\"b\\c\n\t\u0001\u007F")");
  EXPECT_EQ(to_toml(Value("σ²")), "\"σ²\"");
  EXPECT_EQ(to_toml(Value(ValueTable{{"a b", 1}, {"", 2}})), "{ \"a b\" = 1, \"\" = 2 }");
}

TEST(Value, IntegerAndRealDiffer) {
  EXPECT_NE(Value(4), Value(4.0));
  EXPECT_EQ(Value(4), Value(std::int64_t{4}));
  EXPECT_TRUE(Value().is_null());
  EXPECT_FALSE(Value(0).is_null());
}

}  // namespace
}  // namespace elbow
