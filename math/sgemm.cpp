// A definition of the BLAS symbol `sgemm_` for executables. LibTorch imports that symbol, so its
// float32 matrix products arrive here and go to oneDNN, which shares LibTorch's thread pool; a
// BLAS with a pool of its own beside LibTorch's slows both down several times. Linked into programs
// only, never into a library.
#include <dlfcn.h>
#include <dnnl.h>

#include <atomic>

namespace {

using Sgemm = void (*)(const char*, const char*, const int*, const int*, const int*, const float*,
                       const float*, const int*, const float*, const int*, const float*, float*,
                       const int*);

std::atomic<long long> calls{0};
std::atomic<bool> use_onednn{true};

char transposition(char flag) { return flag == 'N' || flag == 'n' ? 'N' : 'T'; }

Sgemm behind() {
  static const Sgemm next = reinterpret_cast<Sgemm>(dlsym(RTLD_NEXT, "sgemm_"));
  return next;
}

}  // namespace

extern "C" {

long long elbow_sgemm_calls();
void elbow_sgemm_use_onednn(int on);
void sgemm_(const char* trans_a, const char* trans_b, const int* m, const int* n, const int* k,
            const float* alpha, const float* a, const int* lda, const float* b, const int* ldb,
            const float* beta, float* c, const int* ldc);

long long elbow_sgemm_calls() { return calls.load(std::memory_order_relaxed); }

void elbow_sgemm_use_onednn(int on) { use_onednn.store(on != 0, std::memory_order_relaxed); }

// BLAS is column-major and dnnl_sgemm row-major: C = A B read row by row is C' = B' A'.
void sgemm_(const char* trans_a, const char* trans_b, const int* m, const int* n, const int* k,
            const float* alpha, const float* a, const int* lda, const float* b, const int* ldb,
            const float* beta, float* c, const int* ldc) {
  if (use_onednn.load(std::memory_order_relaxed) &&
      dnnl_sgemm(transposition(*trans_b), transposition(*trans_a), *n, *m, *k, *alpha, b, *ldb, a,
                 *lda, *beta, c, *ldc) == dnnl_success) {
    calls.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  if (behind() != nullptr) {
    behind()(trans_a, trans_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
  }
}

}  // extern "C"
