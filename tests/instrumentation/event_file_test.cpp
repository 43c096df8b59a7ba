#include "instrumentation/event_file.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "tests/support/temp_dir.h"

namespace elbow {
namespace {

using testing::read_file;
using testing::TempDir;

std::string hex(const std::string& bytes) {
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += "0123456789abcdef"[byte >> 4];
    out += "0123456789abcdef"[byte & 15];
  }
  return out;
}

// RFC 3720, appendix B.4, and the usual check value.
TEST(Crc32c, KnownVectors) {
  EXPECT_EQ(crc32c(""), 0u);
  EXPECT_EQ(crc32c("123456789"), 0xE3069283u);
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8A9136AAu);
  EXPECT_EQ(crc32c(std::string(32, '\xff')), 0x62A8AB43u);
  std::string ascending(32, '\0');
  std::iota(ascending.begin(), ascending.end(), '\0');
  EXPECT_EQ(crc32c(ascending), 0x46DD794Eu);
}

TEST(EventFile, GoldenBytesOfOneScalar) {
  const TempDir dir;
  EventFile file;
  file.create(dir.path(), 1.5);
  file.flush();
  const std::string before = read_file(file.path());
  file.summary(1.5, 7, {scalar_value("loss", 0.25, nullptr)});
  file.close();
  const std::string bytes = read_file(file.path());
  ASSERT_EQ(bytes.substr(0, before.size()), before);
  // Length, its checksum; wall time, step, summary { value { tag, simple_value } }; checksum.
  EXPECT_EQ(hex(bytes.substr(before.size())),
            "1a00000000000000129bd82d09000000000000f83f10072a0d0a0b0a046c6f7373150000803ec9d07b8d");
  EXPECT_NE(before.find("brain.Event:2"), std::string::npos);
}

TEST(EventFile, ANewFileComesAfterThoseThatAreThere) {
  const TempDir dir;
  EventFile a, b;
  EXPECT_FALSE(EventFile::any_in(dir.path()));
  a.create(dir.path(), 1e9);
  a.close();
  EXPECT_TRUE(EventFile::any_in(dir.path()));
  b.create(dir.path(), 1e9);
  b.close();
  EXPECT_LT(a.path().filename().string(), b.path().filename().string());
  EXPECT_EQ(a.path().filename().string().find("events.out.tfevents.1000000000."), 0u);
  EXPECT_EQ(b.path().filename().string().find("events.out.tfevents.1000000001."), 0u);
  EXPECT_EQ(a.path().extension(), ".elbow");
}

TEST(EventFile, NumbersBeyondFloatAreInfinite) {
  EXPECT_EQ(to_single(1e300), std::numeric_limits<float>::infinity());
  EXPECT_EQ(to_single(-1e300), -std::numeric_limits<float>::infinity());
  EXPECT_TRUE(std::isnan(to_single(std::numeric_limits<double>::quiet_NaN())));
  EXPECT_EQ(to_single(0.1), 0.1f);
}

}  // namespace
}  // namespace elbow
