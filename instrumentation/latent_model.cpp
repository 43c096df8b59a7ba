#include "instrumentation/latent_model.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "core/error.h"
#include "math/host.h"
#include "math/torch_compat.h"

namespace elbow {
namespace {

constexpr std::int64_t kPiece = 2000;  // images encoded at a time

}  // namespace

EncodedImages EncodedImages::part(std::int64_t begin, std::int64_t end) const {
  const auto rows = [&](const Points& p) {
    return Points(std::vector<double>(p.row(begin), p.row(begin) + (end - begin) * p.dim()),
                  p.dim());
  };
  return {x.slice(0, begin, end), rows(mean), rows(log_var)};
}

EncodedImages encode_images(const LatentModel& model, const Tensor& x) {
  const NoGrad no_grad;
  EncodedImages images{x, Points(x.size(0), model.latent), Points(x.size(0), model.latent)};
  for (std::int64_t begin = 0; begin < x.size(0); begin += kPiece) {
    const std::int64_t end = std::min(begin + kPiece, x.size(0));
    const Points codes = to_points(model.encode(x.slice(0, begin, end)));
    for (std::int64_t i = 0; i < codes.size(); ++i) {
      std::copy_n(codes.row(i), model.latent, images.mean.row(begin + i));
      std::copy_n(codes.row(i) + model.latent, model.latent, images.log_var.row(begin + i));
    }
  }
  const std::string what = "The encoder's output";
  require_points(images.mean, 1, what);
  require_points(images.log_var, 1, what);
  return images;
}

Tensor to_float(const PointsView& z) {
  Tensor t = at::empty({z.size(), z.dim()}, at::kFloat);
  const auto all = z.all();
  std::transform(all.begin(), all.end(), t.data_ptr<float>(),
                 [](double v) { return static_cast<float>(v); });
  return t;
}

Points to_points(const Tensor& t) { return Points(to_doubles(t), t.size(1)); }

Tensor repeat_rows(const Tensor& x, std::int64_t times) {
  return x.unsqueeze(1).expand({x.size(0), times, x.size(1)}).reshape({-1, x.size(1)}).contiguous();
}

void log_likelihood(const LatentModel& model, const PointsView& z, const Tensor& x,
                    std::span<double> value, Points* gradient) {
  const GradModeGuard mode(gradient != nullptr);
  const Tensor codes = to_float(z).requires_grad_(gradient != nullptr);
  const Tensor log_px = model.log_likelihood(codes, x);
  if (gradient != nullptr) *gradient = to_points(gradients(log_px.sum(), {codes}).front());
  const std::vector<double> values = to_doubles(log_px);
  std::copy_n(values.begin(), value.size(), value.begin());
}

double log_prior_over_posterior(const double* z, const EncodedImages& images, std::int64_t i) {
  double sum = 0.0;
  for (std::int64_t l = 0; l < images.latent(); ++l) {
    const double log_var = images.log_var.row(i)[l], e = z[l] - images.mean.row(i)[l];
    sum += 0.5 * (log_var + e * e * std::exp(-log_var) - z[l] * z[l]);
  }
  return sum;
}

}  // namespace elbow
