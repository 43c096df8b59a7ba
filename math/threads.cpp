#include "math/threads.h"

#include <ATen/Parallel.h>
#include <dlfcn.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <thread>

#include "core/error.h"
#include "math/active_waiting.h"
#include "math/cores.h"
#include "math/onednn_matmul.h"

namespace elbow {
namespace {

/// The thread controls of an OpenBLAS that LibTorch may have loaded.
struct OpenBlas {
  int (*parallel)() = nullptr;  // 0 serial, 1 pthreads, 2 OpenMP
  void (*set_threads)(int) = nullptr;
  int (*get_threads)() = nullptr;
};

OpenBlas find_openblas() {
  const auto symbol = [](const char* name) { return dlsym(RTLD_DEFAULT, name); };
  OpenBlas blas;
  blas.parallel = reinterpret_cast<int (*)()>(symbol("openblas_get_parallel"));
  blas.set_threads = reinterpret_cast<void (*)(int)>(symbol("openblas_set_num_threads"));
  blas.get_threads = reinterpret_cast<int (*)()>(symbol("openblas_get_num_threads"));
  if (blas.parallel == nullptr || blas.set_threads == nullptr || blas.get_threads == nullptr) {
    return {};
  }
  return blas;
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// Threads of the whole machine that want to run, this one aside; the least of three looks.
int running_others() {
  int least = 0;
  for (int look = 0; look < 3; ++look) {
    std::ifstream in("/proc/loadavg");
    std::string one, five, fifteen;
    int running = 0;
    if (!(in >> one >> five >> fifteen >> running)) return 0;
    least = look == 0 ? running - 1 : std::min(least, running - 1);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return std::max(0, least);
}

void warn_about_environment(int threads, int cores, std::vector<std::string>& warnings) {
  const std::string count = std::to_string(threads);
  if (const auto value = environment("OMP_NUM_THREADS"); !value.empty() && value != count) {
    warnings.push_back("OMP_NUM_THREADS=" + value + " is not used; " + count +
                       " threads were chosen. Say --threads " + value + " to get that number.");
  }
  if (const auto value = environment("OMP_THREAD_LIMIT");
      !value.empty() && std::atoi(value.c_str()) < threads) {
    warnings.push_back("OMP_THREAD_LIMIT=" + value + " allows fewer than the " + count +
                       " threads that were chosen; unset it.");
  }
  if (threads > 1) {
    for (const char* name : {"OMP_WAIT_POLICY", "GOMP_SPINCOUNT"}) {
      if (const auto value = environment(name); !value.empty()) {
        warnings.push_back(std::string(name) + "=" + value +
                           " fixes how long threads wait actively for each other; unset, the "
                           "program fits it to how busy the cores are.");
      }
    }
    for (const char* name : {"OMP_PROC_BIND", "GOMP_CPU_AFFINITY"}) {
      const auto value = environment(name);
      if (!value.empty() && value != "false" && value != "FALSE") {
        warnings.push_back(std::string(name) + "=" + value +
                           " pins threads to processors and slows training down; unset it.");
      }
    }
  }
  if (threads > cores) {
    warnings.push_back(count + " threads on " + std::to_string(cores) +
                       " usable cores slow each other down; say --threads " +
                       std::to_string(cores) + " or less.");
  }
}

}  // namespace

std::string busy_warning(int others, int threads, int cores, bool adapts) {
  if (threads <= 1 || others < 2 || others + threads <= cores + 1) return "";
  return std::to_string(others) + " other threads are running on " + std::to_string(cores) +
         (adapts ? " cores and take their share of them."
                 : " cores; threads that share a core wait for each other, and --threads 1 may be "
                   "several times faster.");
}

OneThread::OneThread() : before_(at::get_num_threads()) { at::set_num_threads(1); }
OneThread::~OneThread() { at::set_num_threads(before_); }

ThreadReport configure_threads(int threads, bool onednn) {
  if (threads < 0 || threads > 1024) {
    throw Error("There cannot be " + std::to_string(threads) +
                    " threads; say a number from 1 to 1024, or 0 for one per core.",
                ExitCode::usage);
  }
  const int cores = usable_cores();
  const int wanted = threads > 0 ? threads : cores;
  ThreadReport report;
  const OpenBlas blas = find_openblas();
  const bool own_pool = blas.parallel != nullptr && blas.parallel() == 1;
  at::set_num_threads(wanted);
  use_onednn_matmul(onednn);
  report.onednn_matmul = onednn_matmul_active();
  report.threads = wanted;
  if (blas.parallel == nullptr) {
    report.blas = "the BLAS of LibTorch";
    report.blas_threads = wanted;
  } else {
    report.blas = own_pool               ? "OpenBLAS (pthreads)"
                  : blas.parallel() == 2 ? "OpenBLAS (OpenMP)"
                                         : "OpenBLAS (serial)";
    if (own_pool && report.onednn_matmul) {
      blas.set_threads(1);
    } else if (own_pool) {
      // Two pools that both spin fight for the cores; the products need them more.
      at::set_num_threads(1);
      report.threads = 1;
      blas.set_threads(wanted);
      if (wanted > 1 && onednn) {
        report.warnings.push_back(
            "Matrix products go through OpenBLAS with a thread pool of its own, so everything else "
            "runs on one thread. Install libdnnl-dev and build again, or install "
            "libopenblas0-openmp.");
      }
    } else {
      blas.set_threads(wanted);
    }
    report.blas_threads = blas.get_threads();
  }
  report.adapts = adapt_waiting(report.threads);
  report.load = busy_warning(running_others(), wanted, cores, report.adapts);
  warn_about_environment(wanted, cores, report.warnings);
  return report;
}

void configure_allocator() {
#ifdef __GLIBC__
  // Large blocks come from the heap and stay there: no page faults at every step.
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
  mallopt(M_TOP_PAD, 64 << 20);
#endif
}

}  // namespace elbow
