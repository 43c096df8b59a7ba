#include "data/sample_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <cstring>

#include "core/error.h"
#include "tests/support/temp_dir.h"

namespace elbow::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<double> values(const Points& points) {
  const auto all = PointsView(points).all();
  return {all.begin(), all.end()};
}

std::string npy(const std::string& descr, const std::string& shape, const std::string& data,
                const std::string& fortran = "False", int version = 1) {
  std::string header =
      "{'descr': " + descr + ", 'fortran_order': " + fortran + ", 'shape': " + shape + ", }";
  header.resize((header.size() / 64 + 1) * 64, ' ');
  header.back() = '\n';
  std::string bytes = "\x93NUMPY";
  bytes += static_cast<char>(version);
  bytes += '\0';
  bytes += static_cast<char>(header.size() & 255);
  bytes += static_cast<char>(header.size() >> 8);
  if (version > 1) bytes += std::string(2, '\0');
  return bytes + header + data;
}

template <class Number>
std::string raw(std::vector<Number> numbers, bool swapped = false) {
  std::string bytes;
  for (const Number number : numbers) {
    std::string one(sizeof number, '\0');
    std::memcpy(one.data(), &number, sizeof number);
    if (swapped) one.assign(one.rbegin(), one.rend());
    bytes += one;
  }
  return bytes;
}

TEST(SampleFile, TextWithAnySeparator) {
  const TempDir dir;
  for (const char* text :
       {"1,2\n3,4\n", "1;2\r\n3;4\r\n", "1\t2\n3\t4", "  1   2  \n\n3 4\n", "1 , +2\n3,4e0\n",
        "# made by hand\n1,2\n3,4\n", "x,y\n1,2\n3,4\n", "\xEF\xBB\xBFx,y\n1,2\n3,4\n"}) {
    const Points points = read_points(dir.write("a.csv", text));
    EXPECT_EQ(points.dim(), 2) << text;
    EXPECT_THAT(values(points), ElementsAre(1, 2, 3, 4)) << text;
  }
  EXPECT_EQ(read_points(dir.write("b.csv", "1\n2\n-3e-2\n")).dim(), 1);
}

TEST(SampleFile, NumpyArraysOfEveryRealType) {
  const TempDir dir;
  const auto read = [&](const std::string& bytes) {
    return values(read_points(dir.write("a.npy", bytes)));
  };
  EXPECT_THAT(read(npy("'<f8'", "(2, 2)", raw<double>({1, 2, 3, 4.5}))), ElementsAre(1, 2, 3, 4.5));
  EXPECT_THAT(read(npy("'<f4'", "(2,)", raw<float>({1, 2.5}))), ElementsAre(1, 2.5));
  EXPECT_THAT(read(npy("'>f8'", "(2,)", raw<double>({1, 2.5}, true))), ElementsAre(1, 2.5));
  EXPECT_THAT(read(npy("'|u1'", "(3, 1)", std::string("\x01\xff\x00", 3))), ElementsAre(1, 255, 0));
  EXPECT_THAT(read(npy("'<i8'", "(2,)", raw<std::int64_t>({-7, 9}))), ElementsAre(-7, 9));
  EXPECT_THAT(read(npy("'>i2'", "(2,)", raw<std::int16_t>({-7, 9}, true))), ElementsAre(-7, 9));
  EXPECT_THAT(read(npy("'<f8'", "(2, 2)", raw<double>({1, 3, 2, 4}), "True")),
              ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(read(npy("'<f8'", "(1, 2)", raw<double>({1, 3}), "False", 2)), ElementsAre(1, 3));
  EXPECT_EQ(read_points(dir.write("c.npy", npy("'<f8'", "(2,)", raw<double>({1, 2})))).dim(), 1);
}

struct BadFile {
  std::string name, bytes, message;
};

struct BadFiles : ::testing::TestWithParam<BadFile> {};

TEST_P(BadFiles, AreDataErrorsThatNameThePlace) {
  const TempDir dir;
  const auto path = dir.write(GetParam().name, GetParam().bytes);
  try {
    read_points(path);
    FAIL() << "was read: " << GetParam().message;
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::data);
    EXPECT_THAT(error.what(), HasSubstr(GetParam().message));
    EXPECT_THAT(error.what(), HasSubstr(GetParam().name));
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, BadFiles,
    ::testing::Values(
        BadFile{"a.csv", "", "is empty"}, BadFile{"a.csv", "\n\n# only this\n", "no rows"},
        BadFile{"a.csv", "x,y\n", "no rows"}, BadFile{"a.csv", "1,2\n3\n", "line 2 has 1 numbers"},
        BadFile{"a.csv", "1,2\n\n3,4,5\n", "line 3 has 3 numbers, but line 1 has 2"},
        BadFile{"a.csv", "1,2\n3,nan\n", "line 2, column 2: nan is not finite"},
        BadFile{"a.csv", "inf\n", "line 1, column 1: inf is not finite"},
        BadFile{"a.csv", "1,2\n3,four\n", "line 2, column 2: 'four' is no number"},
        BadFile{"a.csv", "x\ny\n1\n", "line 2, column 1: 'y' is no number"},
        BadFile{"a.csv", "1,\n", "line 1, column 2: '' is no number"},
        BadFile{"a.csv", "1,,2\n", "line 1, column 2: '' is no number"},
        BadFile{"a.csv", "1,2abc\n", "'2abc' is no number"},
        BadFile{"a.csv", "1e999\n2\n", "1e999 is not finite"}, BadFile{"a.npy", "", "is empty"},
        BadFile{"a.npy", "1,2\n3,4\n", "no NumPy file"},
        BadFile{"a.npy", "\x93NUMPY\x01", "no NumPy file"},
        BadFile{"a.npy", npy("'<f8'", "(2,)", "", "False", 9), "version 9"},
        BadFile{"a.npy", npy("'<f8'", "(2,)", "").substr(0, 40), "inside its header"},
        BadFile{"a.npy", npy("'<c16'", "(1,)", std::string(16, 'a')), "type '<c16'"},
        BadFile{"a.npy", npy("'<U3'", "(1,)", std::string(12, 'a')), "type '<U3'"},
        BadFile{"a.npy", npy("'|O'", "(1,)", "x"), "type '|O'"},
        BadFile{"a.npy", npy("[('x', '<f8')]", "(1,)", std::string(8, '\0')), "records"},
        BadFile{"a.npy", npy("'<f8'", "(1, 1, 1)", raw<double>({1})), "shape [1, 1, 1]"},
        BadFile{"a.npy", npy("'<f8'", "()", raw<double>({1})), "shape []"},
        BadFile{"a.npy", npy("'<f8'", "(0, 3)", ""), "no points"},
        BadFile{"a.npy", npy("'<f8'", "(3,)", raw<double>({1, 2})), "truncated or damaged"},
        BadFile{"a.npy", npy("'<f8'", "(1,)", raw<double>({1, 2})), "truncated or damaged"},
        BadFile{"a.npy", npy("'<f8'", "(4611686018427387904, 4)", raw<double>({1, 2})),
                "truncated or damaged"},
        BadFile{"a.npy", npy("'<f8'", "(two,)", raw<double>({1, 2})), "shape is damaged"},
        BadFile{"a.npy", npy("'<f8'", "(1, 2)", raw<double>({1, std::nan("")})),
                "element [0, 1] is not finite"}));

TEST(SampleFile, AMissingFileAndADirectoryAreDataErrors) {
  const TempDir dir;
  for (const auto& path : {dir / "none.csv", dir / "."}) {
    try {
      read_points(path);
      FAIL();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::data);
    }
  }
}

TEST(SampleFile, KnownByTheEndOfTheName) {
  EXPECT_TRUE(is_sample_file("a/b.CSV"));
  EXPECT_TRUE(is_sample_file("x.npy"));
  EXPECT_FALSE(is_sample_file("normal(0,1)"));
  EXPECT_FALSE(is_sample_file("a.png"));
}

}  // namespace
}  // namespace elbow::testing
