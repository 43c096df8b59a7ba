// The VAE step 784-400-20-400-784 written by hand from the library's pieces, without the training
// loop, beside its matrix products alone: what the program could reach, and the bound of the
// machine. Usage: bench_vae_step MNIST_DIR [threads] [seconds] [onednn 0|1]
#include "math/tensor.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "bench/idx.h"
#include "data/sampler.h"
#include "math/fused.h"
#include "math/onednn_matmul.h"
#include "math/threads.h"
#include "math/torch_compat.h"
#include "models/build.h"

namespace {

using elbow::Tensor;
using Clock = std::chrono::steady_clock;

constexpr std::int64_t kBatch = 128;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Median samples per second over blocks of `per_block` calls.
template <typename Step>
double median_rate(double seconds, int per_block, const Step& step) {
  std::vector<double> rates;
  const auto begin = Clock::now();
  while (seconds_since(begin) < seconds || rates.size() < 3) {
    const auto start = Clock::now();
    for (int i = 0; i < per_block; ++i) step();
    rates.push_back(per_block * static_cast<double>(kBatch) / seconds_since(start));
  }
  std::sort(rates.begin(), rates.end());
  return rates[rates.size() / 2];
}

/// Forward, data gradient and weight gradient products of the five layers.
double products_only(double seconds) {
  const std::vector<std::pair<std::int64_t, std::int64_t>> layers = {
      {784, 400}, {400, 40}, {20, 400}, {400, 784}};
  std::vector<Tensor> in, out, weight;
  for (const auto& [from, to] : layers) {
    in.push_back(at::randn({kBatch, from}));
    out.push_back(at::randn({kBatch, to}));
    weight.push_back(at::randn({to, from}));
  }
  return median_rate(seconds, 50, [&] {
    for (std::size_t i = 0; i < layers.size(); ++i) {
      at::mm(in[i], weight[i].t());
      at::mm(out[i].t(), in[i]);
      if (i > 0) at::mm(out[i], weight[i]);
    }
  });
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: bench_vae_step MNIST_DIR [threads] [seconds] [onednn 0|1]\n");
    return 2;
  }
  const int threads = argc > 2 ? std::atoi(argv[2]) : 0;
  const double seconds = argc > 3 ? std::atof(argv[3]) : 5.0;
  const bool onednn = argc <= 4 || std::atoi(argv[4]) != 0;
  elbow::configure_allocator();
  const auto report = elbow::configure_threads(threads, onednn);

  elbow::Split split;
  split.pixels = read_mnist_images(argv[1]);
  split.count = 60000;
  elbow::Dataset data;
  data.dim = 784;
  elbow::BatchSampler sampler(data, split, {elbow::Binarize::dynamic, false, 1}, kBatch, 1);

  auto init = elbow::make_generator(1), latent = elbow::make_generator(2);
  elbow::NetworkSpec down, up;
  down.in = 784, down.hidden = {400}, down.out = 40;
  up.in = 20, up.hidden = {400}, up.out = 784;
  const auto encoder = elbow::build_network(down, init), decoder = elbow::build_network(up, init);
  std::vector<Tensor> parameters, first, second;
  for (const auto& network : {encoder, decoder}) {
    for (const auto& p : network->parameters()) {
      parameters.push_back(p.tensor);
      first.push_back(at::zeros_like(p.tensor.detach()));
      second.push_back(at::zeros_like(p.tensor.detach()));
    }
  }
  std::int64_t t = 0;
  double last = 0.0;
  const auto step = [&] {
    const Tensor x = sampler.next().x;
    const Tensor eps = at::randn({kBatch, 20}, latent);
    const auto q = elbow::sample_gaussian_posterior(encoder->forward(x, elbow::Mode::train), eps);
    const Tensor logits = decoder->forward(q.z, elbow::Mode::train);
    const Tensor loss = (q.kl - elbow::bernoulli_log_prob(logits, x)).mean();
    const auto g = elbow::gradients(loss, parameters);
    ++t;
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      elbow::adam_step(parameters[i], g[i], first[i], second[i], {1e-3, 0.9, 0.999, 1e-8, 0.0, t});
    }
    last = loss.item<double>();
  };
  for (int i = 0; i < 100; ++i) step();
  const double rate = median_rate(seconds, 100, step);
  const double bound = products_only(std::min(seconds, 3.0));
  std::printf(
      "{\"samples_per_second\": %.0f, \"products_only\": %.0f, \"fraction\": %.3f, \"threads\": "
      "%d, "
      "\"blas\": \"%s\", \"blas_threads\": %d, \"onednn_matmul\": %s, \"steps\": %lld, \"loss\": "
      "%.2f}\n",
      rate, bound, rate / bound, report.threads, report.blas.c_str(), report.blas_threads,
      report.onednn_matmul ? "true" : "false", static_cast<long long>(t), last);
  for (const auto& warning : report.warnings)
    std::fprintf(stderr, "warning: %s\n", warning.c_str());
  return 0;
}
