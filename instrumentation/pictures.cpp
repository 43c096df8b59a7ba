#include "instrumentation/pictures.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/stack.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>

#include "core/error.h"
#include "instrumentation/latent_codes.h"
#include "instrumentation/png.h"
#include "instrumentation/text.h"

namespace elbow {
namespace {

constexpr std::int64_t kTraversalRows = 10, kTraversalSteps = 13;
constexpr double kTraversalExtent = 3.0;
constexpr std::int64_t kManifoldSize = 20;
constexpr std::int64_t kReconstructions = 40, kReconstructionColumns = 10;
constexpr std::int64_t kDensitySize = 480;
constexpr std::int64_t kArrows = 20;  // in a row
constexpr std::int64_t kPointsPerSample = 30, kDataPoints = 2000;

std::string numbered(std::int64_t step) {
  std::array<char, 40> name;
  std::snprintf(name.data(), name.size(), "step_%06lld.png", static_cast<long long>(step));
  return name.data();
}

// About as wide as high.
std::int64_t square_columns(std::int64_t n) {
  return std::max<std::int64_t>(1, std::llround(std::ceil(std::sqrt(static_cast<double>(n)))));
}

// Data rows alternate with rows of their reconstructions.
Tensor in_pairs(const Tensor& data, const Tensor& reconstruction, std::int64_t columns) {
  const std::int64_t rows = data.size(0) / columns, width = data.size(1);
  return at::stack({data.reshape({rows, columns, width}),
                    reconstruction.to(data.scalar_type()).reshape({rows, columns, width})},
                   1)
      .reshape({2 * rows * columns, width});
}

/// Gradient of score at points [n, 2], by central differences a thousandth of `radius` wide.
Tensor slope(const std::function<Tensor(const Tensor&)>& score, const Tensor& points,
             double radius) {
  const double h = 1e-3 * radius;
  std::array<Tensor, 2> parts;
  for (std::int64_t axis = 0; axis < 2; ++axis) {
    Tensor above = points.clone(), below = points.clone();
    above.select(1, axis) += h;
    below.select(1, axis) -= h;
    parts[static_cast<std::size_t>(axis)] = (score(above) - score(below)) / (2.0 * h);
  }
  return at::stack({parts[0], parts[1]}, 1);
}

}  // namespace

Pictures::Pictures(ModelView model, PictureOptions options)
    : model_(std::move(model)), options_(std::move(options)) {}

void Pictures::start(const RunInfo& info) {
  if (options_.every <= 0) return;
  directory_ = std::filesystem::path(info.directory) / "samples";
  run_ = info.name;
  std::error_code error;
  std::filesystem::create_directories(directory_, error);
  if (error) throw Error("Cannot create " + directory_.string() + ": " + error.message() + ".");
  next_ = (info.first_step / options_.every + 1) * options_.every;
  if (info.first_step == 0) draw(0);
}

bool Pictures::prompt(const StepRecord& record) const {
  return options_.every > 0 && record.split == "train" && record.step >= next_;
}

void Pictures::step(StepRecord& record) {
  if (!prompt(record)) return;
  next_ = (record.step / options_.every + 1) * options_.every;
  draw(record.step);
}

void Pictures::finish(const RunSummary& summary) {
  const bool broken = summary.outcome == Outcome::diverged || summary.outcome == Outcome::failed;
  if (options_.every <= 0 || directory_.empty() || broken || drawn_ == summary.step) return;
  draw(summary.step);
}

std::string Pictures::save() { return std::to_string(next_) + " " + std::to_string(drawn_); }

void Pictures::restore(const std::string& state) {
  long long next = 0, drawn = 0;
  if (std::sscanf(state.c_str(), "%lld %lld", &next, &drawn) != 2) return;
  next_ = next;
  drawn_ = drawn;
}

Tensor Pictures::sample(std::int64_t n) const {
  // Seeded anew for each picture: the same noise every time.
  at::Generator noise = at::detail::createCPUGenerator(options_.seed);
  return model_.decode(model_.prior(n, noise));
}

std::string Pictures::sample_caption() const {
  // A decoder gives the mean; a sample of x would add the likelihood's noise to it.
  return model_.encode ? "means E[x|z] at z drawn from the prior, without the noise of p(x|z)"
                       : "samples of the generator";
}

void Pictures::write(const std::string& file, const Image& image, std::int64_t step,
                     const std::string& caption) const {
  write_png(directory_ / file, image,
            {{"Title", run_ + ", step " + std::to_string(step)},
             {"run", run_},
             {"step", std::to_string(step)},
             {"caption", caption},
             {"config", options_.config}});
  if (options_.drawn) options_.drawn(directory_ / file, step, caption);
}

void Pictures::draw(std::int64_t step) {
  const auto begun = std::chrono::steady_clock::now();
  const at::NoGradGuard no_gradients;
  drawn_ = step;
  if (model_.height > 0 && model_.width > 0) {
    draw_samples(step);
    if (model_.encode && model_.decode && options_.held_out.defined()) {
      draw_reconstructions(step);
      draw_traversal(step);
    }
    if (model_.latent == 2 && model_.decode) draw_manifold(step);
  } else if (model_.data_dim == 2) {
    draw_plane(step);
  }
  seconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

void Pictures::draw_samples(std::int64_t step) const {
  if (!model_.prior || !model_.decode || options_.count <= 0) return;
  GridLayout layout;
  layout.columns = square_columns(options_.count);
  const Image image =
      grid(sample(options_.count), model_.height, model_.width, model_.symmetric, layout);
  const std::string caption =
      "Images: " + sample_caption() + ", the same noise in every picture of the run.";
  write(numbered(step), image, step, caption);
  write("latest.png", image, step, caption);
}

void Pictures::draw_reconstructions(std::int64_t step) const {
  const std::int64_t columns = std::min(kReconstructionColumns, options_.held_out.size(0));
  if (columns == 0) return;
  const std::int64_t n = std::min(kReconstructions, options_.held_out.size(0)) / columns * columns;
  const Tensor data = options_.held_out.slice(0, 0, n);
  const Tensor mean = model_.encode(data).slice(1, 0, model_.latent);
  GridLayout layout;
  layout.columns = columns;
  write("reconstructions.png",
        grid(in_pairs(data, model_.decode(mean), columns), model_.height, model_.width,
             model_.symmetric, layout),
        step, "Rows in pairs: held-out data, below each its reconstruction E[x|z = mu(x)].");
}

void Pictures::draw_traversal(std::int64_t step) const {
  if (options_.held_out.size(0) == 0) return;
  const Tensor codes = model_.encode(options_.held_out);
  const Tensor kl = kl_per_dimension(codes);
  const std::vector<std::int64_t> order = by_falling_kl(kl, kTraversalRows);
  const Tensor code = codes.slice(1, 0, model_.latent).select(0, 0);
  GridLayout layout;
  layout.columns = kTraversalSteps;
  std::string caption =
      "Each row moves one latent dimension from -3 to 3 around the mean code of "
      "the first held-out image. From the top:";
  for (const std::int64_t dimension : order) {
    caption += " z" + std::to_string(dimension) + " (KL " +
               significant(kl.data_ptr<double>()[dimension], 3) + " nats)";
  }
  write("traversal.png",
        grid(model_.decode(traversal_codes(code, order, kTraversalSteps, kTraversalExtent)),
             model_.height, model_.width, model_.symmetric, layout),
        step, caption);
}

void Pictures::draw_manifold(std::int64_t step) const {
  GridLayout layout;
  layout.columns = kManifoldSize;
  layout.scale = 1;
  layout.gap = 0;
  write("manifold.png",
        grid(model_.decode(manifold_codes(kManifoldSize)), model_.height, model_.width,
             model_.symmetric, layout),
        step,
        "E[x|z] at the normal quantiles of an even grid: the first coordinate of z grows to the "
        "right, the second upwards.");
}

void Pictures::draw_plane(std::int64_t step) const {
  if (!model_.prior || !model_.decode) return;
  const Tensor samples = sample(options_.count * kPointsPerSample);
  const Window window = window_of(options_.held_out.defined() ? options_.held_out : samples);
  Tensor density;
  if (options_.log_density) density = options_.log_density(raster(window, kDensitySize));
  Image image = density_image(density, kDensitySize);
  std::string caption = options_.log_density ? "Blue: exact density of the data." : "";
  if (options_.held_out.defined() && !options_.log_density) {
    const std::int64_t n = std::min(kDataPoints, options_.held_out.size(0));
    paint_points(image, options_.held_out.slice(0, 0, n), window, 170, 195, 225);
    caption = "Light blue: held-out data.";
  }
  if (model_.score) {
    const Tensor points = raster(window, kArrows);
    paint_arrows(image, points, slope(model_.score, points, window.radius), window,
                 static_cast<double>(kDensitySize / kArrows));
    caption += " Arrows: gradient of the discriminator's output, where it pushes samples.";
  }
  paint_points(image, samples, window, 205, 60, 30);
  caption += " Red: " + sample_caption() + ".";
  write(numbered(step), image, step, caption);
  write("latest.png", image, step, caption);
}

}  // namespace elbow
