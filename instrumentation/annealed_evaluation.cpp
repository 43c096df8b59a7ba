#include "instrumentation/annealed_evaluation.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "instrumentation/text.h"
#include "math/estimators/annealed_importance.h"
#include "math/estimators/importance.h"
#include "math/numeric.h"
#include "math/statistics/mean_estimate.h"
#include "math/torch_compat.h"

namespace elbow {
namespace {

constexpr std::int64_t kRows = 512;        // chains that move together
constexpr std::int64_t kPilotChains = 4;   // per image
constexpr std::int64_t kSpread = 1 << 20;  // streams of one batch of images

enum Use : std::uint64_t { kPilotStart, kPilot, kForwardStart, kForward, kReverse, kUses };

/// One seed per use and batch of images, so that no two share numbers.
std::uint64_t seed_of(std::uint64_t seed, Use use, std::int64_t first_image) {
  return seed * 1000003u + (static_cast<std::uint64_t>(first_image) * kUses + use);
}

Points standard_normal(std::uint64_t seed, std::int64_t n, std::int64_t d) {
  Points u(n, d);
  for (std::int64_t c = 0; c < n; ++c) {
    CounterStream stream(seed, static_cast<std::uint64_t>(kSpread + c));
    for (std::int64_t l = 0; l < d; ++l) u.row(c)[l] = stream.normal();
  }
  return u;
}

std::int64_t batch_size(const AnnealingSettings& settings) {
  return std::max<std::int64_t>(1, kRows / settings.chains);
}

/// Reports once a temperature.
Transition watched(Transition inner, const Work& work, const std::string& what, double begin,
                   double length, std::int64_t steps) {
  return [=, done = std::int64_t{0}](std::int64_t t, double b, AnnealedChains& chains) mutable {
    work.at(what, begin + length * static_cast<double>(done++) / static_cast<double>(steps));
    inner(t, b, chains);
  };
}

StepTable tune(const LatentModel& model, const EncodedImages& images,
               const AnnealingSettings& settings, std::int64_t first, const Work& work) {
  const std::int64_t chains = std::min(settings.chains, kPilotChains);
  const Path path = encoder_path(model, images, chains);
  const Path stoppable = [&](const PointsView& z, PathValues& out) {
    if (work.stopped && work.stopped()) throw Stopped();
    path(z, out);
  };
  return tune_steps(stoppable,
                    standard_normal(seed_of(settings.seed, kPilotStart, first),
                                    images.size() * chains, images.latent()),
                    linear_schedule(settings.steps), images.size(), settings.hmc,
                    seed_of(settings.seed, kPilot, first));
}

struct Bounds {
  std::vector<double> elbo, lower, upper, eubo, gap, ess;
  double accepted = 0.0;
  std::int64_t runs = 0;
  double acceptance() const { return accepted / static_cast<double>(runs); }
};

std::span<const double> of_image(const std::vector<double>& all, std::int64_t i,
                                 std::int64_t chains) {
  return std::span(all).subspan(static_cast<std::size_t>(i * chains),
                                static_cast<std::size_t>(chains));
}

void forward(const LatentModel& model, const EncodedImages& images, const StepTable& table,
             const AnnealingSettings& settings, std::int64_t first, const Work& work, double begin,
             double length, Bounds& bounds) {
  const std::int64_t chains = settings.chains;
  HmcTransition hmc(encoder_path(model, images, chains), settings.hmc,
                    seed_of(settings.seed, kForward, first));
  AnnealedChains state = hmc.start(standard_normal(seed_of(settings.seed, kForwardStart, first),
                                                   images.size() * chains, images.latent()));
  const std::vector<double> start = state.g;
  const auto log_w =
      anneal_forward(linear_schedule(settings.steps), state,
                     watched(hmc.with(table), work, "annealing", begin, length, settings.steps));
  for (std::int64_t i = 0; i < images.size(); ++i) {
    bounds.elbo.push_back(mean(of_image(start, i, chains)));
    bounds.lower.push_back(annealed_lower_bound(of_image(log_w, i, chains)).value);
    bounds.ess.push_back(effective_sample_size(of_image(log_w, i, chains)));
  }
  bounds.accepted += hmc.acceptance();
  ++bounds.runs;
}

/// The C reverse chains of an image start from its one exact posterior sample.
void reverse(const LatentModel& model, const EncodedImages& images, const Points& z,
             const StepTable& table, const AnnealingSettings& settings, std::int64_t first,
             const Work& work, double begin, double length, Bounds& bounds) {
  const std::int64_t chains = settings.chains, d = images.latent();
  Points u(images.size() * chains, d);
  for (std::int64_t c = 0; c < u.size(); ++c) {
    const std::int64_t i = c / chains;
    for (std::int64_t l = 0; l < d; ++l) {
      u.row(c)[l] =
          (z.row(i)[l] - images.mean.row(i)[l]) * std::exp(-0.5 * images.log_var.row(i)[l]);
    }
  }
  HmcTransition hmc(encoder_path(model, images, chains), settings.hmc,
                    seed_of(settings.seed, kReverse, first));
  AnnealedChains state = hmc.start(std::move(u));
  const std::vector<double> start = state.g;
  const auto log_w = anneal_reverse(
      linear_schedule(settings.steps), state,
      watched(hmc.with(table), work, "reverse annealing", begin, length, settings.steps));
  for (std::int64_t i = 0; i < images.size(); ++i) {
    bounds.eubo.push_back(start[static_cast<std::size_t>(i * chains)]);
    bounds.upper.push_back(annealed_upper_bound(of_image(log_w, i, chains)).value);
  }
}

std::string how(const AnnealingSettings& settings, const Bounds& bounds) {
  const auto n = static_cast<std::int64_t>(bounds.lower.size());
  return with_commas(settings.steps) + " temperatures, " + std::to_string(settings.chains) +
         " chains, acceptance " + significant(bounds.acceptance(), 2) + "; mean over " +
         with_commas(n) + " images";
}

Measurement row(const std::string& quantity, const std::string& estimator,
                const std::vector<double>& values, Bias bias, const std::string& note,
                const std::string& meaning) {
  Measurement m{quantity, estimator, mean_estimate(values), meaning};
  m.estimate.bias = bias;
  m.estimate.note = note;
  return m;
}

}  // namespace

Path encoder_path(const LatentModel& model, const EncodedImages& images, std::int64_t chains) {
  const std::int64_t d = images.latent();
  const Tensor x = repeat_rows(images.x, chains);
  Points scale(images.size(), d);
  for (std::int64_t i = 0; i < images.size(); ++i) {
    for (std::int64_t l = 0; l < d; ++l) scale.row(i)[l] = std::exp(0.5 * images.log_var.row(i)[l]);
  }
  return [&model, images, x, scale, chains, d](const PointsView& u, PathValues& out) {
    Points z(u.size(), d);
    for (std::int64_t c = 0; c < u.size(); ++c) {
      const std::int64_t i = c / chains;
      for (std::int64_t l = 0; l < d; ++l) {
        z.row(c)[l] = images.mean.row(i)[l] + scale.row(i)[l] * u.at(c, l);
      }
    }
    out.base.assign(static_cast<std::size_t>(u.size()), 0.0);
    out.g.assign(out.base.size(), 0.0);
    out.base_gradient = Points(u.size(), d);
    log_likelihood(model, z, x, out.g, &out.g_gradient);
    for (std::int64_t c = 0; c < u.size(); ++c) {
      const std::int64_t i = c / chains;
      const auto at = static_cast<std::size_t>(c);
      for (std::int64_t l = 0; l < d; ++l) {
        const double v = u.at(c, l), code = z.row(c)[l], s = scale.row(i)[l];
        out.base[at] -= 0.5 * (kLn2Pi + v * v);
        out.base_gradient.row(c)[l] = -v;
        out.g[at] += 0.5 * (v * v - code * code) + std::log(s);
        double& slope = out.g_gradient.row(c)[l];
        slope = s * (slope - code) + v;
      }
    }
  };
}

std::vector<Measurement> evaluate_annealing(const LatentModel& model, const EncodedImages& images,
                                            const AnnealingSettings& settings, const Work& work) {
  Bounds bounds;
  const std::int64_t n = images.size(), batch = batch_size(settings);
  for (std::int64_t first = 0; first < n; first += batch) {
    const std::int64_t last = std::min(first + batch, n);
    const EncodedImages part = images.part(first, last);
    const double begin = static_cast<double>(first) / static_cast<double>(n);
    work.at("annealing: pilot", begin);
    const StepTable table = tune(model, part, settings, first, work);
    forward(model, part, table, settings, first, work, begin,
            static_cast<double>(last - first) / static_cast<double>(n), bounds);
  }
  const std::string note =
      how(settings, bounds) + ", effective chains " + significant(mean(bounds.ess), 3);
  std::vector<double> gain = bounds.lower;
  for (std::size_t i = 0; i < gain.size(); ++i) gain[i] -= bounds.elbo[i];
  return {row("ais", "ais", bounds.lower, Bias::lower, note,
              "ln p of the images; tighter than importance sampling where k̂ is large"),
          row("ais/above_elbo", "ais", gain, Bias::lower, note,
              "how far annealing lifts the ELBO of the same images")};
}

std::vector<Measurement> evaluate_bidirectional(const LatentModel& model, std::int64_t count,
                                                const AnnealingSettings& settings,
                                                const Work& work) {
  if (!model.simulate) {
    throw Error(
        "The gap of bidirectional annealing needs simulated images, and this likelihood "
        "cannot be sampled.",
        ExitCode::usage);
  }
  at::Generator generator = make_generator(settings.seed);
  Points z = standard_normal(settings.seed + 17, count, model.latent);
  const Tensor codes = to_float(z);
  z = to_points(codes);  // the code that the image was really drawn from
  Tensor x;
  {
    const NoGrad no_grad;
    x = model.simulate(codes, generator);
  }
  const EncodedImages images = encode_images(model, x);
  Bounds bounds;
  const std::int64_t batch = batch_size(settings);
  for (std::int64_t first = 0; first < count; first += batch) {
    const std::int64_t last = std::min(first + batch, count);
    const EncodedImages part = images.part(first, last);
    const Points own(std::vector<double>(z.row(first), z.row(first) + (last - first) * z.dim()),
                     z.dim());
    const double begin = static_cast<double>(first) / static_cast<double>(count);
    const double half = 0.5 * static_cast<double>(last - first) / static_cast<double>(count);
    work.at("bidirectional annealing: pilot", begin);
    const StepTable table = tune(model, part, settings, first, work);
    forward(model, part, table, settings, first, work, begin, half, bounds);
    reverse(model, part, own, table, settings, first, work, begin + half, half, bounds);
  }
  for (std::size_t i = 0; i < bounds.upper.size(); ++i) {
    bounds.gap.push_back(bounds.upper[i] - bounds.lower[i]);
  }
  const std::string note = "simulated images; " + how(settings, bounds);
  return {row("bdmc/elbo", "mean_log_weight", bounds.elbo, Bias::lower, note,
              "ELBO of images that the model drew itself"),
          row("bdmc/lower", "ais", bounds.lower, Bias::lower, note, "ln p from below"),
          row("bdmc/upper", "bdmc", bounds.upper, Bias::upper, note, "ln p from above"),
          row("bdmc/eubo", "mean_log_weight", bounds.eubo, Bias::upper, note,
              "ln w at the true code: KL(posterior‖q) above ln p"),
          row("bdmc/gap", "bdmc", bounds.gap, Bias::upper, note,
              "upper − lower: how wrong annealing can be on such images")};
}

}  // namespace elbow
