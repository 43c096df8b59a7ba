// Images drawn from a trained decoder, whose code is an exact posterior sample: the chain
// elbo <= annealed lower bound <= ln p <= annealed upper bound <= eubo.
#include "math/tensor.h"

#include <ATen/ops/empty.h>

#include <cmath>
#include <numeric>

#include "math/estimators/importance.h"
#include "math/numeric.h"
#include "math/threefry.h"
#include "math/torch_compat.h"
#include "problems/checks.h"
#include "problems/plane_vae.h"

namespace elbow::problems::simulated_data {
namespace {

struct Simulated {
  Tensor z, x;  // [n, 2], [n, D]
};

/// z ~ N(0, I), then each pixel on with its probability.
Simulated simulate(Session& session, std::int64_t n, std::uint64_t seed) {
  CounterStream random(seed, 81);
  Simulated s;
  s.z = at::empty({n, session.latent()}, at::kFloat);
  float* z = s.z.data_ptr<float>();
  for (std::int64_t i = 0; i < s.z.numel(); ++i) z[i] = static_cast<float>(random.normal());
  const Tensor mean = session.decode(s.z).contiguous();
  s.x = at::empty(mean.sizes(), at::kFloat);
  const float* p = mean.data_ptr<float>();
  float* x = s.x.data_ptr<float>();
  for (std::int64_t i = 0; i < mean.numel(); ++i)
    x[i] = random.uniform(0.0, 1.0) < static_cast<double>(p[i]) ? 1.0f : 0.0f;
  return s;
}

/// Mean of a - b over images, with its standard error, as a bound a <= b in expectation.
void check_order(const Checks& checks, const std::string& id, const std::string& statement,
                 const std::vector<double>& a, const std::vector<double>& b) {
  const auto n = static_cast<double>(a.size());
  double mean_a = 0.0, mean_b = 0.0, squares = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    mean_a += a[i] / n;
    mean_b += b[i] / n;
  }
  for (std::size_t i = 0; i < a.size(); ++i) squares += std::pow(a[i] - b[i] - mean_a + mean_b, 2);
  checks.bound(id, statement, mean_a, mean_b, 1e-6, std::sqrt(squares / (n * (n - 1.0))));
}

void run(const ProblemContext& context, const Emit& emit) {
  const Checks checks(emit);
  context.progress("training");
  TrainedModel model = train_plane_vae(context.full, context.data_directory);
  Session& session = *model.session;
  const std::int64_t count = context.full ? 100 : 12;
  const Simulated s = simulate(session, count, context.seed);
  context.progress("annealing in both directions");
  const AnnealedBounds bounds =
      annealed_bounds(session, s.x, s.z, 16, context.full ? 300 : 60, context.seed);
  context.progress("ln p(x) by quadrature");
  std::vector<double> elbo, log_p, eubo;
  const NoGrad no_grad;
  const Tensor z = s.z.to(at::kDouble);
  const Tensor log_w = log_likelihood(session, s.z, s.x).to(at::kDouble) - 0.5 * z.square().sum(1) -
                       0.5 * static_cast<double>(session.latent()) * kLn2Pi -
                       log_posterior(session, s.z, s.x);
  for (std::int64_t i = 0; i < count; ++i) {
    log_p.push_back(log_evidence(session, s.x[i], 4));
    elbo.push_back(
        mean_log_weight(sampled_term(session, s.x[i], 200, "log_w", context.seed + 3)).value);
    eubo.push_back(log_w[i].item<double>());
  }
  check_order(checks, "V45/elbo", "elbo ≤ annealed lower bound", elbo, bounds.lower);
  check_order(checks, "V45/lower", "annealed lower bound ≤ ln p(x)", bounds.lower, log_p);
  check_order(checks, "V45/upper", "ln p(x) ≤ annealed upper bound", log_p, bounds.upper);
  check_order(checks, "V31/eubo", "annealed upper bound ≤ eubo", bounds.upper, eubo);
  check_order(checks, "V31", "ln p(x) ≤ eubo at the code that made x", log_p, eubo);
  check_order(checks, "V45/gap", "annealed lower bound ≤ annealed upper bound", bounds.lower,
              bounds.upper);
}

}  // namespace

Problem entry() {
  return {.name = "simulated_data",
          .summary = "images from a trained decoder: bounds on ln p(x) from both sides",
          .truth = "an exact posterior sample of each image; quadrature over the plane of z",
          .reference = "Grosse, Ghahramani & Adams 2015",
          .run = run};
}

}  // namespace elbow::problems::simulated_data
