#include "problems/plane_vae.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/logsumexp.h>
#include <ATen/ops/meshgrid.h>
#include <ATen/ops/stack.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "core/error.h"
#include "math/aggregate_sums.h"
#include "math/numeric.h"
#include "math/torch_compat.h"
#include "problems/configs.h"

namespace elbow::problems {
namespace {

constexpr std::int64_t kChunk = 4000;  // rows that are decoded at once
constexpr double kReach = 6.0;         // the prior leaves 4e-9 outside
constexpr std::int64_t kCells = 160;   // along an axis

/// The likelihood takes a context for what it keeps between steps; here nothing is drawn.
Context idle_context(Session& session, const Batch& batch, at::Generator& noise) {
  return {.networks = session.networks(),
          .batch = batch,
          .latent = noise,
          .batch_size = batch.x.size(0),
          .step = 0,
          .mode = Mode::eval,
          .instruments = true};
}

Tensor plane(const Tensor& axis) {
  const std::vector<Tensor> mesh = at::meshgrid({axis, axis}, "ij");
  return at::stack({mesh[0].flatten(), mesh[1].flatten()}, 1);
}

/// ln p(x, z) at rows z [G, 2] float64.
Tensor log_joint(Session& session, const Tensor& x, const Tensor& z) {
  Tensor result = at::empty({z.size(0)}, at::kDouble);
  for (std::int64_t begin = 0; begin < z.size(0); begin += kChunk) {
    const std::int64_t count = std::min(kChunk, z.size(0) - begin);
    const Tensor part = z.narrow(0, begin, count);
    const Tensor value =
        log_likelihood(session, part.to(at::kFloat), x.unsqueeze(0).expand({count, x.size(0)}))
            .to(at::kDouble);
    result.narrow(0, begin, count).copy_(value - 0.5 * part.square().sum(1) - kLn2Pi);
  }
  return result;
}

/// ln p(x, z) at the nodes of a grid of small cells, and ln p(x) from it.
struct JointOnGrid {
  Tensor z;          ///< [G, 2] float64
  Tensor log_joint;  ///< [G] float64
  double log_area;   ///< of a cell
  double log_p;
};

JointOnGrid joint_on_grid(Session& session, const Tensor& x, std::int64_t pieces) {
  const NoGrad no_grad;
  const double h = 2.0 * kReach / static_cast<double>(kCells);
  const Tensor axis = at::arange(-kReach, kReach + 0.5 * h, h, at::kDouble);
  const Tensor coarse = plane(axis);
  const Tensor values = log_joint(session, x, coarse);
  // A node carries the cell around it; cells far below the peak add nothing.
  const Tensor carries = values > values.max() - 60.0;
  const Tensor nodes = coarse.index({carries});
  const double fine = h / static_cast<double>(pieces);
  const Tensor offsets =
      plane((at::arange(pieces, at::kDouble) - 0.5 * static_cast<double>(pieces - 1)) * fine);
  JointOnGrid grid;
  grid.z = (nodes.unsqueeze(1) + offsets.unsqueeze(0)).reshape({-1, 2});
  grid.log_joint = log_joint(session, x, grid.z);
  grid.log_area = 2.0 * std::log(fine);
  grid.log_p = at::logsumexp(grid.log_joint, {0}).item<double>() + grid.log_area;
  return grid;
}

}  // namespace

TrainedModel train_plane_vae(bool full, const std::string& data_directory) {
  std::optional<std::filesystem::path> directory;
  if (!data_directory.empty()) directory = data_directory;
  std::vector<std::string> overrides;
  if (full && find_mnist(directory))
    overrides = {"data.name=mnist", "data.train_count=0", "data.test_count=0", "run.steps=12000",
                 "model.hidden=[256]"};
  const Config config = problem_config("latent_grid", overrides);
  return train_model(config, load_dataset(dataset_request(config, directory)));
}

Tensor log_likelihood(Session& session, const Tensor& z, const Tensor& x) {
  at::Generator noise = make_generator(1);
  const Batch batch{.x = x, .labels = {}};
  return session.likelihood()->log_prob(session.networks().at("decoder").forward(z, Mode::eval), x,
                                        idle_context(session, batch, noise));
}

double log_evidence(Session& session, const Tensor& x, std::int64_t pieces) {
  return joint_on_grid(session, x, pieces).log_p;
}

Reach reach(Session& session, const Tensor& x, std::int64_t draws) {
  const NoGrad no_grad;
  const JointOnGrid grid = joint_on_grid(session, x, 4);
  const Tensor code = session.encode(x.unsqueeze(0)).to(at::kDouble).contiguous();  // mu, log_var
  const Tensor nodes = grid.z.contiguous();
  const double* c = code.data_ptr<double>();
  const double* z = nodes.data_ptr<double>();
  const double* joint = grid.log_joint.data_ptr<double>();
  const double most = std::log(static_cast<double>(draws));
  Reach found;
  for (std::int64_t i = 0; i < nodes.size(0); ++i) {
    const double log_posterior = joint[i] - grid.log_p;
    const double log_r = log_posterior - normal_log_density(z[2 * i], c[0], c[2]) -
                         normal_log_density(z[2 * i + 1], c[1], c[3]);
    const double mass = std::exp(log_posterior + grid.log_area);
    if (log_r > most) {
      found.unreached += mass;
    } else {
      // E_q r^k is the mean of r^(k - 1) over the posterior.
      found.second += mass * std::exp(log_r);
      found.third += mass * std::exp(2.0 * log_r);
    }
  }
  return found;
}

std::vector<double> sampled_term(Session& session, const Tensor& x, std::int64_t n,
                                 const std::string& term, std::uint64_t seed) {
  return term_at_rows(session, x.unsqueeze(0).expand({n, x.size(0)}).contiguous(), term, seed);
}

}  // namespace elbow::problems
