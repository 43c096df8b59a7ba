#include "training/signals.h"

#include <ATen/ops/mm.h>
#include <ATen/ops/ones.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <thread>

#include "math/onednn_matmul.h"
#include "math/torch_compat.h"

namespace elbow {
namespace {

TEST(Signals, AreRecordedWhileTheScopeLivesAndHandlersComeBack) {
  signal(SIGUSR1, SIG_IGN);
  {
    const SignalScope scope;
    EXPECT_EQ(SignalScope::received(), 0);
    raise(SIGUSR1);
    EXPECT_EQ(SignalScope::received(), SIGUSR1);
  }
  EXPECT_EQ(signal(SIGUSR1, SIG_DFL), SIG_IGN);
  const SignalScope next;
  EXPECT_EQ(SignalScope::received(), 0);
}

TEST(Signals, OneInterruptIsNotedTheSecondEndsTheProcess) {
  EXPECT_EXIT(
      {
        const SignalScope scope;
        raise(SIGINT);
        if (SignalScope::received() != SIGINT) std::_Exit(1);
        raise(SIGINT);
        std::_Exit(2);
      },
      ::testing::ExitedWithCode(130), "");
}

// Thousands of signals while oneDNN multiplies: handlers on top of its kernels would overwrite the
// heap, within a few of them.
void multiply_under_signals() {
  confine_signals();
  const SignalScope scope;
  const NoGrad no_grad;
  const std::int64_t before = onednn_matmul_calls();
  const Tensor a = at::ones({128, 784}), b = at::ones({784, 400});
  std::atomic<bool> sent{false};
  std::thread sender([&] {
    for (int i = 0; i < 3000; ++i) {
      kill(getpid(), SIGUSR1);
      std::this_thread::sleep_for(std::chrono::microseconds(100));
    }
    sent = true;
  });
  bool right = true;
  while (!sent) {
    const Tensor product = at::mm(a, b);
    right = right && product.min().item<float>() == 784.0F && product.max().item<float>() == 784.0F;
  }
  sender.join();
  right = right && onednn_matmul_calls() > before && SignalScope::received() == SIGUSR1;
  std::_Exit(right ? 0 : 1);
}

TEST(Signals, DoNotRunOnTopOfMatrixKernels) {
  if (onednn_matmul_calls() < 0) GTEST_SKIP() << "built without oneDNN products";
  // A process of its own: threads that exist already cannot be told to leave the signals alone.
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(multiply_under_signals(), ::testing::ExitedWithCode(0), "");
}

TEST(Signals, AConfinedSignalStillEndsAProcessWithoutAScope) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        confine_signals();
        kill(getpid(), SIGTERM);
        std::this_thread::sleep_for(std::chrono::seconds(10));
        std::_Exit(0);
      },
      ::testing::KilledBySignal(SIGTERM), "");
}

}  // namespace
}  // namespace elbow
