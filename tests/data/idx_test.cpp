#include "data/idx.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ctime>

#include "core/error.h"
#include "tests/data/environment.h"
#include "tests/data/idx_files.h"

#ifdef ELBOW_RAPIDCHECK
#include <rapidcheck/gtest.h>
#endif

namespace elbow {
namespace {

using ::testing::AllOf;
using testing::big_endian;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using testing::gzip;
using ::testing::HasSubstr;
using testing::idx_bytes;
using ::testing::StartsWith;
using testing::TempDir;

const std::string kValues = "abcdefghijklmnopqrstuvwx";  // 24 = 2 * 3 * 4
const std::string kArray = idx_bytes({2, 3, 4}, kValues);

/// The message of the Error(data) that reading these bytes gives; "" when they are read.
std::string complaint(const TempDir& dir, const std::string& bytes, std::size_t rank = 3,
                      const std::string& name = "f.gz") {
  try {
    read_idx(dir.write(name, bytes), rank);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::data);
    return error.what();
  }
  return "";
}

/// Names the file, this byte, and the remedy, and says this.
auto complains(const TempDir& dir, int byte, const std::string& what) {
  return AllOf(
      StartsWith((dir / "f.gz").string() + ": byte " + std::to_string(byte) + ": "),
      HasSubstr(what),
      EndsWith("\nIf MNIST is what you want: scripts/get_mnist.sh OTHER_DIRECTORY gets it beside "
               "this file, which stays."));
}

TEST(Idx, ReadsAGzipFileOfSeveralMembers) {
  const TempDir dir;
  const std::string two = gzip(kArray.substr(0, 19)) + gzip(kArray.substr(19));
  EXPECT_EQ(read_idx(dir.write("two.gz", two), 3).values,
            read_idx(dir.write("one.gz", gzip(kArray)), 3).values);
}

TEST(Idx, ReadsRawAndGzipWhateverTheName) {
  const TempDir dir;
  for (const std::string name : {"images", "images.gz"}) {
    for (const std::string& bytes : {kArray, gzip(kArray), gzip(kArray, 0)}) {
      const IdxArray array = read_idx(dir.write(name, bytes), 3);
      EXPECT_THAT(array.dims, ElementsAre(2, 3, 4));
      EXPECT_EQ(std::string(array.values.begin(), array.values.end()), kValues);
      const auto header = idx_header(array.dims);
      EXPECT_EQ(std::string(header.begin(), header.end()) + kValues, kArray);
    }
  }
}

TEST(Idx, EmptyAndMissingFiles) {
  const TempDir dir;
  EXPECT_THAT(complaint(dir, ""), complains(dir, 0, "empty"));
  for (const auto& path : {dir / "none", dir.path()}) {
    try {
      read_idx(path, 3);
      FAIL() << path;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::data);
      EXPECT_THAT(error.what(), AllOf(HasSubstr(path.string()), HasSubstr("cannot be read")));
    }
  }
}

TEST(Idx, HtmlInPlaceOfGzip) {
  const TempDir dir;
  EXPECT_THAT(complaint(dir, "<!DOCTYPE html><html>login</html>"), complains(dir, 0, "HTML"));
  EXPECT_THAT(complaint(dir, "\xEF\xBB\xBF\r\n <html>"), complains(dir, 6, "HTML"));
  EXPECT_THAT(complaint(dir, "<?xml version='1.0'?><Error/>"), complains(dir, 0, "XML"));
  EXPECT_THAT(complaint(dir, "Not found"), complains(dir, 0, "wrong magic number 4e 6f 74 20"));
}

TEST(Idx, WrongMagicTypeAndRank) {
  const TempDir dir;
  std::string bytes = kArray;
  bytes[1] = 1;
  EXPECT_THAT(complaint(dir, bytes), complains(dir, 0, "wrong magic number 00 01 08 03"));
  bytes = kArray;
  bytes[2] = 0x0d;
  EXPECT_THAT(complaint(dir, bytes), complains(dir, 2, "unsigned bytes (08)"));
  EXPECT_THAT(complaint(dir, kArray, 1),
              complains(dir, 3, "3 dimensions, but 1 expected (labels)"));
  EXPECT_THAT(complaint(dir, gzip(kArray), 1), complains(dir, 3, "(of the decompressed data)"));
}

TEST(Idx, TruncatedRaw) {
  const TempDir dir;
  EXPECT_THAT(complaint(dir, kArray.substr(0, 3)), complains(dir, 3, "inside the header"));
  EXPECT_THAT(complaint(dir, kArray.substr(0, 10)), complains(dir, 10, "inside the header"));
  EXPECT_THAT(complaint(dir, kArray.substr(0, 30)),
              complains(dir, 30, "promises 40 bytes, but the file has 30: it is truncated"));
}

TEST(Idx, EveryTruncationOfAGzipIsFound) {
  const TempDir dir;
  const std::string whole = gzip(kArray);
  for (std::size_t n = 2; n < whole.size(); ++n) {
    EXPECT_THAT(complaint(dir, whole.substr(0, n)),
                complains(dir, static_cast<int>(n), "the file is truncated"));
  }
}

TEST(Idx, DataShorterThanTheHeaderPromises) {
  const TempDir dir;
  EXPECT_THAT(complaint(dir, gzip(kArray.substr(0, 38))),
              complains(dir, 38, "promises 40 bytes, but the data end here"));
}

TEST(Idx, CorruptGzip) {
  const TempDir dir;
  std::string bytes = gzip(kArray);
  bytes[bytes.size() - 8] ^= 1;  // the checksum
  EXPECT_THAT(complaint(dir, bytes),
              AllOf(HasSubstr("f.gz: byte "), HasSubstr("the gzip stream is corrupt"),
                    HasSubstr("incorrect data check")));
  bytes = gzip(kArray);
  bytes[bytes.size() - 4] ^= 1;  // the length
  EXPECT_THAT(complaint(dir, bytes), HasSubstr("incorrect length check"));
  bytes = gzip(kArray);
  bytes[10] = static_cast<char>(0xff);  // an invalid block type
  EXPECT_THAT(complaint(dir, bytes), complains(dir, 11, "invalid block type"));
}

// Past the ten bytes of the gzip header, in which time and system do not matter; the bits that pad
// the last byte of the deflate stream do not matter either.
TEST(Idx, EveryFlippedBitOfAGzipIsFound) {
  const TempDir dir;
  const std::string whole = gzip(kArray);
  for (std::size_t i = 10; i < whole.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string bytes = whole;
      bytes[i] = static_cast<char>(bytes[i] ^ (1 << bit));
      if (complaint(dir, bytes).empty()) {
        const IdxArray array = read_idx(dir / "f.gz", 3);
        EXPECT_EQ(std::string(array.values.begin(), array.values.end()), kValues);
        EXPECT_EQ(i, whole.size() - 9) << "bit " << bit;
      }
    }
  }
}

TEST(Idx, TrailingBytes) {
  const TempDir dir;
  EXPECT_THAT(complaint(dir, kArray + "z"), complains(dir, 40, "bytes follow the data"));
  EXPECT_THAT(complaint(dir, gzip(kArray + "z")), complains(dir, 40, "more bytes follow"));
  const std::string whole = gzip(kArray);
  EXPECT_THAT(complaint(dir, whole + "z"),
              complains(dir, static_cast<int>(whole.size()), "end of the gzip stream"));
  EXPECT_THAT(complaint(dir, whole + whole), HasSubstr("more bytes follow"));
}

TEST(Idx, AbsurdDimensions) {
  const TempDir dir;
  EXPECT_THAT(complaint(dir, idx_bytes({2, 0, 4}, "")), complains(dir, 8, "dimension 1 is 0"));
  EXPECT_THAT(complaint(dir, idx_bytes({0xffffffff, 28, 28}, "")),
              complains(dir, 4, "dimension 0 is 4294967295"));
  // The product overflows 64 bits.
  EXPECT_THAT(complaint(dir, idx_bytes({1u << 30, 1u << 31, 1u << 31}, "")),
              complains(dir, 8, "the header is corrupt"));
  EXPECT_THAT(complaint(dir, gzip(idx_bytes({65536, 128, 128}, "abc"))),
              complains(dir, 4, "more than a gzip file of"));
}

// 100 MB of zeros behind a header that promises 24: inflating stops there. All of it would take
// about 0.2 s of processor time.
TEST(Idx, ZipBombIsNotInflated) {
  const TempDir dir;
  const std::string bomb = gzip(idx_bytes({2, 3, 4}, std::string(100'000'000, '\0')), 1);
  ASSERT_LT(bomb.size(), 1'000'000u);
  const std::clock_t start = std::clock();
  EXPECT_THAT(complaint(dir, bomb), complains(dir, 40, "more bytes follow"));
  EXPECT_LT(static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC, 0.05);
}

#ifdef ELBOW_RAPIDCHECK

const int kSeed = testing::fix_property_seed();

std::string arbitrary_array(std::vector<std::uint32_t>& dims) {
  dims = {*rc::gen::inRange(1u, 9u), *rc::gen::inRange(1u, 7u), *rc::gen::inRange(1u, 7u)};
  const auto values =
      *rc::gen::container<std::string>(dims[0] * dims[1] * dims[2], rc::gen::arbitrary<char>());
  return idx_bytes(dims, values);
}

RC_GTEST_PROP(IdxProperty, ValidArraysAreReadBack, ()) {
  const TempDir dir;
  std::vector<std::uint32_t> dims;
  const std::string raw = arbitrary_array(dims);
  const std::string bytes = *rc::gen::arbitrary<bool>() ? gzip(raw) : raw;
  const IdxArray array = read_idx(dir.write("f", bytes), 3);
  RC_ASSERT(std::vector<std::uint32_t>(array.dims.begin(), array.dims.end()) == dims);
  RC_ASSERT(std::string(array.values.begin(), array.values.end()) == raw.substr(16));
}

/// Mutates, then either reads an array or throws Error(data) that names the file; nothing else.
void mutate_and_read(std::string bytes) {
  const TempDir dir;
  const int edits = *rc::gen::inRange(1, 4);
  for (int i = 0; i < edits && !bytes.empty(); ++i) {
    const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size());
    switch (*rc::gen::inRange(0, 4)) {
      case 0:
        bytes[at] = *rc::gen::arbitrary<char>();
        break;
      case 1:
        bytes.erase(at);
        break;
      case 2:
        bytes.insert(at, *rc::gen::arbitrary<std::string>());
        break;
      default:
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << *rc::gen::inRange(0, 8)));
    }
  }
  const auto path = dir.write("f", bytes);
  try {
    const IdxArray array = read_idx(path, 3);
    std::int64_t total = 1;
    for (const auto size : array.dims) total *= size;
    RC_ASSERT(static_cast<std::int64_t>(array.values.size()) == total);
    RC_TAG("readable");
  } catch (const Error& error) {
    RC_ASSERT(error.code() == ExitCode::data);
    RC_ASSERT(std::string(error.what()).find(path.string()) == 0u);
    RC_TAG("refused");
  }
}

RC_GTEST_PROP(IdxProperty, MutatedRawIsReadOrRefused, ()) {
  std::vector<std::uint32_t> dims;
  mutate_and_read(arbitrary_array(dims));
}

RC_GTEST_PROP(IdxProperty, MutatedGzipIsReadOrRefused, ()) {
  std::vector<std::uint32_t> dims;
  mutate_and_read(gzip(arbitrary_array(dims)));
}

#endif

}  // namespace
}  // namespace elbow
