// Networks: shapes, names, initialisation, normalisation, derivatives.
#include "models/build.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/zeros.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "math/torch_compat.h"
#include "tests/support/gradients.h"

namespace elbow {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Tensor normal(std::vector<std::int64_t> shape, std::uint64_t seed) {
  at::Generator generator = make_generator(seed);
  return at::empty(shape).normal_(0.0, 1.0, generator);
}

NetworkSpec mlp(std::int64_t in, std::vector<std::int64_t> hidden, std::int64_t out) {
  NetworkSpec spec;
  spec.in = in, spec.hidden = std::move(hidden), spec.out = out;
  return spec;
}

NetworkSpec conv(std::vector<std::int64_t> channels, std::int64_t code, bool up = false) {
  NetworkSpec spec;
  spec.kind = "conv";
  spec.channels = std::move(channels);
  spec.in = up ? code : 784;
  spec.out = up ? 784 : code;
  spec.upsampling = up;
  return spec;
}

std::shared_ptr<Network> built(const NetworkSpec& spec, std::uint64_t seed = 1) {
  at::Generator init = make_generator(seed);
  return build_network(spec, init);
}

std::vector<std::string> names(const std::vector<NamedTensor>& tensors) {
  std::vector<std::string> result;
  for (const auto& t : tensors) result.push_back(t.name + " " + shape_text(t.tensor));
  return result;
}

Tensor parameter(const Network& net, const std::string& name) {
  for (const auto& p : net.parameters()) {
    if (p.name == name) return p.tensor;
  }
  ADD_FAILURE() << "no parameter " << name;
  return {};
}

void to_double(Network& net) {
  const NoGrad guard;
  for (const auto& p : net.parameters()) p.tensor.set_data(p.tensor.to(at::kDouble));
  for (const auto& b : net.buffers()) b.tensor.set_data(b.tensor.to(at::kDouble));
}

TEST(Mlp, NamesAreThoseOfTorchSequential) {
  const auto net = built(mlp(784, {400, 200}, 40));
  EXPECT_THAT(names(net->parameters()),
              ElementsAre("0.weight [400, 784]", "0.bias [400]", "2.weight [200, 400]",
                          "2.bias [200]", "4.weight [40, 200]", "4.bias [40]"));
  EXPECT_TRUE(net->buffers().empty());
  EXPECT_EQ(net->parameter_count(), 784 * 400 + 400 + 400 * 200 + 200 + 200 * 40 + 40);
  EXPECT_EQ(net->describe(), "784-400-200-40 relu");
}

TEST(Mlp, NormalizationTakesAnIndex) {
  NetworkSpec spec = mlp(5, {4}, 3);
  spec.normalization = "batch";
  const auto net = built(spec);
  EXPECT_THAT(names(net->parameters()), ElementsAre("0.weight [4, 5]", "0.bias [4]", "1.weight [4]",
                                                    "1.bias [4]", "3.weight [3, 4]", "3.bias [3]"));
  EXPECT_THAT(names(net->buffers()), ElementsAre("1.running_mean [4]", "1.running_var [4]"));
}

TEST(Mlp, EqualsTheNaiveFormula) {
  NetworkSpec spec = mlp(6, {5}, 3);
  spec.activation = "leaky_relu";
  spec.output = "tanh";
  const auto net = built(spec);
  const Tensor x = normal({4, 6}, 2);
  Tensor h = x.matmul(parameter(*net, "0.weight").t()) + parameter(*net, "0.bias");
  h = h.clamp_min(0) + 0.2 * h.clamp_max(0);
  const Tensor y = (h.matmul(parameter(*net, "2.weight").t()) + parameter(*net, "2.bias")).tanh();
  testing::expect_close(net->forward(x, Mode::train), y, 1e-6);
}

TEST(Linear, IgnoresHiddenLayers) {
  NetworkSpec spec = mlp(7, {100}, 3);
  spec.kind = "linear";
  const auto net = built(spec);
  EXPECT_EQ(net->parameter_count(), 7 * 3 + 3);
  EXPECT_EQ(net->describe(), "7-3");
}

TEST(Conv, ShapesNamesAndMirror) {
  const auto down = built(conv({32, 64}, 40));
  EXPECT_THAT(names(down->parameters()),
              ElementsAre("1.weight [32, 1, 4, 4]", "1.bias [32]", "3.weight [64, 32, 4, 4]",
                          "3.bias [64]", "6.weight [40, 3136]", "6.bias [40]"));
  const auto up = built(conv({32, 64}, 20, true));
  EXPECT_THAT(names(up->parameters()),
              ElementsAre("0.weight [3136, 20]", "0.bias [3136]", "3.weight [64, 32, 4, 4]",
                          "3.bias [32]", "5.weight [32, 1, 4, 4]", "5.bias [1]"));
  EXPECT_EQ(shape_text(down->forward(normal({3, 784}, 1), Mode::train)), "[3, 40]");
  EXPECT_EQ(shape_text(up->forward(normal({3, 20}, 1), Mode::train)), "[3, 784]");
}

TEST(Conv, AnyDepth) {
  for (const auto& channels : std::vector<std::vector<std::int64_t>>{{8}, {8, 16}, {8, 16, 24}}) {
    for (const char* normalization : {"none", "batch", "layer"}) {
      NetworkSpec down = conv(channels, 10), up = conv(channels, 10, true);
      down.normalization = up.normalization = normalization;
      up.output = "sigmoid";
      const Tensor x = normal({2, 784}, 3);
      const Tensor y = built(up)->forward(built(down)->forward(x, Mode::train), Mode::train);
      EXPECT_EQ(shape_text(y), "[2, 784]");
      EXPECT_GE(y.min().item<float>(), 0.0f);
      EXPECT_LE(y.max().item<float>(), 1.0f);
    }
  }
}

TEST(Conv, EqualsTheNaiveSum) {
  const auto net = built(conv({2}, 3));
  const Tensor x = normal({1, 784}, 4);
  const Tensor w = parameter(*net, "1.weight"), b = parameter(*net, "1.bias");
  Tensor maps = at::zeros({1, 2 * 14 * 14});
  const Tensor image = x.view({28, 28});
  for (std::int64_t c = 0; c < 2; ++c) {
    for (std::int64_t i = 0; i < 14; ++i) {
      for (std::int64_t j = 0; j < 14; ++j) {
        double sum = b[c].item<double>();
        for (std::int64_t u = 0; u < 4; ++u) {
          for (std::int64_t v = 0; v < 4; ++v) {
            const std::int64_t row = 2 * i - 1 + u, column = 2 * j - 1 + v;
            if (row < 0 || row > 27 || column < 0 || column > 27) continue;
            sum += w[c][0][u][v].item<double>() * image[row][column].item<double>();
          }
        }
        maps[0][(c * 14 + i) * 14 + j] = std::max(0.0, sum);
      }
    }
  }
  const Tensor expected = maps.matmul(parameter(*net, "4.weight").t()) + parameter(*net, "4.bias");
  testing::expect_close(net->forward(x, Mode::eval), expected, 1e-5);
}

TEST(Initialization, SameSeedSameWeightsInEveryKind) {
  for (const char* name : {"torch", "he", "glorot", "normal02"}) {
    NetworkSpec spec = conv({4, 8}, 6);
    spec.initialization = name;
    const auto a = built(spec, 7), b = built(spec, 7), c = built(spec, 8);
    for (std::size_t i = 0; i < a->parameters().size(); ++i) {
      EXPECT_TRUE(a->parameters()[i].tensor.equal(b->parameters()[i].tensor));
    }
    EXPECT_FALSE(a->parameters()[0].tensor.equal(c->parameters()[0].tensor));
  }
}

struct Expected {
  const char* name;
  double sd, bound;  // bound 0: not bounded
  bool zero_bias;
};

// 784 * 400 draws: the standard deviation is known to 1 / sqrt(2 n) = 0.13 %; 4 of those.
TEST(InitializationStatistical, StandardDeviationsAndBounds) {
  const double n = 784.0 * 400.0;
  const double torch = 1.0 / std::sqrt(784.0), glorot = std::sqrt(6.0 / (784.0 + 400.0));
  for (const Expected& e : {Expected{"torch", torch / std::sqrt(3.0), torch, false},
                            Expected{"he", std::sqrt(2.0 / 784.0), 0.0, true},
                            Expected{"glorot", glorot / std::sqrt(3.0), glorot, true},
                            Expected{"normal02", 0.02, 0.0, true}}) {
    NetworkSpec spec = mlp(784, {400}, 10);
    spec.initialization = e.name;
    const auto net = built(spec);
    const Tensor w = parameter(*net, "0.weight").detach().to(at::kDouble);
    EXPECT_NEAR(w.std().item<double>() / e.sd, 1.0, 4.0 / std::sqrt(2.0 * n)) << e.name;
    EXPECT_NEAR(w.mean().item<double>(), 0.0, 4.0 * e.sd / std::sqrt(n)) << e.name;
    if (e.bound > 0.0) {
      EXPECT_LE(w.abs().max().item<double>(), e.bound * (1.0 + 1e-6));
    }
    EXPECT_EQ(parameter(*net, "0.bias").abs().max().item<double>() == 0.0, e.zero_bias) << e.name;
  }
}

// He's rule keeps the second moment of activations through relu layers, transposed ones included.
TEST(InitializationStatistical, HeKeepsTheSecondMoment) {
  NetworkSpec spec = conv({64, 64}, 64, true);
  spec.initialization = "he";
  const auto net = built(spec);
  const Tensor y = net->forward(normal({64, 64}, 9), Mode::train).detach();
  const double moment = y.square().mean().item<double>();
  // Input moment 1, then a linear and a transposed layer with relu (factor 1 each), and a last one
  // without: 2. Borders lose a little; a wrong fan (out k^2 or in k^2) is off by 4 per layer.
  EXPECT_GT(moment, 1.2);
  EXPECT_LT(moment, 3.0);
}

TEST(BatchNorm, TrainUpdatesAndEvalDoesNot) {
  NetworkSpec spec = mlp(6, {5}, 3);
  spec.normalization = "batch";
  const auto net = built(spec);
  const Tensor x = normal({32, 6}, 10) + 2.0;
  const Tensor before = net->buffers()[0].tensor.clone();
  const Tensor first = net->forward(x, Mode::eval);
  EXPECT_TRUE(before.equal(net->buffers()[0].tensor));
  const Tensor trained = net->forward(x, Mode::train);
  EXPECT_FALSE(before.equal(net->buffers()[0].tensor));
  EXPECT_FALSE(first.equal(trained));
  // Running mean: 0.9 old + 0.1 batch mean.
  const Tensor h = x.matmul(parameter(*net, "0.weight").t()) + parameter(*net, "0.bias");
  testing::expect_close(net->buffers()[0].tensor, 0.1 * h.mean(0), 1e-6);
  const Tensor after = net->buffers()[1].tensor.clone();
  net->forward(x, Mode::eval);
  EXPECT_TRUE(after.equal(net->buffers()[1].tensor));
}

TEST(LayerNorm, DoesNotDependOnTheBatch) {
  for (NetworkSpec spec : {mlp(784, {30}, 5), conv({4, 6}, 5)}) {
    spec.normalization = "layer";
    const auto net = built(spec);
    const Tensor x = normal({6, 784}, 11);
    testing::expect_close(net->forward(x, Mode::train).narrow(0, 0, 2),
                          net->forward(x.narrow(0, 0, 2), Mode::train), 1e-5);
    EXPECT_TRUE(net->buffers().empty());
  }
}

TEST(Network, FrozenLetsGradientsThrough) {
  const auto net = built(mlp(4, {8}, 1));
  net->require_grad(false);
  Tensor x = normal({3, 4}, 12).set_requires_grad(true);
  const Tensor y = net->forward(x, Mode::train).sum();
  EXPECT_GT(gradients(y, {x})[0].abs().sum().item<double>(), 0.0);
  EXPECT_FALSE(net->parameters()[0].tensor.requires_grad());
  net->require_grad(true);
  EXPECT_TRUE(net->parameters()[0].tensor.requires_grad());
  EXPECT_TRUE(net->parameters()[0].tensor.is_leaf());
}

// Weights are replaced in place by optimisers, EMA and checkpoints; forward must see that.
TEST(Network, ForwardSeesWeightsWrittenInPlace) {
  const auto net = built(mlp(4, {}, 2));
  {
    const NoGrad guard;
    for (const auto& p : net->parameters()) p.tensor.zero_();
  }
  testing::expect_close(net->forward(normal({3, 4}, 13), Mode::eval), at::zeros({3, 2}), 0.0);
}

/// Derivatives of first and second order in the input, and of a gradient penalty in a weight.
void check_derivatives(NetworkSpec spec, const std::string& weight, double tolerance) {
  const auto net = built(spec);
  to_double(*net);
  const Tensor x = normal({2, spec.in}, 14).to(at::kDouble);
  const auto value = [&](const Tensor& t) { return net->forward(t, Mode::eval).square().sum(); };
  const Tensor probe = x.narrow(1, 0, 12).clone();
  const auto through_part = [&](const Tensor& part) {
    Tensor full = x.clone();
    full.narrow(1, 0, 12).copy_(part);
    return value(full);
  };
  testing::expect_gradient_matches(through_part, probe, tolerance);
  testing::expect_second_gradient_matches(through_part, probe, tolerance);
  // d/dw |d value / dx|^2, against differences in a few entries of w.
  const Tensor w = parameter(*net, weight);
  const auto penalty = [&] {
    Tensor leaf = x.clone().set_requires_grad(true);
    return gradients(value(leaf), {leaf}, true)[0].square().sum();
  };
  const Tensor g = gradients(penalty(), {w})[0].reshape({-1});
  for (std::int64_t i = 0; i < w.numel(); i += std::max<std::int64_t>(1, w.numel() / 5)) {
    double* entry = w.data_ptr<double>() + i;
    const double center = *entry, h = 1e-5;
    *entry = center + h;
    const double above = penalty().item<double>();
    *entry = center - h;
    const double below = penalty().item<double>();
    *entry = center;
    const double slope = (above - below) / (2.0 * h);
    EXPECT_NEAR(g[i].item<double>(), slope, tolerance * std::max(1.0, std::abs(slope))) << weight;
  }
}

TEST(DoubleBackward, Mlp) {
  for (const char* activation : {"relu", "leaky_relu", "tanh", "elu", "silu"}) {
    NetworkSpec spec = mlp(20, {9, 7}, 3);
    spec.activation = activation;
    check_derivatives(spec, "0.weight", 1e-5);
  }
}

TEST(DoubleBackward, NormalizedMlp) {
  for (const char* normalization : {"batch", "layer"}) {
    NetworkSpec spec = mlp(20, {9}, 3);
    spec.normalization = normalization;
    spec.activation = "tanh";
    check_derivatives(spec, "0.weight", 1e-5);
  }
}

TEST(DoubleBackward, Conv) {
  NetworkSpec spec = conv({3, 4}, 2);
  spec.activation = "tanh";
  check_derivatives(spec, "1.weight", 1e-5);
  check_derivatives(spec, "6.weight", 1e-5);
}

TEST(DoubleBackward, UpsamplingConv) {
  NetworkSpec spec = conv({3, 4}, 12, true);
  spec.activation = "tanh";
  check_derivatives(spec, "3.weight", 1e-5);
}

TEST(Build, ImpossibleSizesSayWhy) {
  const auto message = [](const NetworkSpec& spec) -> std::string {
    try {
      built(spec);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::usage);
      return error.what();
    }
    return "no error";
  };
  NetworkSpec wrong = mlp(0, {3}, 2);
  EXPECT_THAT(message(wrong), HasSubstr("0 to 2"));
  wrong = mlp(3, {0}, 2);
  EXPECT_THAT(message(wrong), HasSubstr("0 units"));
  wrong = conv({8}, 10);
  wrong.in = 2;
  EXPECT_THAT(message(wrong), HasSubstr("28x28"));
  EXPECT_THAT(message(conv({}, 10)), HasSubstr("channels"));
  EXPECT_THAT(message(conv({-1}, 10)), HasSubstr("-1"));
  wrong = mlp(3, {3}, 2);
  wrong.kind = "mpl";
  EXPECT_THAT(message(wrong), HasSubstr("linear, mlp, conv"));
  wrong = mlp(3, {3}, 2);
  wrong.activation = "rleu";
  EXPECT_THAT(message(wrong), HasSubstr("rleu"));
  wrong = mlp(3, {3}, 2);
  wrong.initialization = "xavier";
  EXPECT_THAT(message(wrong), HasSubstr("glorot"));
  wrong = mlp(3, {3}, 2);
  wrong.normalization = "instance";
  EXPECT_THAT(message(wrong), HasSubstr("none, batch, layer"));
}

TEST(Forward, WrongInputNamesBothShapes) {
  const auto net = built(mlp(4, {8}, 1));
  try {
    net->forward(at::zeros({3, 5}), Mode::eval);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("[3, 5]"));
    EXPECT_THAT(error.what(), HasSubstr("[B, 4]"));
  }
}

TEST(Networks, ByNameInOrder) {
  Networks all;
  all.add("generator", built(mlp(2, {}, 2)));
  all.add("discriminator", built(mlp(2, {}, 1)));
  EXPECT_TRUE(all.contains("generator"));
  EXPECT_FALSE(all.contains("encoder"));
  EXPECT_EQ(all.all()[1].first, "discriminator");
  EXPECT_EQ(all.at("discriminator").describe(), "2-1");
  EXPECT_THROW(all.add("generator", built(mlp(2, {}, 2))), Error);
  try {
    all.at("encoder");
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("generator, discriminator"));
  }
}

}  // namespace
}  // namespace elbow
