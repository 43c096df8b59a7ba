#include "training/safetensors.h"

#include <ATen/ops/empty.h>

#include <bit>
#include <cstdint>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/error.h"

namespace elbow {
namespace {

static_assert(std::endian::native == std::endian::little, "data are copied as they lie in memory");

struct DType {
  at::ScalarType type;
  const char* name;
};

constexpr DType kTypes[] = {{at::kFloat, "F32"}, {at::kDouble, "F64"}, {at::kLong, "I64"}};

const char* type_name(const NamedTensor& named) {
  for (const DType& known : kTypes) {
    if (known.type == named.tensor.scalar_type()) return known.name;
  }
  throw Error("The tensor '" + named.name + "' is of a type that weights files do not hold.");
}

std::optional<at::ScalarType> type_of(const std::string& name) {
  for (const DType& known : kTypes) {
    if (name == known.name) return known.type;
  }
  return std::nullopt;
}

}  // namespace

std::string encode_safetensors(const std::vector<NamedTensor>& tensors,
                               const std::map<std::string, std::string>& metadata) {
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::size_t offset = 0;
  for (const NamedTensor& named : tensors) {
    const std::size_t end = offset + named.tensor.nbytes();
    header[named.name] = {{"dtype", type_name(named)},
                          {"shape", named.tensor.sizes().vec()},
                          {"data_offsets", {offset, end}}};
    offset = end;
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');

  std::string bytes(8 + text.size() + offset, '\0');
  const std::uint64_t length = text.size();
  std::memcpy(bytes.data(), &length, 8);
  std::memcpy(bytes.data() + 8, text.data(), text.size());
  char* out = bytes.data() + 8 + text.size();
  for (const NamedTensor& named : tensors) {
    const Tensor values = named.tensor.detach().to(at::kCPU).contiguous();
    std::memcpy(out, values.data_ptr(), values.nbytes());
    out += values.nbytes();
  }
  return bytes;
}

std::map<std::string, Tensor> decode_safetensors(std::string_view bytes, const std::string& name) {
  const auto require = [&](bool good, const std::string& what) {
    if (!good) throw Error(name + " is not a readable safetensors file: " + what + ".");
  };
  require(bytes.size() >= 8, "it is shorter than 8 bytes");
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), 8);
  require(length <= bytes.size() - 8, "its header is longer than the file");
  const std::string_view text = bytes.substr(8, length);
  const std::string_view data = bytes.substr(8 + length);
  const auto header = nlohmann::json::parse(text.begin(), text.end(), nullptr, false);
  require(header.is_object(), "its header is not a JSON object");

  std::map<std::string, Tensor> tensors;
  try {
    for (const auto& [key, entry] : header.items()) {
      if (key == "__metadata__") continue;
      const auto type = type_of(entry.at("dtype").get<std::string>());
      require(type.has_value(), "'" + key + "' is not of a known type (F32, F64, I64)");
      const auto shape = entry.at("shape").get<std::vector<std::int64_t>>();
      const auto begin = entry.at("data_offsets").at(0).get<std::uint64_t>();
      const auto end = entry.at("data_offsets").at(1).get<std::uint64_t>();
      require(begin <= end && end <= data.size(), "'" + key + "' lies outside the data");
      std::uint64_t expected = c10::elementSize(*type);
      for (const std::int64_t n : shape) {
        require(n > 0 && expected <= data.size() / static_cast<std::uint64_t>(n),
                "'" + key + "' has an impossible shape");
        expected *= static_cast<std::uint64_t>(n);
      }
      require(expected == end - begin, "'" + key + "' has other bytes than its shape needs");
      const Tensor tensor = at::empty(shape, *type);
      std::memcpy(tensor.data_ptr(), data.data() + begin, end - begin);
      tensors.emplace(key, tensor);
    }
  } catch (const nlohmann::json::exception& e) {
    require(false, e.what());
  }
  return tensors;
}

}  // namespace elbow
