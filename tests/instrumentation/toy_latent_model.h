// Linear-Gaussian models with exact answers: z ~ N(0, I), x|z ~ N(sum of z, 1), one pixel.
#pragma once

#include <ATen/ops/cat.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/randn.h>

#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

#include "instrumentation/latent_model.h"

namespace elbow::testing {

/// q(z_l|x) = N(slope x, exp(log_var)) for each of d latents.
inline LatentModel toy_model(std::int64_t d, double slope, double log_var) {
  LatentModel model;
  model.latent = d;
  model.data_dim = 1;
  model.encode = [=](const Tensor& x) {
    const Tensor mean = (slope * x).expand({x.size(0), d});
    return at::cat({mean, at::full_like(mean, log_var)}, 1);
  };
  model.log_likelihood = [](const Tensor& z, const Tensor& x) {
    return -0.5 * ((x - z.sum(1, true)).square().sum(1) + std::log(2.0 * std::numbers::pi));
  };
  model.simulate = [](const Tensor& z, at::Generator& generator) {
    const Tensor mean = z.sum(1, true);
    return mean + at::randn(mean.sizes(), generator, mean.options());
  };
  return model;
}

/// ln N(x; 0, 1 + d).
inline double toy_log_p(double x, std::int64_t d) {
  const double variance = 1.0 + static_cast<double>(d);
  return -0.5 * (std::log(2.0 * std::numbers::pi * variance) + x * x / variance);
}

/// [n, 1]
inline Tensor toy_images(const std::vector<double>& x) {
  return to_float(PointsView(x.data(), static_cast<std::int64_t>(x.size()), 1)).clone();
}

inline double mean_toy_log_p(const std::vector<double>& x, std::int64_t d) {
  double sum = 0.0;
  for (const double v : x) sum += toy_log_p(v, d) / static_cast<double>(x.size());
  return sum;
}

}  // namespace elbow::testing
