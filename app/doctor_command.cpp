// elbow doctor: what this machine gives the program, with remedies.
#include "math/tensor.h"

#include <ATen/ops/mm.h>
#include <ATen/ops/rand.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <memory>
#include <optional>

#include "app/commands.h"
#include "app/directories.h"
#include "data/dataset.h"
#include "data/mnist.h"
#include "math/cores.h"
#include "math/threads.h"
#include "math/torch_compat.h"
#include "training/environment.h"

namespace elbow::app {
namespace {

namespace fs = std::filesystem;

// A checkpoint of a small model is some megabytes, and a run keeps a few.
constexpr std::uintmax_t kLittleSpace = std::uintmax_t{500} << 20;
constexpr double kSlowProducts = 10.0;  // GFLOP/s of one core without vector instructions

/// The rows of the report; what a user should do stands under the row that says why.
class Report {
 public:
  void row(const std::string& what, const std::string& found) {
    std::cout << std::left << std::setw(12) << what << found << '\n';
  }
  /// Something to know; the program works.
  void hint(const std::string& remedy) { row("", "-> " + remedy); }
  /// Something that spoils runs.
  void problem(const std::string& what, const std::string& found, const std::string& remedy) {
    row(what, found);
    if (!remedy.empty()) hint(remedy);
    ++problems_;
  }
  int problems() const { return problems_; }

 private:
  int problems_ = 0;
};

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

void look_at_threads(Report& report, int threads) {
  const ThreadReport found = configure_threads(threads);
  report.row("cores", std::to_string(usable_cores()) + " physical, " +
                          std::to_string(usable_processors().size()) +
                          " logical processors that this process may use");
  report.row("threads", std::to_string(found.threads) + " of LibTorch, " +
                            std::to_string(found.blas_threads) + " of BLAS");
  report.row("waits", found.adapts ? "active on free cores, short while other programs hold them"
                                   : "as the OpenMP runtime does");
  report.row("BLAS", found.blas + (found.onednn_matmul
                                       ? "; float32 matrix products go through oneDNN instead"
                                       : "; it also does the float32 matrix products"));
  const double speed = matmul_gflops();
  char text[96];
  std::snprintf(text, sizeof text, "%.0f GFLOP/s on 128x784 by 784x400", speed);
  if (speed < kSlowProducts) {
    report.problem("products", std::string(text) + ": slow",
                   found.onednn_matmul
                       ? "Stop what else is running, or give the process more cores."
                       : "Install libdnnl-dev and build again; on Debian: scripts/setup.sh.");
  } else {
    report.row("products", text);
    if (!found.onednn_matmul) {
      report.hint("With oneDNN they are faster: install libdnnl-dev and build again.");
    }
  }
  if (!found.load.empty()) report.row("load", found.load);
  for (const auto& warning : found.warnings) report.problem("warning", warning, "");
}

void look_at_data(Report& report, const std::optional<fs::path>& data_dir) {
  const auto found = find_mnist(data_dir);
  if (!found) {
    report.row("MNIST", "not found; the built-in glyphs serve instead");
    for (const fs::path& path : mnist_search_path(data_dir)) {
      report.row("", "   searched " + path.string());
    }
    report.hint("scripts/get_mnist.sh gets it; or name its directory: --data-dir, $ELBOW_DATA.");
    return;
  }
  std::string bad;
  for (const MnistFileCheck& file : check_mnist(*found)) {
    if (!file.ok) bad += (bad.empty() ? "" : "; ") + file.name + ": " + file.message;
  }
  if (bad.empty()) {
    report.row("MNIST", found->string() + ", the standard files (SHA-256)");
  } else {
    report.problem("MNIST", found->string() + ": " + bad,
                   "scripts/get_mnist.sh gets the standard files.");
  }
}

/// The nearest directory above `path` that exists, itself included.
fs::path existing(fs::path path) {
  std::error_code error;
  while (!path.empty() && !fs::is_directory(path, error) && path != path.parent_path()) {
    path = path.parent_path();
  }
  return path.empty() ? fs::path(".") : path;
}

bool writable(const fs::path& directory) {
  const fs::path file = directory / (".elbow-doctor-" + std::to_string(::getpid()));
  std::ofstream out(file);
  const bool good = static_cast<bool>(out << "x" << std::flush);
  out.close();
  std::error_code error;
  fs::remove(file, error);
  return good;
}

void look_at_directory(Report& report, const std::string& what, const fs::path& path,
                       const std::string& remedy) {
  const fs::path directory = existing(path);
  if (!writable(directory)) {
    report.problem(what, path.string() + ": cannot be written", remedy);
    return;
  }
  std::error_code error;
  const auto space = fs::space(directory, error);
  if (!error && space.available < kLittleSpace) {
    report.problem(what,
                   path.string() + ": writable, but only " + std::to_string(space.available >> 20) +
                       " MiB are free",
                   "Free some space, or lower checkpoint.keep.");
    return;
  }
  report.row(what, path.string() + ": writable" +
                       (error ? "" : ", " + std::to_string(space.available >> 30) + " GiB free"));
}

int doctor(int threads, const std::optional<fs::path>& data_dir) {
  Report report;
  const std::string revision = program_revision();
  report.row("elbow", std::string(ELBOW_VERSION) +
                          (revision.empty() ? "" : ", built from " + revision.substr(0, 12)));
  report.row("LibTorch", torch_version());
  look_at_threads(report, threads);
  look_at_data(report, data_dir);
  look_at_directory(report, "runs", fs::current_path() / "runs",
                    "Go to a directory of your own, or give --run-dir one.");
  look_at_directory(report, "cache", cache_directory(),
                    "Set XDG_CACHE_HOME; without it elbow eval trains its classifier anew.");
  std::cout.flush();
  if (report.problems() == 0) return 0;
  std::fprintf(stderr, "%d problem%s; the lines with -> say what helps.\n", report.problems(),
               report.problems() == 1 ? "" : "s");
  return 1;
}

}  // namespace

void add_doctor(CLI::App& app, Action& action) {
  struct Options {
    int threads = 0;
    std::string data_dir;
  };
  auto options = std::make_shared<Options>();
  auto* command =
      app.add_subcommand("doctor", "Threads, BLAS, LibTorch, data, write access, with remedies");
  command->add_option("--threads", options->threads, "threads (0: physical cores)");
  command->add_option("--data-dir", options->data_dir, kDataDir);
  command->footer(
      "\nExit code 1 when something spoils runs.\n\nExample:\n  elbow doctor --data-dir data");
  command->callback([=, &action] {
    action = [=] {
      std::optional<fs::path> dir;
      if (!options->data_dir.empty()) dir = options->data_dir;
      return doctor(options->threads, dir);
    };
  });
}

}  // namespace elbow::app
