// Whether float32 matrix products of this program go through oneDNN: LibTorch imports the BLAS
// symbol `sgemm_`, and programs that link math/sgemm.cpp define it.
#pragma once

#include <cstdint>

namespace elbow {

/// Products done by oneDNN so far; -1 where the program does not define `sgemm_`.
std::int64_t onednn_matmul_calls();

/// Runs one small product and sees whether it went through oneDNN.
bool onednn_matmul_active();

/// Switches between oneDNN and the BLAS behind it; without effect where the program does not define
/// `sgemm_`. On at start.
void use_onednn_matmul(bool on);

}  // namespace elbow
