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
  for (const char* text : {"1,2.\n3,4\n",
                           "1;2\r\n3;4\r\n",
                           "1\t2\n3\t4",
                           "  1   2  \n\n3 4\n",
                           "1 , +2\n3,4e0\n",
                           "# made by hand\n1,2.0\n3,4\n",
                           "x,y\n1,2\n3,4\n",
                           "\xEF\xBB\xBFx,y\n1,2\n3,4\n",
                           "x,y\r1,2\r3,4\r",
                           "x,y,\n1,2,\n3,4,\n",
                           "1;2;\n3;4;\n",
                           "\"x, in m\",y\n\"1\",\"2\"\n3,4\n",
                           "x\ty\n1\t2 # the first\n3\t4\n",
                           "1.000000000000000000e+00 2.000000000000000000e+00\n"
                           "3.000000000000000000e+00 4.000000000000000000e+00\n",
                           "1, 2\n3, 4\n",
                           "1;2,0\n3,00;4\n",
                           "x;y\n1,0;2,0\n3;4\n",
                           "\"1,0\",\"2,0\"\n\"3,0\",\"4,0\"\n",
                           "1,0\t2,0\n3\t4\n",
                           "1,0 2,0\n3 4\n"}) {
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
        BadFile{"a.csv", "x,y\n", "no rows"}, BadFile{"a.csv", "1,2\n3\n", "line 2 has 1 number"},
        BadFile{"a.csv", "1,2\n\n3,4,5\n", "line 3 has 3 numbers, but line 1 has 2"},
        BadFile{"a.csv", "1,2\n3,nan\n", "line 2, column 2: nan is not finite"},
        BadFile{"a.csv", "inf\n", "line 1, column 1: inf is not finite"},
        BadFile{"a.csv", "1,2\n3,four\n", "line 2, column 2: 'four' is no number"},
        BadFile{"a.csv", "x\ny\n1\n", "line 2, column 1: 'y' is no number"},
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

struct Doubt {
  std::string text;
  std::vector<std::string> named;  ///< both readings and the options that decide
  TextReading first;
  std::vector<double> as_first;
  TextReading second;
  std::vector<double> as_second;  ///< empty: there is no option for it
};

struct Doubts : ::testing::TestWithParam<Doubt> {};

TEST_P(Doubts, AreRefusedWithBothReadings) {
  const TempDir dir;
  const Doubt& doubt = GetParam();
  const std::string path = dir.write("a.csv", doubt.text);
  try {
    read_points(path);
    ADD_FAILURE() << "was guessed: " << doubt.text;
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::data);
    EXPECT_THAT(error.what(), HasSubstr("two ways"));
    for (const auto& part : doubt.named) EXPECT_THAT(error.what(), HasSubstr(part)) << doubt.text;
  }
  EXPECT_EQ(values(read_points(path, doubt.first)), doubt.as_first) << doubt.text;
  if (doubt.as_second.empty()) return;
  EXPECT_EQ(values(read_points(path, doubt.second)), doubt.as_second) << doubt.text;
}

const TextReading kPoint{.decimal = '.'}, kComma{.decimal = ','}, kHeader{.header = true},
    kNoHeader{.header = false};

TextReading columns(const std::string& text) { return {.columns = text}; }

INSTANTIATE_TEST_SUITE_P(
    All, Doubts,
    ::testing::Values(
        Doubt{"1,5\n2,7\n",
              {"2 numbers", "--decimal .", "decimal comma", "--decimal ,"},
              kPoint,
              {1, 5, 2, 7},
              kComma,
              {1.5, 2.7}},
        Doubt{"0,25\n-1,5\n",
              {"--decimal .", "--decimal ,"},
              kPoint,
              {0, 25, -1, 5},
              kComma,
              {0.25, -1.5}},
        Doubt{"1.234,56\n7.890,12\n",
              {"--decimal .", "--decimal ,"},
              kPoint,
              {1.234, 56, 7.890, 12},
              kComma,
              {1234.56, 7890.12}},
        Doubt{"1.234;5.678\n2.345;6.789\n",
              {"thousands", "--decimal ."},
              kPoint,
              {1.234, 5.678, 2.345, 6.789},
              {},
              {}},
        Doubt{"1,234;5,678\n", {"thousands", "--decimal ,"}, kComma, {1.234, 5.678}, {}, {}},
        Doubt{"1,234.5\n12,345.6\n",
              {"thousands", "--columns 1-2"},
              columns("1-2"),
              {1, 234.5, 12, 345.6},
              {},
              {}},
        Doubt{"0,1\n0.5,0.25\n1.5,2.5\n",
              {"'0,1'", "--header no", "--header yes"},
              kNoHeader,
              {0, 1, 0.5, 0.25, 1.5, 2.5},
              kHeader,
              {0.5, 0.25, 1.5, 2.5}},
        Doubt{"0 1 2\n5 6 7\n8 9 9\n",
              {"the numbers of the columns"},
              kNoHeader,
              {0, 1, 2, 5, 6, 7, 8, 9, 9},
              kHeader,
              {5, 6, 7, 8, 9, 9}},
        Doubt{"0\n0.5\n1.5\n",
              {"--header no", "--header yes"},
              kNoHeader,
              {0, 0.5, 1.5},
              kHeader,
              {0.5, 1.5}},
        Doubt{"2019;2020\n0.5;0.25\n",
              {"no other line has one"},
              kNoHeader,
              {2019, 2020, 0.5, 0.25},
              kHeader,
              {0.5, 0.25}},
        Doubt{"3\n7\n8\n7\n",
              {"a count of the lines below"},
              kNoHeader,
              {3, 7, 8, 7},
              kHeader,
              {7, 8, 7}},
        Doubt{"2 2\n0.5 1\n1.5 2\n",
              {"a count of the lines below"},
              kNoHeader,
              {2, 2, 0.5, 1, 1.5, 2},
              kHeader,
              {0.5, 1, 1.5, 2}},
        Doubt{",x,y\n7,0.5,1.5\n3,2.5,3.5\n",
              {"has no name", "--columns 2-3", "--columns 1-3"},
              columns("2-3"),
              {0.5, 1.5, 2.5, 3.5},
              columns("1-3"),
              {7, 0.5, 1.5, 3, 2.5, 3.5}},
        Doubt{",0,1\n0,0.5,1.5\n1,2.5,3.5\n2,4.5,5.5\n",
              {"--columns 2-3", "--columns 1-3"},
              columns("2-3"),
              {0.5, 1.5, 2.5, 3.5, 4.5, 5.5},
              columns("2,3"),
              {0.5, 1.5, 2.5, 3.5, 4.5, 5.5}},
        Doubt{"1;0.5\n2;2.5\n3;4.5\n",
              {"counts the rows", "--columns 2-2", "--columns 1-2"},
              columns("2"),
              {0.5, 2.5, 4.5},
              columns("1-2"),
              {1, 0.5, 2, 2.5, 3, 4.5}},
        Doubt{"id,x\n17,0.5\n4,2.5\n",
              {"is called 'id'", "--columns 2-2"},
              columns("x"),
              {0.5, 2.5},
              columns("id,x"),
              {17, 0.5, 4, 2.5}},
        Doubt{"\"x\" \"y\"\n\"1\" 0.5 1.5\n\"2\" 2.5 3.5\n\"3\" 0.5 1.5\n",
              {"--columns 2-3"},
              columns("2-3"),
              {0.5, 1.5, 2.5, 3.5, 0.5, 1.5},
              columns("y"),
              {1.5, 3.5, 1.5}}));

TEST(SampleFile, WhatIsNotInDoubtIsReadWithoutOptions) {
  const TempDir dir;
  const auto read = [&](const std::string& text, const TextReading& reading = {}) {
    return values(read_points(dir.write("a.csv", text), reading));
  };
  EXPECT_THAT(read("value\n0,25\n-1,5\n"), ElementsAre(0.25, -1.5)) << "one name, one number";
  EXPECT_THAT(read("x;y\n0,25;-1,5\n"), ElementsAre(0.25, -1.5));
  EXPECT_THAT(read("0\n1\n1\n0\n"), ElementsAre(0, 1, 1, 0)) << "0 occurs again: it is a value";
  EXPECT_THAT(read("5\n3\n"), ElementsAre(5, 3));
  EXPECT_THAT(read("0\n1\n0\n", kNoHeader), ElementsAre(0, 1, 0));
  EXPECT_THAT(read("0,5\n3\n", kComma), ElementsAre(0.5, 3));
  EXPECT_THAT(read("1,2,3\n4,5,6\n"), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(read("1.234\n2.345\n"), ElementsAre(1.234, 2.345));
  EXPECT_THAT(read("1.234,5;0,5\n0,5;1.234.567\n"), ElementsAre(1234.5, 0.5, 0.5, 1234567));
  EXPECT_THAT(read("name,x,y\na,1,2\nb,3,4\n", columns("2-3")), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(read("name,x,y\na,1,2\nb,3,4\n", columns("y,x")), ElementsAre(2, 1, 4, 3));
  EXPECT_THAT(read("5\n0.5,1.5\n1,2\n3,4\n5,6\n7,8\n", kHeader).size(), 10u) << "a count";
}

TEST(SampleFile, AnOptionThatDoesNotFitIsAnError) {
  const TempDir dir;
  const struct {
    const char *text, *message;
    TextReading reading;
  } cases[] = {{"0.5,1.5\n", "read with --decimal ,", kComma},
               {"0,5;1,5\n", "read with --decimal .", kPoint},
               {"1.234 5.678\n", "read with --decimal ,", kComma},
               {"x,y\n1,2\n", "--header no says", kNoHeader},
               {"0.5,1.5\n", "--columns 2-3: the rows have 2 columns", columns("2-3")},
               {"x,y\n1,2\n", "no column is called 'z'", columns("z")},
               {"x,x\n1,2\n", "several columns are called 'x'", columns("x")},
               {"0.5,1.5\n0.5,1.5\n", "no column is called 'x'", columns("x")},
               {"x,y\n1,2,3\n4,5,6\n", "has 2 names", {}},
               {"x\n1,2\n4,5,6\n", "", {}},
               {"5\n0.5,1.5\n1,2\n3,4\n5,6\n7,8\n", "--header yes", {}},
               {"a,0.5\nb,1.5\n", "--columns 2-2 leaves the first column out", {}},
               {"\"1,5\n2,5\n", "a quote without its end", {}},
               {"PK\x01zip", "is no text: byte 3 is 0x01", {}},
               {"\xFF\xFEx", "UTF-16", {}}};
  for (const auto& c : cases) {
    const std::string path = dir.write("a.csv", c.text);
    try {
      read_points(path, c.reading);
      ADD_FAILURE() << "was read: " << c.text;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::data);
      EXPECT_THAT(error.what(), HasSubstr(c.message));
    }
  }
  const std::string path = dir.write("a.csv", "0.5,1.5\n");
  for (const char* bad : {"0", "3-2", "1,1"}) {
    try {
      read_points(path, columns(bad));
      ADD_FAILURE() << bad;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::usage) << bad;
    }
  }
}

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
  EXPECT_TRUE(is_sample_file("x.npz"));
  EXPECT_TRUE(is_sample_file("x.npz:real"));
  EXPECT_FALSE(is_sample_file("normal(0,1)"));
  EXPECT_FALSE(is_sample_file("a.png"));
}

}  // namespace
}  // namespace elbow::testing
