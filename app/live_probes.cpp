#include "app/live_probes.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "app/live_model.h"
#include "data/toys.h"
#include "instrumentation/known_critic.h"
#include "instrumentation/known_evidence.h"
#include "instrumentation/known_samples.h"
#include "instrumentation/latent_probe.h"
#include "instrumentation/sample_distances.h"
#include "math/densities/families.h"
#include "math/matrix.h"
#include "math/torch_compat.h"
#include "problems/critic_outputs.h"

namespace elbow::app {
namespace {

using Part = std::function<void(Values&)>;

constexpr std::int64_t kSamples = 512;

Tensor to_tensor(const std::vector<double>& x) {
  Tensor t = at::zeros({static_cast<std::int64_t>(x.size())}, at::kDouble);
  std::copy(x.begin(), x.end(), t.data_ptr<double>());
  return t;
}

std::vector<double> to_vector(const Tensor& t) {
  const Tensor wide = t.detach().to(at::kDouble).contiguous();
  const double* first = wide.data_ptr<double>();
  return {first, first + wide.numel()};
}

/// No rows for a tensor that is not defined.
Points points_of(const Tensor& t) { return t.defined() ? to_points(t) : Points(); }

/// The objective of the run as `problems` evaluate it: on outputs alone.
problems::Choice choice_of(const Config& config) {
  problems::Choice choice(config.text("objective.name"));
  const std::string prefix = "objective.";
  for (const auto& [key, value] : config.values()) {
    if (key.starts_with(prefix) && key != "objective.name")
      choice.parameters[key.substr(prefix.size())] = value;
  }
  return choice;
}

/// The law of the samples of a linear generator, which maps a Gaussian to a Gaussian.
DensityPtr linear_generator(Session& session) {
  const std::int64_t d = session.latent();
  const auto options = at::TensorOptions().dtype(at::kFloat);
  const Tensor codes = at::cat({at::zeros({1, d}, options), at::eye(d, options)}, 0);
  return affine_image(to_points(session.decode(codes)));
}

KnownCritic live_critic(Session& session, DensityPtr data) {
  const problems::Choice choice = choice_of(session.config());
  KnownCritic critic;
  critic.data = std::move(data);
  critic.output = [&session](const PointsView& x) { return to_vector(session.score(to_float(x))); };
  critic.parts = [choice](const std::vector<double>& l) {
    const NoGrad no_grad;
    const problems::OutputLosses losses = problems::losses_at(choice, to_tensor(l));
    return CriticParts{to_vector(losses.real), to_vector(losses.fake)};
  };
  if (session.config().text("model.generator") == "linear")
    critic.generator = [&session] { return linear_generator(session); };
  const auto free = problems::unconstrained_objectives();
  if (std::find(free.begin(), free.end(), choice.name) != free.end()) {
    critic.optimal = [choice](const std::vector<double>& p, const std::vector<double>& q) {
      return to_vector(problems::optimal_output(choice, to_tensor(p), to_tensor(q)));
    };
  }
  return critic;
}

Part latent_part(Session& session, const LatentProbeSize& size, const Tensor& held_out) {
  const LatentProbeOptions options{.size = size,
                                   .dataset_size = session.data().train.count,
                                   .seed = session.generators().seed("probe")};
  return [model = live_latent_model(session), options, held_out](Values& values) {
    probe_latent(model, held_out, options, values);
  };
}

Part evidence_part(Session& session, const DensityPtr& data, const Tensor& held_out) {
  EvidenceProbeOptions options{.seed = session.generators().seed("probe"), .log_density = {}};
  options.log_density = [data](const PointsView& x) {
    std::vector<double> values;
    for (std::int64_t i = 0; i < x.size(); ++i)
      values.push_back(data->log_density({x.row(i), static_cast<std::size_t>(x.dim())}));
    return values;
  };
  return [model = live_latent_model(session), options, held_out](Values& values) {
    probe_evidence(model, held_out, options, values);
  };
}

/// Points that are sampled with the same noise every time.
Points samples_of(Session& session, std::int64_t n, const std::string& generator) {
  at::Generator noise = make_generator(session.generators().seed(generator));
  return points_of(draw_samples(session, n, noise));
}

Part together(std::vector<Part> parts) {
  if (parts.empty()) return {};
  return [parts = std::move(parts)](Values& values) {
    for (const Part& part : parts) part(values);
  };
}

}  // namespace

DensityPtr known_density(const Session& session) {
  const auto mixture = toy_mixture(session.data().name);
  if (!mixture) return nullptr;
  const double variance = mixture->sd * mixture->sd;
  std::vector<std::pair<double, DensityPtr>> components;
  for (const Point& center : mixture->centers) {
    components.emplace_back(
        1.0 / static_cast<double>(mixture->centers.size()),
        make_normal({center[0], center[1]}, Matrix(2, {variance, 0.0, 0.0, variance})));
  }
  return make_mixture(std::move(components));
}

Tensor draw_samples(Session& session, std::int64_t n, at::Generator& generator) {
  const Tensor z = session.prior(n, generator);
  if (!session.has_network("decoder")) return session.decode(z);
  const NoGrad no_grad;
  const EmaScope averaged(session.ema());
  return session.likelihood()->sample(session.networks().at("decoder").forward(z, Mode::eval),
                                      generator);
}

std::function<void(Values&)> step_probes(Session& session, const Tensor& held_out) {
  std::vector<Part> parts;
  if (session.has_network("encoder"))
    parts.push_back(latent_part(session, step_probe_size(), held_out));
  const DensityPtr data = known_density(session);
  if (!data) return together(std::move(parts));
  const auto points = std::make_shared<Points>(points_of(held_out));
  parts.push_back([&session, data, points](Values& values) {
    probe_samples(*data, samples_of(session, kSamples, "probe/samples"), *points, values);
  });
  if (session.has_network("discriminator")) {
    parts.push_back([critic = live_critic(session, data), points](Values& values) {
      probe_critic(critic, *points, values);
    });
  }
  return together(std::move(parts));
}

std::function<void(Values&)> epoch_probes(Session& session, const Tensor& held_out) {
  if (!held_out.defined() || held_out.size(0) < 4) return {};
  std::vector<Part> parts;
  if (session.has_network("encoder"))
    parts.push_back(latent_part(session, epoch_probe_size(), held_out));
  if (const DensityPtr data = known_density(session); data && session.has_network("encoder"))
    parts.push_back(evidence_part(session, data, held_out));
  // Made at the first epoch: a run that never gets there need not pay for the floors.
  const auto distances = std::make_shared<std::unique_ptr<SampleDistances>>();
  parts.push_back([&session, held_out, distances](Values& values) {
    if (!*distances) *distances = std::make_unique<SampleDistances>(to_points(held_out));
    const std::int64_t n = (*distances)->samples();
    (*distances)->add(samples_of(session, n, "probe/epoch_samples"), values);
  });
  return together(std::move(parts));
}

}  // namespace elbow::app
