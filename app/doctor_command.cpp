// elbow doctor: what this machine gives the program, with remedies.
#include "math/tensor.h"

#include <ATen/ops/mm.h>
#include <ATen/ops/rand.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>

#include "app/commands.h"
#include "data/dataset.h"
#include "math/threads.h"
#include "math/torch_compat.h"

namespace elbow::app {
namespace {

double matmul_gflops() {
  const Tensor a = at::rand({128, 784});
  const Tensor b = at::rand({784, 400});
  for (int i = 0; i < 20; ++i) at::mm(a, b);
  const auto start = std::chrono::steady_clock::now();
  const int repeats = 400;
  for (int i = 0; i < repeats; ++i) at::mm(a, b);
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  return 2.0 * 128 * 784 * 400 * repeats / elapsed.count() * 1e-9;
}

int doctor(int threads, const std::optional<std::filesystem::path>& data_dir) {
  const ThreadReport report = configure_threads(threads);
  std::printf("elbow      %s, LibTorch %s\n", ELBOW_VERSION, torch_version().c_str());
  std::printf("threads    %d (LibTorch), %d (BLAS %s)\n", report.threads, report.blas_threads,
              report.blas.c_str());
  std::printf("products   %s, %.0f GFLOP/s on 128x784 by 784x400\n",
              report.onednn_matmul ? "oneDNN" : report.blas.c_str(), matmul_gflops());
  int problems = 0;
  for (const auto& warning : report.warnings) {
    std::printf("warning    %s\n", warning.c_str());
    ++problems;
  }
  if (const auto found = find_mnist(data_dir)) {
    std::printf("MNIST      %s (verify with: elbow data check)\n", found->c_str());
  } else {
    std::printf(
        "MNIST      not found; built-in glyphs serve instead. To get it: scripts/get_mnist.sh\n");
  }
  const std::string test_file = ".elbow-doctor-" + std::to_string(::getpid());
  std::ofstream out(test_file);
  const bool writable = static_cast<bool>(out << "x");
  out.close();
  std::filesystem::remove(test_file);
  std::printf("directory  %s\n", writable ? "writable; runs go to runs/"
                                          : "not writable: use --run-dir with a directory that is");
  if (!writable) ++problems;
  return problems == 0 ? 0 : 1;
}

}  // namespace

void add_doctor(CLI::App& app, Action& action) {
  struct Options {
    int threads = 0;
    std::string data_dir;
  };
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("doctor", "Threads, matrix products, data, write access");
  command->add_option("--threads", options->threads, "threads (0: physical cores)");
  command->add_option("--data-dir", options->data_dir, "where MNIST is looked for first");
  command->footer("\nExample:\n  elbow doctor --data-dir data");
  command->callback([=, &action] {
    action = [=] {
      std::optional<std::filesystem::path> dir;
      if (!options->data_dir.empty()) dir = options->data_dir;
      return doctor(options->threads, dir);
    };
  });
}

}  // namespace elbow::app
