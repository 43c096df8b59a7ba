// Baseline: the VAE 784-400-20-400-784 as a user of LibTorch's C++ frontend would write it, after
// its MNIST example: a Dataset like torch::data::datasets::MNIST (whole set as one float tensor,
// one image per get), Stack, DataLoader, nn::Linear, binary_cross_entropy + KL, optim::Adam.
// Usage: bench_plain_loop MNIST_DIR [steps] [workers] [threads]    (threads 0: LibTorch's default)
#include <torch/torch.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "idx.h"

namespace {

class Images : public torch::data::datasets::Dataset<Images> {
 public:
  explicit Images(const std::string& directory) {
    auto pixels = read_mnist_images(directory);
    images_ = torch::from_blob(pixels.data(), {60000, 1, 28, 28}, torch::kUInt8)
                  .to(torch::kFloat32)
                  .div_(255);
    labels_ = torch::zeros({60000}, torch::kInt64);
  }
  torch::data::Example<> get(std::size_t index) override {
    const auto i = static_cast<std::int64_t>(index);
    return {images_[i], labels_[i]};
  }
  torch::optional<std::size_t> size() const override { return 60000; }

 private:
  torch::Tensor images_, labels_;
};

struct VaeImpl : torch::nn::Module {
  VaeImpl() {
    register_module("encoder", encoder);
    register_module("mu", mu);
    register_module("log_var", log_var);
    register_module("decoder", decoder);
  }
  torch::nn::Sequential encoder{torch::nn::Linear(784, 400), torch::nn::ReLU()};
  torch::nn::Linear mu{400, 20}, log_var{400, 20};
  torch::nn::Sequential decoder{torch::nn::Linear(20, 400), torch::nn::ReLU(),
                                torch::nn::Linear(400, 784), torch::nn::Sigmoid()};
};
TORCH_MODULE(Vae);

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: bench_plain_loop MNIST_DIR [steps] [workers] [threads]\n");
    return 2;
  }
  const int steps = argc > 2 ? std::atoi(argv[2]) : 600;
  const int workers = argc > 3 ? std::atoi(argv[3]) : 0;
  if (argc > 4 && std::atoi(argv[4]) > 0) torch::set_num_threads(std::atoi(argv[4]));
  torch::manual_seed(1);
  auto dataset = Images(argv[1]).map(torch::data::transforms::Stack<>());
  auto loader = torch::data::make_data_loader<torch::data::samplers::RandomSampler>(
      std::move(dataset),
      torch::data::DataLoaderOptions(128).workers(static_cast<std::size_t>(workers)));
  Vae model;
  torch::optim::Adam optimizer(model->parameters(), torch::optim::AdamOptions(1e-3));
  std::vector<double> rates;
  constexpr int kBlock = 50;
  int step = 0;
  double running = 0.0;
  auto start = std::chrono::steady_clock::now();
  while (step < steps) {
    for (auto& batch : *loader) {
      if (step >= steps) break;
      const auto x = batch.data.view({-1, 784});
      optimizer.zero_grad();
      const auto h = model->encoder->forward(x);
      const auto mu = model->mu(h), log_var = model->log_var(h);
      const auto z = mu + torch::randn_like(mu) * torch::exp(0.5 * log_var);
      const auto y = model->decoder->forward(z);
      const auto bce = torch::nn::functional::binary_cross_entropy(
          y, x, torch::nn::functional::BinaryCrossEntropyFuncOptions().reduction(torch::kSum));
      const auto kl = -0.5 * torch::sum(1 + log_var - mu.pow(2) - log_var.exp());
      const auto loss = bce + kl;
      loss.backward();
      optimizer.step();
      running = loss.item<double>() / static_cast<double>(x.size(0));
      if (++step % kBlock == 0) {
        const auto now = std::chrono::steady_clock::now();
        rates.push_back(kBlock * 128.0 / std::chrono::duration<double>(now - start).count());
        start = now;
      }
    }
  }
  if (rates.size() > 2) rates.erase(rates.begin());
  std::sort(rates.begin(), rates.end());
  std::printf(
      "{\"samples_per_second\": %.0f, \"steps\": %d, \"workers\": %d, \"threads\": %d, \"loss\": "
      "%.2f}\n",
      rates.empty() ? 0.0 : rates[rates.size() / 2], step, workers, torch::get_num_threads(),
      running);
  return 0;
}
