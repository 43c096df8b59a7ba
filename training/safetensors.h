// The safetensors format: named arrays that Python reads without running code.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "models/network.h"

namespace elbow {

/// Bytes of a file: header length (8 bytes, little endian), JSON header {"name": {"dtype": "F32",
/// "shape": [...], "data_offsets": [begin, end]}}, then the raw little-endian data without gaps, in
/// the order given. `metadata` stands in the header as "__metadata__". The header is padded with
/// spaces to a multiple of 8. Each tensor keeps its type: float32 (F32), float64 (F64) or int64
/// (I64); any other is an Error. Source: github.com/huggingface/safetensors, README, Format.
std::string encode_safetensors(const std::vector<NamedTensor>& tensors,
                               const std::map<std::string, std::string>& metadata = {});

/// The tensors of such a file by name, in their own types, owning their data. Throws Error that
/// says what is wrong (length, header, dtype, offsets); `name` stands in the message.
std::map<std::string, Tensor> decode_safetensors(std::string_view bytes, const std::string& name);

}  // namespace elbow
