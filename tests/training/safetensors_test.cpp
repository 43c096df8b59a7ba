#include "training/safetensors.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <gtest/gtest.h>

#include <cstring>
#include <nlohmann/json.hpp>

#include "core/error.h"

namespace elbow {
namespace {

Tensor counting(std::vector<std::int64_t> shape) {
  std::int64_t n = 1;
  for (const std::int64_t s : shape) n *= s;
  return at::arange(n, at::TensorOptions().dtype(at::kFloat)).reshape(shape) + 0.5;
}

std::string sample() {
  return encode_safetensors({{"encoder.0.weight", counting({2, 3})}, {"b", counting({4})}},
                            {{"format", "pt"}});
}

// The layout read by hand, from the format's description alone.
TEST(Safetensors, BytesAreAsTheFormatSays) {
  const std::string bytes = sample();
  std::uint64_t length = 0;
  for (int i = 7; i >= 0; --i) {
    length = length * 256 + static_cast<unsigned char>(bytes[static_cast<std::size_t>(i)]);
  }
  EXPECT_EQ(length % 8, 0u);
  ASSERT_EQ(bytes.size(), 8 + length + 10 * 4);
  const auto header = nlohmann::json::parse(bytes.substr(8, length));
  EXPECT_EQ(header.size(), 3u);
  EXPECT_EQ(header["__metadata__"]["format"], "pt");
  EXPECT_EQ(header["encoder.0.weight"]["dtype"], "F32");
  EXPECT_EQ(header["encoder.0.weight"]["shape"], nlohmann::json({2, 3}));
  EXPECT_EQ(header["encoder.0.weight"]["data_offsets"], nlohmann::json({0, 24}));
  EXPECT_EQ(header["b"]["data_offsets"], nlohmann::json({24, 40}));
  float x = 0;
  std::memcpy(&x, bytes.data() + 8 + length + 4 * 4, 4);
  EXPECT_EQ(x, 4.5f);
  std::memcpy(&x, bytes.data() + 8 + length + 24, 4);
  EXPECT_EQ(x, 0.5f);
}

TEST(Safetensors, RoundTrip) {
  const auto read = decode_safetensors(sample(), "w");
  ASSERT_EQ(read.size(), 2u);
  EXPECT_TRUE(at::equal(read.at("encoder.0.weight"), counting({2, 3})));
  EXPECT_TRUE(at::equal(read.at("b"), counting({4})));
}

TEST(Safetensors, TransposedTensorsAreWrittenRowMajor) {
  const Tensor t = counting({2, 3}).t();
  const auto read = decode_safetensors(encode_safetensors({{"t", t}}), "w");
  EXPECT_TRUE(at::equal(read.at("t"), t.contiguous()));
}

// A float64 buffer rounded to float32 would move a resumed run.
TEST(Safetensors, EveryTensorKeepsItsType) {
  const Tensor real = at::full({2}, 1.0 / 3.0, at::kDouble);
  const Tensor whole = at::full({}, (std::int64_t{1} << 53) + 1, at::kLong);
  const std::string bytes =
      encode_safetensors({{"real", real}, {"f", counting({3})}, {"n", whole}});
  EXPECT_NE(bytes.find(R"("dtype":"F64")"), std::string::npos);
  EXPECT_NE(bytes.find(R"("dtype":"I64")"), std::string::npos);
  const auto read = decode_safetensors(bytes, "w");
  EXPECT_EQ(read.at("real").scalar_type(), at::kDouble);
  EXPECT_TRUE(at::equal(read.at("real"), real));
  EXPECT_EQ(read.at("n").scalar_type(), at::kLong);
  EXPECT_TRUE(at::equal(read.at("n"), whole));
  EXPECT_TRUE(at::equal(read.at("f"), counting({3})));
  EXPECT_THROW(encode_safetensors({{"half", real.to(at::kHalf)}}), Error);
}

std::string with_header(const std::string& header, std::size_t data) {
  const std::uint64_t length = header.size();
  std::string bytes(8, '\0');
  std::memcpy(bytes.data(), &length, 8);
  return bytes + header + std::string(data, '\0');
}

TEST(Safetensors, DamageIsNamed) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"short", "shorter than 8"},
      {std::string(8, '\xff'), "longer than the file"},
      {with_header("[1]", 0), "not a JSON object"},
      {with_header("{nonsense", 0), "not a JSON object"},
      {with_header(R"({"a":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}})", 4),
       "not of a known type"},
      {with_header(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", 4), "outside"},
      {with_header(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}})", 8), "outside"},
      {with_header(R"({"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})", 8), "shape"},
      {with_header(R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,8]}})", 8), "shape"},
      {with_header(
           R"({"a":{"dtype":"F32","shape":[4611686018427387904,4,2],"data_offsets":[0,8]}})", 8),
       "impossible shape"},
      {with_header(R"({"a":{"dtype":"F32","shape":[2]}})", 8), "data_offsets"},
      {with_header(R"({"a":{"dtype":"F32","shape":"x","data_offsets":[0,8]}})", 8), "readable"}};
  for (const auto& [bytes, message] : cases) {
    try {
      decode_safetensors(bytes, "file.safetensors");
      ADD_FAILURE() << "accepted: " << message;
    } catch (const Error& e) {
      EXPECT_NE(std::string(e.what()).find(message), std::string::npos) << e.what();
      EXPECT_NE(std::string(e.what()).find("file.safetensors"), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace elbow
