// The numbers that the lab of posterior collapse states without printing them: eigenvalues of the
// digits that it trains on, and what follows from them.
#include <ATen/ops/empty.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>

#include "data/dataset.h"
#include "problems/principal_components.h"
#include "tests/labs/lab_page.h"
#include "tests/support/temp_dir.h"

namespace elbow::testing {
namespace {

std::vector<double> spectrum_of_the_digits() {
  const Dataset data = load_dataset({.name = "glyphs", .train_count = 5000, .test_count = 1});
  const Tensor x = at::empty({data.train.count, data.dim}, at::kDouble);
  double* to = x.data_ptr<double>();
  for (const std::uint8_t grey : data.train.pixels) *to++ = grey / 255.0;
  return problems::covariance_spectrum(x);
}

TEST(CollapseLabSlow, TheEigenvaluesAreThoseOfItsDigits) {
  const std::string text =
      read_file(std::filesystem::path(ELBOW_SOURCE_DIR) / "docs/labs/04-posterior-collapse.md");
  const std::vector<double> spectrum = spectrum_of_the_digits();
  std::istringstream numbers(text.substr(text.find("\n    6.") + 1));
  for (int i = 0; i < 10; ++i) {
    double stated = 0.0;
    numbers >> stated;
    EXPECT_NEAR(stated, spectrum.at(i), 0.0051) << "eigenvalue " << i + 1;
  }
  const auto small = problems::fixed_variance_optimum(spectrum, 10, 1.0, 0.25);
  const auto large = problems::fixed_variance_optimum(spectrum, 10, 1.0, 1.732 * 1.732);
  const auto row = [&](const std::string& name, double first, double second, double within) {
    const auto at = text.find("| " + name);
    ASSERT_NE(at, text.npos) << name;
    const std::string line = text.substr(at, text.find('\n', at) - at);
    const auto cells = table_cells(line);
    EXPECT_NEAR(std::stod(cells.at(1)), first, within) << line;
    EXPECT_NEAR(std::stod(cells.at(2)), second, within) << line;
  };
  row("eigenvalues above", static_cast<double>(small.active), static_cast<double>(large.active),
      0.0);
  row("Σ ½ ln(λ/σ²)", small.total_kl, large.total_kl, 0.0051);
  row("squared error", small.sse, large.sse, 0.051);
}

}  // namespace
}  // namespace elbow::testing
