// Gaussian pixels with one shared standard deviation: fixed, learned, or the optimal one.
#include <ATen/ops/full.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/softplus.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "math/fused.h"
#include "math/torch_compat.h"
#include "objectives/identities.h"
#include "objectives/registry.h"

namespace elbow::components::likelihoods_gaussian {
namespace {

constexpr double kLog2Pi = 1.8378770664093454836;
constexpr double kMinimumLogSigma = -6.0;
constexpr double kAverage = 0.01;  // weight of a batch in the running mean, once it has forgotten
constexpr char kReference[] = "Rybkin et al. 2021, sections 3 and 4";

/// -6 + softplus(l + 6): close to l above -6, never below it.
Tensor soft_clip(const Tensor& log_sigma) {
  return kMinimumLogSigma + at::softplus(log_sigma - kMinimumLogSigma);
}

/// Argument of soft_clip for the result ln(sigma).
double inverse_soft_clip(double sigma) {
  const double above = std::log(sigma) - kMinimumLogSigma;
  if (!(above > 0)) throw Error("gaussian: value must be above exp(-6).", ExitCode::usage);
  return kMinimumLogSigma + above + std::log(-std::expm1(-above));
}

/// The state of the standard deviation; no map.
class Deviation : public Network {
 public:
  Deviation(bool learned, double sigma) {
    parameters_.reserve(1);
    buffers_.reserve(2);
    if (learned) {
      add_parameter("log_sigma", at::full({}, inverse_soft_clip(sigma), at::kFloat));
    } else {
      add_buffer("variance", at::full({}, sigma * sigma, at::kDouble));
      add_buffer("batches", at::full({}, 0.0, at::kDouble));
    }
  }
  Tensor forward(const Tensor& input, Mode) override { return input; }
  std::string describe() const override {
    return parameters_.empty() ? "running variance" : "log_sigma";
  }
};

Tensor squared_error(const Tensor& output, const Tensor& x) { return (x - output).square().sum(1); }

class Gaussian : public Likelihood {
 public:
  Gaussian(const Parameters& parameters, std::int64_t data_dim)
      : mode_(parameters.text("sigma")),
        log_sigma_(at::full({}, std::log(parameters.number("value")), at::kDouble)),
        data_dim_(data_dim) {
    if (mode_ != "fixed" && mode_ != "learned" && mode_ != "optimal")
      throw Error("gaussian: sigma is 'fixed', 'learned' or 'optimal', not '" + mode_ + "'.",
                  ExitCode::usage);
    if (mode_ != "fixed")
      network_ = std::make_shared<Deviation>(mode_ == "learned", parameters.number("value"));
  }

  Tensor log_prob(const Tensor& output, const Tensor& x, const Context& context) override {
    if (mode_ == "learned") log_sigma_ = soft_clip(network_->parameters()[0].tensor);
    if (mode_ == "optimal") log_sigma_ = optimal(output, x, context.mode);
    return gaussian_log_prob(x, output, log_sigma_.to(x.options()));
  }

  Tensor mean(const Tensor& output) const override { return output; }

  Tensor sample(const Tensor& output, at::Generator& generator) const override {
    const NoGrad no_grad;
    Tensor log_sigma = log_sigma_;
    if (mode_ == "learned") log_sigma = soft_clip(network_->parameters()[0].tensor);
    if (mode_ == "optimal") log_sigma = of_variance(network_->buffers()[0].tensor);
    const Tensor noise = at::randn(output.sizes(), generator, output.options());
    return output + log_sigma.to(output.options()).exp() * noise;
  }

  Tensor variance() const override { return (2.0 * log_sigma_.detach()).exp(); }

  std::vector<Term> terms(const Tensor& output, const Tensor& x, const Context&) override {
    const NoGrad no_grad;
    const double log_sigma = log_sigma_.item<double>();
    const double d = static_cast<double>(data_dim_);
    return {scalar_term("sigma", std::exp(log_sigma)),
            {.name = "sse", .values = squared_error(output, x)},
            scalar_term("log_density/constant", -0.5 * d * (kLog2Pi + 2.0 * log_sigma))};
  }

  std::shared_ptr<Network> network() override { return network_; }

 private:
  /// Batch mean of SSE / D in training, kept as a running mean that evaluation uses.
  Tensor optimal(const Tensor& output, const Tensor& x, Mode mode) {
    const NoGrad no_grad;
    Tensor running = network_->buffers()[0].tensor, batches = network_->buffers()[1].tensor;
    Tensor variance = running;
    if (mode == Mode::train) {
      variance = squared_error(output, x).to(at::kDouble).mean() / static_cast<double>(data_dim_);
      // Plain mean of the first batches, exponential afterwards.
      batches.add_(1.0);
      running.lerp_(variance, std::max(kAverage, 1.0 / batches.item<double>()));
    }
    return of_variance(variance);
  }

  static Tensor of_variance(const Tensor& variance) {
    return (0.5 * variance.log()).clamp_min(kMinimumLogSigma);
  }

  std::string mode_;
  Tensor log_sigma_;  // of the latest log_prob
  std::int64_t data_dim_;
  std::shared_ptr<Network> network_;
};

/// V9: ln p + SSE / (2σ²) = −D/2 ln(2πσ²).
IdentitySpec constant_identity() {
  return {.id = "V9",
          .kind = IdentityKind::exact,
          .statement = "elbo/reconstruction + sse/(2σ²) = −D/2 ln(2πσ²)",
          .sides = [](const Values& values) -> std::optional<Sides> {
            for (const char* key : {"elbo/reconstruction", "sse", "sigma", "log_density/constant"})
              if (!values.contains(key)) return std::nullopt;
            const double variance = values["sigma"] * values["sigma"];
            return Sides{.lhs = values["elbo/reconstruction"] + values["sse"] / (2.0 * variance),
                         .rhs = values["log_density/constant"],
                         .se = 0.0,
                         .scale = magnitude(values.at("sse")) / (2.0 * variance)};
          }};
}

std::vector<TermSpec> terms() {
  return {
      {.name = "sigma",
       .symbol = "σ",
       .latex = "\\sigma",
       .unit = "pixel units",
       .sign = "+",
       .reduction = "none: shared by all pixels and images",
       .estimator = "the value in use: parameter, or batch optimum in training and running mean "
                    "in evaluation",
       .minimum = 0.0,
       .meaning = "standard deviation of the observation noise",
       .confused_with = "the variance σ²",
       .reference = kReference},
      {.name = "sse",
       .symbol = "‖x − x̂‖²",
       .latex = "\\|x-\\hat x\\|^2",
       .unit = "squared pixel units",
       .sign = "+",
       .reduction = "sum over pixels, mean over the batch",
       .estimator = "Monte Carlo, one sample of z per datum",
       .minimum = 0.0,
       .meaning = "squared reconstruction error of an image",
       .confused_with = "the mean squared error per pixel, D times smaller",
       .reference = kReference},
      {.name = "log_density/constant",
       .symbol = "−D/2 ln(2πσ²)",
       .latex = "-\\tfrac D2\\ln(2\\pi\\sigma^2)",
       .unit = "nats",
       .sign = "±",
       .reduction = "sum over pixels",
       .estimator = "exact",
       .meaning = "part of the log-density that does not depend on the image",
       .confused_with = "0: it is often left out, which shifts the ELBO",
       .reference = kReference}};
}

}  // namespace

LikelihoodEntry entry() {
  return {.spec = {.kind = SpecKind::likelihood,
                   .name = "gaussian",
                   .family = "vae",
                   .summary = "real pixels with one shared standard deviation",
                   .equation = "\\ln p(x\\mid z)=-\\frac{\\|x-\\hat x(z)\\|^2}{2\\sigma^2}"
                               "-\\tfrac D2\\ln(2\\pi\\sigma^2)",
                   .unicode = "ln p(x|z) = −‖x − x̂‖²/(2σ²) − D/2 ln(2πσ²)",
                   .reference = "Kingma & Welling 2013, appendix C.2; σ: Rybkin et al. 2021",
                   .convention =
                       "nats, summed over pixels, every constant included; optimal: σ² is the "
                       "batch mean of SSE/D without gradient in training, its running mean in "
                       "evaluation; ln σ ≥ −6 unless fixed, softly where it is learned",
                   .parameters = {{.name = "sigma",
                                   .symbol = "σ",
                                   .type = ValueType::text,
                                   .default_value = "fixed",
                                   .choices = {"fixed", "learned", "optimal"},
                                   .description = "how the standard deviation is set"},
                                  {.name = "value",
                                   .symbol = "σ",
                                   .type = ValueType::real,
                                   .default_value = 1.0,
                                   .minimum = 0.01,
                                   .description =
                                       "fixed: the standard deviation; learned: where it starts; "
                                       "optimal: no effect"}},
                   .terms = terms(),
                   .identities = {constant_identity()}},
          .create = [](const Parameters& parameters, std::int64_t data_dim) {
            return std::make_shared<Gaussian>(parameters, data_dim);
          }};
}

}  // namespace elbow::components::likelihoods_gaussian
