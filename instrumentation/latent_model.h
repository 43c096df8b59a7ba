// A trained VAE as evaluation sees it, and images with their posteriors in float64.
#pragma once

#include "math/tensor.h"

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "math/aggregate_sums.h"
#include "math/points.h"

namespace elbow {

/// Functions on the model in mode eval with frozen weights; made by the composition root. The
/// prior is N(0, I).
struct LatentModel {
  std::int64_t latent = 0, data_dim = 0;
  std::function<Tensor(const Tensor& x)> encode;  ///< [n, D] -> [n, 2d]: mu, log_var
  /// ln p(x|z), nats: [n, d], [n, D] -> [n], with a graph in z where z asks for one.
  std::function<Tensor(const Tensor& z, const Tensor& x)> log_likelihood;
  /// x ~ p(x|z): [n, d] -> [n, D]. Empty where the likelihood cannot be sampled.
  std::function<Tensor(const Tensor& z, at::Generator&)> simulate;
};

/// Images and q(z|x) = N(mean, diag exp(log_var)) of each. [n, D], [n, d], [n, d]
struct EncodedImages {
  Tensor x;
  Points mean, log_var;
  std::int64_t size() const { return mean.size(); }
  std::int64_t latent() const { return mean.dim(); }
  DiagonalPosteriors posteriors() const { return {mean, log_var}; }
  /// The images begin, ..., end - 1.
  EncodedImages part(std::int64_t begin, std::int64_t end) const;
};

/// Encodes in pieces. Throws Error where a posterior is not finite.
EncodedImages encode_images(const LatentModel& model, const Tensor& x);

/// Rows of z in float32, and back.
Tensor to_float(const PointsView& z);
Points to_points(const Tensor& t);

/// Row i of x `times` times, one after the other: [n times, D].
Tensor repeat_rows(const Tensor& x, std::int64_t times);

/// ln p(x_r|z_r) of each row, and its gradient in z where `gradient` is given. z is rounded to
/// float32 on the way.
void log_likelihood(const LatentModel& model, const PointsView& z, const Tensor& x,
                    std::span<double> value, Points* gradient = nullptr);

/// ln p(z) - ln q(z|x) for a code of image i.
double log_prior_over_posterior(const double* z, const EncodedImages& images, std::int64_t i);

}  // namespace elbow
