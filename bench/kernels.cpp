// Google Benchmark: each fused function of math/fused.h, value and gradient, beside the plain ATen
// formula; transposed convolution both ways. Argument: threads.
#include "math/tensor.h"

#include <ATen/Parallel.h>
#include <ATen/ops/addcdiv.h>
#include <ATen/ops/binary_cross_entropy_with_logits.h>
#include <ATen/ops/conv_transpose2d.h>
#include <ATen/ops/exp.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/softplus.h>
#include <ATen/ops/sqrt.h>
#include <ATen/ops/zeros.h>
#include <benchmark/benchmark.h>

#include "math/fused.h"
#include "math/moments.h"
#include "math/threads.h"
#include "math/torch_compat.h"
#include "models/conv_transpose.h"

namespace elbow {
namespace {

using State = benchmark::State;

void threads(State& state) { configure_threads(static_cast<int>(state.range(0))); }

template <typename Function>
void value_and_gradient(State& state, Tensor input, const Function& f) {
  threads(state);
  input.set_requires_grad(true);
  for (auto _ : state) benchmark::DoNotOptimize(gradients(f(input), {input}));
}

void bernoulli_fused(State& state) {
  const Tensor x = at::rand({128, 784});
  value_and_gradient(state, at::randn({128, 784}),
                     [&](const Tensor& l) { return bernoulli_log_prob(l, x).mean(); });
}

void bernoulli_aten(State& state) {
  const Tensor x = at::rand({128, 784});
  value_and_gradient(state, at::randn({128, 784}),
                     [&](const Tensor& l) { return (x * l - at::softplus(l)).sum(1).mean(); });
}

void bernoulli_value(State& state) {
  threads(state);
  const NoGrad guard;
  const Tensor l = at::randn({128, 784}), x = at::rand({128, 784});
  for (auto _ : state) benchmark::DoNotOptimize(bernoulli_log_prob(l, x));
}

void gaussian_fused(State& state) {
  const Tensor x = at::rand({128, 784}), s = at::zeros({});
  value_and_gradient(state, at::randn({128, 784}),
                     [&](const Tensor& m) { return gaussian_log_prob(x, m, s).mean(); });
}

void gaussian_aten(State& state) {
  const Tensor x = at::rand({128, 784});
  value_and_gradient(state, at::randn({128, 784}),
                     [&](const Tensor& m) { return (-0.5 * (x - m).pow(2)).sum(1).mean(); });
}

void posterior_fused(State& state) {
  const Tensor eps = at::randn({128, 20});
  value_and_gradient(state, at::randn({128, 40}), [&](const Tensor& p) {
    const auto q = sample_gaussian_posterior(p, eps);
    return q.kl.mean() + q.z.sum();
  });
}

void posterior_aten(State& state) {
  const Tensor eps = at::randn({128, 20});
  value_and_gradient(state, at::randn({128, 40}), [&](const Tensor& p) {
    const Tensor mu = p.narrow(1, 0, 20), log_var = p.narrow(1, 20, 20);
    const Tensor z = mu + at::exp(0.5 * log_var) * eps;
    return (-0.5 * (1 + log_var - mu.pow(2) - log_var.exp()).sum(1)).mean() + z.sum();
  });
}

void posterior_value_per_dim(State& state) {
  threads(state);
  const NoGrad guard;
  const Tensor p = at::randn({128, 40}), eps = at::randn({128, 20});
  for (auto _ : state) benchmark::DoNotOptimize(sample_gaussian_posterior(p, eps, true));
}

struct Moments653k {
  Tensor p = at::randn({652824}), g = at::randn({652824}) * 1e-2;
  Tensor m = at::zeros({652824}), v = at::zeros({652824});
};

void adam_fused(State& state) {
  threads(state);
  const Moments653k t;
  std::int64_t step = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(adam_step(t.p, t.g, t.m, t.v, {1e-3, 0.9, 0.999, 1e-8, 0.0, ++step}));
  }
}

void adam_aten(State& state) {
  threads(state);
  const Moments653k t;
  for (auto _ : state) {
    t.m.mul_(0.9).add_(t.g, 0.1);
    t.v.mul_(0.999).addcmul_(t.g, t.g, 0.001);
    t.p.addcdiv_(t.m, (t.v.sqrt() / 0.5).add_(1e-8), -1e-3);
  }
}

void squared_norm_653k(State& state) {
  threads(state);
  const Tensor g = at::randn({652824});
  for (auto _ : state) benchmark::DoNotOptimize(squared_norm(g));
}

void moments_128(State& state) {
  const Tensor values = at::randn({128});
  for (auto _ : state) benchmark::DoNotOptimize(moments(values));
}

void conv_transpose_any(State& state, bool as_gradient) {
  threads(state);
  Tensor x = at::randn({64, 64, 14, 14}), w = at::randn({64, 32, 4, 4}), b = at::zeros({32});
  for (Tensor* t : {&x, &w, &b}) t->set_requires_grad(true);
  for (auto _ : state) {
    const Tensor y = as_gradient ? conv_transpose_as_gradient(x, w, b, 2, 1)
                                 : at::conv_transpose2d(x, w, b, {2, 2}, {1, 1});
    benchmark::DoNotOptimize(gradients(y.sum(), {x, w, b}));
  }
}

void conv_transpose_through_gradient(State& state) { conv_transpose_any(state, true); }
void conv_transpose_aten(State& state) { conv_transpose_any(state, false); }

#define ELBOW_BENCHMARK(name) \
  BENCHMARK(name)->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMicrosecond)
ELBOW_BENCHMARK(bernoulli_fused);
ELBOW_BENCHMARK(bernoulli_aten);
ELBOW_BENCHMARK(bernoulli_value);
ELBOW_BENCHMARK(gaussian_fused);
ELBOW_BENCHMARK(gaussian_aten);
ELBOW_BENCHMARK(posterior_fused);
ELBOW_BENCHMARK(posterior_aten);
ELBOW_BENCHMARK(posterior_value_per_dim);
ELBOW_BENCHMARK(adam_fused);
ELBOW_BENCHMARK(adam_aten);
ELBOW_BENCHMARK(squared_norm_653k);
ELBOW_BENCHMARK(moments_128);
ELBOW_BENCHMARK(conv_transpose_through_gradient);
ELBOW_BENCHMARK(conv_transpose_aten);

}  // namespace
}  // namespace elbow

int main(int argc, char** argv) {
  elbow::configure_allocator();
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
