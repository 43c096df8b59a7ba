#include "training/baselines.h"

#include <ATen/ops/linalg_eigh.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include "math/numeric.h"
#include "math/torch_compat.h"

namespace elbow {
namespace {

constexpr std::int64_t kChunk = 8192;  // rows in memory as floats

/// Calls `use` with the rows of a split, chunk by chunk, as training sees them on average.
void for_each_chunk(const Session& session, const Split& split,
                    const std::function<void(const Tensor& x)>& use) {
  PixelTransform transform = session.transform();
  if (transform.binarize == Binarize::dynamic) transform.binarize = Binarize::none;
  for (std::int64_t begin = 0; begin < split.count; begin += kChunk) {
    std::vector<std::int64_t> rows(static_cast<std::size_t>(std::min(kChunk, split.count - begin)));
    std::iota(rows.begin(), rows.end(), begin);
    use(gather(split, session.data().dim, rows, transform, 0, 0).x);
  }
}

Tensor mean_of(const Session& session, const Split& split) {
  Tensor sum = at::zeros({session.data().dim}, at::kDouble);
  for_each_chunk(session, split, [&](const Tensor& x) { sum += x.sum(0, false, at::kDouble); });
  return sum / static_cast<double>(split.count);
}

/// Mean over rows of (x - centre)(x - centre)^T.
Tensor second_moment(const Session& session, const Split& split, const Tensor& centre) {
  const std::int64_t d = session.data().dim;
  Tensor sum = at::zeros({d, d}, at::kDouble);
  const Tensor narrow = centre.to(at::kFloat);
  for_each_chunk(session, split, [&](const Tensor& x) {
    const Tensor centred = x - narrow;
    sum += centred.t().matmul(centred);
  });
  return sum / static_cast<double>(split.count);
}

}  // namespace

double independent_pixels(const Tensor& train, std::int64_t n, const Tensor& image) {
  const double count = static_cast<double>(n);
  const Tensor m = (train.to(at::kDouble) * count + 1.0) / (count + 2.0);
  const Tensor x = image.to(at::kDouble);
  return (x * m.log() + (1.0 - x) * (1.0 - m).log()).sum().item<double>();
}

double principal_components(const SecondMoments& train, std::int64_t q, const Tensor& test) {
  const std::int64_t d = train.mean.size(0);
  if (q >= d) return std::numeric_limits<double>::quiet_NaN();
  double inside = 0.0, outside = test.trace().item<double>();
  double variance = train.covariance.trace().item<double>();
  if (q > 0) {
    const auto [values, vectors] = at::linalg_eigh(train.covariance);  // ascending
    const Tensor kept = values.narrow(0, d - q, q), u = vectors.narrow(1, d - q, q);
    const Tensor along = (u * test.matmul(u)).sum(0);
    inside = (kept.log() + along / kept).sum().item<double>();
    outside -= along.sum().item<double>();
    variance -= kept.sum().item<double>();
  }
  variance /= static_cast<double>(d - q);
  return -0.5 * (static_cast<double>(d) * kLn2Pi + inside +
                 static_cast<double>(d - q) * std::log(variance) + outside / variance);
}

std::vector<Baseline> data_baselines(const Session& session) {
  const Split &train = session.data().train, &test = session.data().test;
  if (session.likelihood() == nullptr || train.count == 0 || test.count == 0) return {};
  const NoGrad no_grad;
  std::vector<Baseline> found;
  if (session.config().text("likelihood.name") == "bernoulli") {
    found.push_back({"independent_pixels", independent_pixels(mean_of(session, train), train.count,
                                                              mean_of(session, test))});
  } else if (session.config().text("likelihood.name") == "gaussian") {
    SecondMoments moments{mean_of(session, train), {}};
    moments.covariance = second_moment(session, train, moments.mean);
    const Tensor second = second_moment(session, test, moments.mean);
    found.push_back({"mean_image", principal_components(moments, 0, second)});
    found.push_back(
        {"principal_components", principal_components(moments, session.latent(), second)});
  }
  found.erase(std::remove_if(found.begin(), found.end(),
                             [](const Baseline& b) { return !std::isfinite(b.nats); }),
              found.end());
  return found;
}

}  // namespace elbow
