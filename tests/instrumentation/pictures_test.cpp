#include "instrumentation/pictures.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <set>

#include "instrumentation/png.h"
#include "tests/instrumentation/fake_runs.h"
#include "tests/support/temp_dir.h"

namespace elbow {
namespace {

using testing::TempDir;
using testing::vae_run;

// 4 x 4 images from d latent dimensions by fixed weights.
ModelView image_model(std::int64_t latent) {
  ModelView model;
  model.latent = latent;
  model.data_dim = 16;
  model.height = model.width = 4;
  const Tensor weights = at::ones({latent, 16});
  model.prior = [latent](std::int64_t n, at::Generator& noise) {
    return at::randn({n, latent}, noise);
  };
  model.decode = [weights](const Tensor& z) { return at::sigmoid(z.matmul(weights)); };
  model.encode = [latent](const Tensor& x) {
    // Dimension j has mu = j, so the KL grows with j.
    Tensor mu = at::zeros({x.size(0), latent});
    for (std::int64_t j = 0; j < latent; ++j) mu.select(1, j).fill_(static_cast<double>(j));
    return at::cat({mu, at::zeros({x.size(0), latent})}, 1);
  };
  return model;
}

RunInfo run_in(const TempDir& directory, std::int64_t first_step = 0) {
  RunInfo info = vae_run();
  info.directory = directory.path().string();
  info.first_step = first_step;
  return info;
}

PictureOptions options_with(std::int64_t every) {
  PictureOptions options;
  options.every = every;
  options.count = 9;
  options.seed = 3;
  at::Generator generator = at::detail::createCPUGenerator(5);
  options.held_out = at::rand({12, 16}, generator);
  options.config = "[run]\nname = \"β\"\n";
  return options;
}

std::set<std::string> files_in(const TempDir& directory) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(directory / "samples")) {
    names.insert(entry.path().filename());
  }
  return names;
}

void record(Pictures& pictures, std::int64_t step, const std::string& split = "train") {
  StepRecord record;
  record.step = step;
  record.split = split;
  pictures.step(record);
}

TEST(Pictures, FirstRecordAtOrAfterEachMultipleAndTheEnd) {
  const TempDir directory;
  Pictures pictures(image_model(3), options_with(50));
  pictures.start(run_in(directory));
  for (int step = 20; step <= 180; step += 20) {
    record(pictures, step, "valid");
    record(pictures, step);
  }
  pictures.finish({Outcome::finished, 190, 1.0, ""});
  EXPECT_EQ(files_in(directory),
            (std::set<std::string>{"step_000000.png", "step_000060.png", "step_000100.png",
                                   "step_000160.png", "step_000190.png", "latest.png",
                                   "reconstructions.png", "traversal.png"}));
}

TEST(Pictures, ResumeContinuesTheSchedule) {
  const TempDir directory;
  Pictures first(image_model(3), options_with(50));
  first.start(run_in(directory));
  record(first, 60);
  const std::string state = first.save();
  Pictures second(image_model(3), options_with(50));
  second.start(run_in(directory, 60));
  second.restore(state);
  record(second, 80);
  record(second, 100);
  EXPECT_EQ(files_in(directory).count("step_000080.png"), 0U);
  EXPECT_EQ(files_in(directory).count("step_000100.png"), 1U);
}

TEST(Pictures, OffMeansOff) {
  const TempDir directory;
  Pictures pictures(image_model(3), options_with(0));
  pictures.start(run_in(directory));
  record(pictures, 500);
  pictures.finish({Outcome::finished, 500, 1.0, ""});
  EXPECT_FALSE(std::filesystem::exists(directory / "samples"));
}

TEST(Pictures, BrokenRunsGetNoLastPicture) {
  const TempDir directory;
  Pictures pictures(image_model(3), options_with(50));
  pictures.start(run_in(directory));
  pictures.finish({Outcome::diverged, 7, 1.0, ""});
  EXPECT_EQ(files_in(directory).count("step_000007.png"), 0U);
}

TEST(Pictures, TextChunks) {
  const TempDir directory;
  Pictures pictures(image_model(3), options_with(50));
  pictures.start(run_in(directory));
  PngText text;
  const Image image = read_png(directory / "samples/latest.png", &text);
  EXPECT_EQ(image.width, 3 * (4 * 2 + 2) + 2);  // nine samples: 3 x 3
  EXPECT_EQ(image.height, image.width);
  const std::map<std::string, std::string> chunks(text.begin(), text.end());
  EXPECT_EQ(chunks.at("step"), "0");
  EXPECT_EQ(chunks.at("run"), "fake-vae");
  EXPECT_EQ(chunks.at("config"), "[run]\nname = \"β\"\n");
  EXPECT_NE(chunks.at("caption"), "");
}

TEST(Pictures, NoiseIsTheSameInEveryPicture) {
  const TempDir directory;
  Pictures pictures(image_model(3), options_with(50));
  pictures.start(run_in(directory));
  record(pictures, 50);
  EXPECT_EQ(read_png(directory / "samples/step_000000.png").pixels,
            read_png(directory / "samples/step_000050.png").pixels);
  PictureOptions other = options_with(50);
  other.seed = 4;
  Pictures different(image_model(3), other);
  const TempDir elsewhere;
  different.start(run_in(elsewhere));
  EXPECT_NE(read_png(elsewhere / "samples/latest.png").pixels,
            read_png(directory / "samples/latest.png").pixels);
}

TEST(Pictures, LeaveTheGlobalGeneratorAlone) {
  const TempDir directory;
  const at::Generator& global = at::detail::getDefaultCPUGenerator();
  const Tensor before = global.get_state().clone();
  Pictures pictures(image_model(2), options_with(50));
  pictures.start(run_in(directory));
  record(pictures, 50);
  pictures.finish({Outcome::finished, 60, 1.0, ""});
  EXPECT_TRUE(at::equal(global.get_state(), before));
}

TEST(Pictures, TraversalRowsByFallingKl) {
  const TempDir directory;
  ModelView model = image_model(12);
  std::vector<Tensor> decoded;
  model.decode = [&decoded, decode = model.decode](const Tensor& z) {
    decoded.push_back(z.clone());
    return decode(z);
  };
  Pictures pictures(model, options_with(50));
  pictures.start(run_in(directory));
  ASSERT_EQ(decoded.size(), 3U);  // samples, reconstructions, traversal
  const Tensor codes = decoded[2];
  ASSERT_EQ(codes.size(0), 10 * 13) << "the ten dimensions with the largest KL";
  for (std::int64_t row = 0; row < 10; ++row) {
    EXPECT_EQ(codes[row * 13][11 - row].item<double>(), -3.0);
    EXPECT_EQ(codes[row * 13 + 12][11 - row].item<double>(), 3.0);
    EXPECT_EQ(codes[row * 13][0].item<double>(), 0.0) << "others stay at the mean code";
  }
  PngText text;
  read_png(directory / "samples/traversal.png", &text);
  const std::map<std::string, std::string> chunks(text.begin(), text.end());
  EXPECT_NE(chunks.at("caption").find("From the top: z11 (KL 60.5 nats) z10 (KL 50 nats)"),
            std::string::npos)
      << chunks.at("caption");
}

TEST(Pictures, ReconstructionsStandBelowTheirData) {
  const TempDir directory;
  ModelView model = image_model(3);
  model.decode = [](const Tensor& z) { return at::zeros({z.size(0), 16}); };  // black
  PictureOptions options = options_with(50);
  options.held_out = at::ones({12, 16});  // white
  Pictures pictures(model, options);
  pictures.start(run_in(directory));
  const Image image = read_png(directory / "samples/reconstructions.png");
  ASSERT_EQ(image.width, 10 * (4 * 2 + 2) + 2);
  ASSERT_EQ(image.height, 2 * (4 * 2 + 2) + 2);
  EXPECT_EQ(image.at(4, 4), 255);
  EXPECT_EQ(image.at(4, 14), 0);
}

TEST(Pictures, ManifoldOfTwoLatentDimensions) {
  const TempDir directory;
  Pictures pictures(image_model(2), options_with(50));
  pictures.start(run_in(directory));
  const Image image = read_png(directory / "samples/manifold.png");
  ASSERT_EQ(image.width, 80);
  // sigmoid(z0 + z1): bright at the top right, dark at the bottom left, 1/2 on the diagonal.
  EXPECT_GT(image.at(79, 0), 245);
  EXPECT_LT(image.at(0, 79), 10);
  EXPECT_NEAR(image.at(0, 0), 128, 1);
}

TEST(Pictures, GeneratorWithoutEncoderHasSamplesOnly) {
  const TempDir directory;
  ModelView model = image_model(3);
  model.encode = nullptr;
  model.symmetric = true;
  Pictures pictures(model, options_with(50));
  pictures.start(run_in(directory));
  EXPECT_EQ(files_in(directory), (std::set<std::string>{"step_000000.png", "latest.png"}));
}

TEST(Pictures, PlaneShowsDensityAndSamples) {
  const TempDir directory;
  ModelView model;
  model.latent = model.data_dim = 2;
  model.prior = [](std::int64_t n, at::Generator& noise) { return at::randn({n, 2}, noise); };
  model.decode = [](const Tensor& z) { return at::zeros({z.size(0), 2}); };  // collapsed
  PictureOptions options = options_with(50);
  at::Generator generator = at::detail::createCPUGenerator(5);
  options.held_out = at::rand({200, 2}, generator) * 8.0 - 4.0;
  options.log_density = [](const Tensor& x) { return -0.5 * (x * x).sum(1); };
  Pictures pictures(model, options);
  pictures.start(run_in(directory));
  EXPECT_EQ(files_in(directory), (std::set<std::string>{"step_000000.png", "latest.png"}));
  const Image image = read_png(directory / "samples/latest.png");
  ASSERT_EQ(image.channels, 3);
  // All samples at the origin: red in the middle, nearly white in the corner.
  const Window window = window_of(options.held_out);
  const double pixels = static_cast<double>(image.width) / (2.0 * window.radius);
  const auto x = static_cast<std::int64_t>((window.radius - window.x) * pixels);
  const auto y = static_cast<std::int64_t>((window.radius + window.y) * pixels);
  EXPECT_EQ(image.at(x, y, 0), 205);
  EXPECT_EQ(image.at(x, y, 2), 30);
  EXPECT_GT(image.at(0, 0, 0), 245);
  EXPECT_LT(image.at(x + 10, y, 0), 100) << "the density near its peak is blue";
}

TEST(Pictures, PlaneShowsWhereTheDiscriminatorRises) {
  const TempDir directory;
  ModelView model;
  model.latent = model.data_dim = 2;
  model.prior = [](std::int64_t n, at::Generator& noise) { return at::randn({n, 2}, noise); };
  model.decode = [](const Tensor& z) { return at::zeros({z.size(0), 2}); };
  model.score = [](const Tensor& x) { return 3.0 * x.select(1, 1); };  // rises upwards
  PictureOptions options = options_with(50);
  at::Generator generator = at::detail::createCPUGenerator(5);
  options.held_out = at::rand({200, 2}, generator) * 8.0 - 4.0;
  options.log_density = [](const Tensor& x) { return at::zeros({x.size(0)}) - x.square().sum(1); };
  Pictures pictures(model, options);
  pictures.start(run_in(directory));
  const Image image = read_png(directory / "samples/latest.png");
  // 20 x 20 arrows on 480 pixels: the first starts at (12, 12), the one below at (12, 36).
  const auto grey = [&](std::int64_t x, std::int64_t y) { return image.at(x, y, 0) == 70; };
  // Rounding may put it one pixel to the left.
  for (std::int64_t y = 14; y <= 34; ++y) EXPECT_TRUE(grey(11, y) || grey(12, y)) << y;
  EXPECT_FALSE(grey(18, 30));
  EXPECT_FALSE(grey(24, 12));
}

}  // namespace
}  // namespace elbow
