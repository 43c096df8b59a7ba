// Pictures of what a model makes, over time: samples/*.png of a run directory.
#pragma once

#include "math/tensor.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/record.h"
#include "instrumentation/image.h"
#include "instrumentation/model_view.h"

namespace elbow {

struct PictureOptions {
  std::int64_t every = 500;  ///< steps; 0: no pictures
  std::int64_t count = 64;   ///< samples in a grid (2-D data: thirty times as many points)
  std::uint64_t seed = 1;    ///< of the fixed noise
  Tensor held_out;           ///< [n, D] in the model's range, never trained on; undefined: none
  std::string config;        ///< stands in the text chunk "config"
  /// Exact ln p(x) of 2-D data, [n, 2] -> [n]; undefined where there is none.
  std::function<Tensor(const Tensor&)> log_density;
  /// Hears of every file after it is written: path, step, caption. May be empty.
  std::function<void(const std::filesystem::path&, std::int64_t, const std::string&)> drawn = {};
};

/// Draws before the first step, at the first training record at or after each multiple of `every`,
/// and at the end:
///   step_000500.png, latest.png  samples from one fixed noise, the same in every picture
///   reconstructions.png          held-out data in odd rows, E[x|z = mu(x)] below each
///   traversal.png                one row per dimension of z, those with the largest KL first, from
///                                -3 to 3 around the mean code of the first held-out image
///   manifold.png                 latent = 2: E[x|z] at the normal quantiles of an even grid
/// For 2-D data the samples are points over the density and the held-out data, with the gradient
/// field of a discriminator; the other pictures are left out. Each holds step, run, caption and
/// config as text. Uses its own generator only, so that pictures never change a training.
class Pictures : public Observer {
 public:
  Pictures(ModelView model, PictureOptions options);
  std::string name() const override { return "pictures"; }
  void start(const RunInfo& info) override;
  void step(StepRecord& record) override;
  bool prompt(const StepRecord& record) const override;
  void finish(const RunSummary& summary) override;
  std::string save() override;
  void restore(const std::string& state) override;

  /// Draws everything now.
  void draw(std::int64_t step);
  /// Where the pictures are; empty before start().
  const std::filesystem::path& directory() const { return directory_; }
  double seconds() const { return seconds_; }  ///< time spent drawing

 private:
  void write(const std::string& file, const Image& image, std::int64_t step,
             const std::string& caption) const;
  Tensor sample(std::int64_t n) const;
  std::string sample_caption() const;
  void draw_samples(std::int64_t step) const;
  void draw_reconstructions(std::int64_t step) const;
  void draw_traversal(std::int64_t step) const;
  void draw_manifold(std::int64_t step) const;
  void draw_plane(std::int64_t step) const;

  ModelView model_;
  PictureOptions options_;
  std::filesystem::path directory_;
  std::string run_;
  std::int64_t next_ = 0, drawn_ = -1;
  double seconds_ = 0.0;
};

}  // namespace elbow
