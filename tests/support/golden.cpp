#include "tests/support/golden.h"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <sstream>

#include "math/torch_compat.h"

namespace elbow::testing {

std::vector<double> golden_losses(World world, std::vector<std::unique_ptr<Penalty>> penalties) {
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  at::Generator noise = make_generator(29);
  std::vector<double> losses;
  for (int step = 0; step < 10; ++step) {
    for (const Phase& phase : world.objective->phases()) {
      const Context context = world.context(Mode::train, false, step);
      const Evaluation evaluation = world.objective->evaluate(phase, context);
      Tensor loss = evaluation.loss;
      for (const auto& penalty : penalties) {
        if (penalty->phase() != phase.name) continue;
        const Tensor added = penalty->evaluate(evaluation, context, noise).loss;
        if (added.defined()) loss = loss + added;
      }
      losses.push_back(loss.item<double>());
      const std::vector<Tensor> parameters = world.parameters(phase);
      const std::vector<Tensor> steps = gradients(loss, parameters);
      const NoGrad no_grad;
      for (std::size_t i = 0; i < parameters.size(); ++i) parameters[i].sub_(0.05 * steps[i]);
      for (const auto& penalty : penalties)
        if (penalty->phase() == phase.name) penalty->project(world.networks);
    }
  }
  at::set_num_threads(threads);
  return losses;
}

void expect_golden(const std::vector<double>& losses, const std::vector<double>& expected) {
  std::ostringstream all;
  all << std::setprecision(8);
  for (const double loss : losses) all << loss << ", ";
  ASSERT_EQ(losses.size(), expected.size()) << all.str();
  for (std::size_t i = 0; i < losses.size(); ++i)
    EXPECT_LE(std::abs(losses[i] - expected[i]), 1e-4 * std::max(1.0, std::abs(expected[i])))
        << "loss " << i << " of " << all.str();
}

}  // namespace elbow::testing
