// One thread pool: chooses, sets and reports the threads of LibTorch, BLAS and oneDNN.
#pragma once

#include <string>
#include <vector>

namespace elbow {

struct ThreadReport {
  int threads = 1;                    ///< LibTorch intra-op threads = oneDNN threads
  int blas_threads = 1;               ///< OpenBLAS threads
  std::string blas;                   ///< "OpenBLAS (pthreads)", "oneDNN", "MKL", ...
  bool onednn_matmul = false;         ///< float32 matrix products go through oneDNN
  bool adapts = false;                ///< active waits are shortened while others hold the cores
  std::string load;                   ///< what others take of the cores, "" when little or unknown
  std::vector<std::string> warnings;  ///< settings that spoil it, with the remedy
};

/// Sets everything once, at start. threads = 0: physical cores that this process may use.
/// With a BLAS that has a pool of its own, either oneDNN does the matrix products (programs that
/// link math/sgemm.cpp; `onednn` switches that) and BLAS gets one thread, or BLAS gets all threads
/// and everything else one. Several threads shorten their waits while other programs hold the cores
/// (math/active_waiting.h). Errors: threads outside 0..1024.
ThreadReport configure_threads(int threads, bool onednn = true);

/// While it lives, this thread's operators run on it alone; then as before. For work too small to
/// be shared: threads that wait for each other cost it many times over where cores are busy.
class OneThread {
 public:
  OneThread();
  ~OneThread();
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  int before_;
};

/// What to say when `others` threads of other programs are running; "" when they leave enough
/// cores. `adapts`: as in ThreadReport.
std::string busy_warning(int others, int threads, int cores, bool adapts);

/// glibc: keep large blocks instead of returning them to the kernel at every step. First lines of
/// main; does nothing elsewhere.
void configure_allocator();

}  // namespace elbow
