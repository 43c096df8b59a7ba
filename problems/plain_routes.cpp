#include "problems/plain_routes.h"

#include <algorithm>
#include <cmath>

#include "math/host.h"
#include "math/threefry.h"
#include "math/torch_compat.h"
#include "problems/tiny_world.h"

namespace elbow::problems {
namespace {

constexpr double kFloat32 = 2e-5, kFloat64 = 1e-12;

double mean(const std::vector<double>& values) {
  double sum = 0.0;
  for (const double v : values) sum += v;
  return sum / static_cast<double>(values.size());
}

double half_square(const std::vector<double>& outputs, double label) {
  double sum = 0.0;
  for (const double c : outputs) sum += 0.5 * (c - label) * (c - label);
  return sum / static_cast<double>(outputs.size());
}

/// |grad C(x)| = |2 w x| of each row.
std::vector<double> slopes(const Tensor& w, const Tensor& x) {
  const std::vector<double> weights = to_doubles(w), points = to_doubles(x);
  std::vector<double> result;
  for (std::size_t i = 0; i < points.size(); i += weights.size()) {
    double sum = 0.0;
    for (std::size_t j = 0; j < weights.size(); ++j) {
      sum += std::pow(2.0 * weights[j] * points[i + j], 2);
    }
    result.push_back(std::sqrt(sum));
  }
  return result;
}

/// Each sample, and the loss: weight times the mean.
void compare(const Checks& checks, const std::string& id, const std::string& statement,
             const PenaltyNumbers& found, const std::vector<double>& expected, double weight) {
  double worst = 0.0, at = 0.0, right = 0.0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double value = i < found.values.size() ? found.values[i] : std::nan("");
    const double distance = std::abs(value - expected[i]);
    if (i == 0 || !(distance <= worst)) {
      worst = distance;
      at = value;
      right = expected[i];
    }
  }
  checks.exact(id, statement + ", of the sample that is furthest off", at, right, kFloat64);
  checks.exact(id + "/loss", statement + ", in the loss", found.loss, weight * mean(expected),
               kFloat64);
}

}  // namespace

void check_bernoulli(const Checks& checks,
                     const std::function<Tensor(const Tensor& logits, const Tensor& x)>& log_prob) {
  constexpr std::int64_t kRows = 8, kPixels = 40;
  const Tensor logits = 6.0 * fixed_numbers(kRows, kPixels, 3, at::kFloat);
  const Tensor x = (fixed_numbers(kRows, kPixels, 4, at::kFloat) > 0.0).to(at::kFloat);
  const std::vector<double> found = to_doubles(log_prob(logits, x)), l = to_doubles(logits),
                            pixels = to_doubles(x);
  for (std::size_t i = 0; i < static_cast<std::size_t>(kRows); ++i) {
    double sum = 0.0;
    for (std::size_t j = i * kPixels; j < (i + 1) * kPixels; ++j) {
      sum += pixels[j] > 0.5 ? -std::log1p(std::exp(-l[j])) : -std::log1p(std::exp(l[j]));
    }
    checks.exact("plain/bernoulli", "ln p(x|z) of a row = Σ x ln σ(l) + (1 − x) ln σ(−l)",
                 found.at(i), sum, kFloat32);
  }
}

void check_gradient_penalty(
    const Checks& checks,
    const std::function<PenaltyNumbers(const Tensor& w, const Tensor& x, double lambda,
                                       double target)>& penalty) {
  const Tensor w = fixed_numbers(1, 3, 5, at::kDouble).reshape({3});
  const Tensor x = 2.0 * fixed_numbers(6, 3, 6, at::kDouble);
  for (const double target : {1.0, 0.0, 0.4}) {
    std::vector<double> expected = slopes(w, x);
    for (double& slope : expected) slope = (slope - target) * (slope - target);
    compare(checks, "plain/gradient_penalty", "(‖∇C(x)‖ − t)² with the gradient by hand",
            penalty(w, x, 7.0, target), expected, 7.0);
  }
}

void check_r1(
    const Checks& checks,
    const std::function<PenaltyNumbers(const Tensor& w, const Tensor& x, double gamma)>& penalty) {
  const Tensor w = fixed_numbers(1, 3, 5, at::kDouble).reshape({3});
  const Tensor x = 2.0 * fixed_numbers(6, 3, 6, at::kDouble);
  std::vector<double> expected = slopes(w, x);
  for (double& slope : expected) slope = 0.5 * slope * slope;
  compare(checks, "plain/r1", "½ ‖∇C(x)‖² with the gradient by hand", penalty(w, x, 3.0), expected,
          3.0);
}

void check_least_squares(const Checks& checks,
                         const std::function<LabelledLosses(
                             const std::vector<double>& real, const std::vector<double>& fake,
                             double a, double b, double c)>& losses) {
  const std::vector<double> real = {0.9, 1.4, -0.3, 2.0}, fake = {-0.8, 0.1, 0.6, -1.5};
  constexpr double a = -0.7, b = 1.2, c = 0.5;
  const LabelledLosses found = losses(real, fake, a, b, c);
  const double on_real = half_square(real, b), on_fake = half_square(fake, a);
  checks.exact("plain/least_squares/real", "real part = E ½ (C − b)²", found.real, on_real,
               kFloat64);
  checks.exact("plain/least_squares/fake", "fake part = E ½ (C − a)²", found.fake, on_fake,
               kFloat64);
  checks.exact("plain/least_squares/discriminator", "L_D = E_p ½ (C − b)² + E_q ½ (C − a)²",
               found.discriminator, on_real + on_fake, kFloat64);
  checks.exact("plain/least_squares/generator", "L_G = E ½ (C − c)²", found.generator,
               half_square(fake, c), kFloat64);
}

void check_fresh_draws(const Checks& checks, const std::vector<double>& first,
                       const std::vector<double>& second) {
  const double m1 = mean(first), m2 = mean(second);
  double both = 0.0, one = 0.0, two = 0.0;
  for (std::size_t i = 0; i < first.size(); ++i) {
    both += (first[i] - m1) * (second[i] - m2);
    one += std::pow(first[i] - m1, 2);
    two += std::pow(second[i] - m2, 2);
  }
  checks.statistical("fresh/latent", "correlation of two successive batches of samples = 0",
                     both / std::sqrt(one * two), 0.0,
                     1.0 / std::sqrt(static_cast<double>(first.size())));
}

void check_adam(
    const Checks& checks, const AdamRule& rule,
    const std::function<std::vector<double>(
        const std::vector<double>& w, const std::vector<std::vector<double>>& gradients)>& update) {
  const std::vector<double> start = {0.5, -1.0, 2.0};
  const std::vector<std::vector<double>> gradients = {
      {0.3, -2.0, 0.001}, {-0.1, -1.0, 0.004}, {0.7, 3.0, -0.002}};
  std::vector<double> w = start, m(3, 0.0), v(3, 0.0);
  for (std::size_t t = 0; t < gradients.size(); ++t) {
    const double k = static_cast<double>(t + 1);
    for (std::size_t i = 0; i < w.size(); ++i) {
      m[i] = rule.beta1 * m[i] + (1.0 - rule.beta1) * gradients[t][i];
      v[i] = rule.beta2 * v[i] + (1.0 - rule.beta2) * gradients[t][i] * gradients[t][i];
      const double corrected_m = m[i] / (1.0 - std::pow(rule.beta1, k));
      const double corrected_v = v[i] / (1.0 - std::pow(rule.beta2, k));
      w[i] -= rule.lr * corrected_m / (std::sqrt(corrected_v) + rule.eps);
    }
  }
  const std::vector<double> found = update(start, gradients);
  for (std::size_t i = 0; i < w.size(); ++i) {
    // In units of the step, which is what a wrong rule changes; float32 weights resolve 1e-7 of w.
    checks.exact("rule/adam", "(w₃ − w₀) / lr after three updates, by algorithm 1",
                 (found.at(i) - start[i]) / rule.lr, (w[i] - start[i]) / rule.lr, 2e-4);
  }
}

void check_masks(const Checks& checks, const std::vector<double>& first,
                 const std::vector<double>& second, double p) {
  const auto n = static_cast<double>(first.size());
  double differ = 0.0;
  for (std::size_t i = 0; i < first.size(); ++i) differ += first[i] != second[i] ? 1.0 : 0.0;
  const double share = 2.0 * p * (1.0 - p);
  checks.statistical("fresh/masks",
                     "share of pixels whose mask changes between two batches = 2 p (1 − p)",
                     differ / n, share, std::sqrt(share * (1.0 - share) / n));
  checks.statistical("fresh/masks/mean", "mean of the masks = p", mean(first), p,
                     std::sqrt(p * (1.0 - p) / n));
}

void check_averages(const Checks& checks, std::int64_t k, double decay,
                    const std::vector<double>& before, const std::vector<double>& weights,
                    const std::vector<double>& after) {
  const double warm = (1.0 + static_cast<double>(k)) / (10.0 + static_cast<double>(k));
  const double d = std::min(decay, warm);
  double worst = -1.0, at = 0.0, right = 0.0;
  for (std::size_t i = 0; i < before.size(); ++i) {
    const double expected = d * before[i] + (1.0 - d) * weights[i];
    if (std::abs(after[i] - expected) > worst) {
      worst = std::abs(after[i] - expected);
      at = after[i];
      right = expected;
    }
  }
  checks.exact("rule/averages", "a′ = d a + (1 − d) w, of the weight that is furthest off", at,
               right, 1e-6);
}

void check_evaluation(const Checks& checks, const Values& pass, const Values& of_averages,
                      const Values& of_live_weights, const std::string& term) {
  checks.exact("evaluation/averages", term + " of a pass = that of networks with the averages",
               pass[term], of_averages[term], 1e-6);
  checks.exact("evaluation/live", "live/" + term + " = that of networks with the live weights",
               pass["live/" + term], of_live_weights[term], 1e-6);
}

}  // namespace elbow::problems
