#include "math/densities/discrete_law.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/error.h"
#include "math/densities/density.h"
#include "math/threefry.h"

namespace elbow {
namespace {

constexpr char kBernoulli[] = "bernoulli(p), 0 <= p <= 1, as in bernoulli(0.3)";
constexpr char kCategorical[] =
    "categorical(w, ...), weights of 0, 1, 2, ... that sum to 1, as in categorical(0.2,0.3,0.5)";
constexpr char kBinomial[] = "binomial(n, p), n whole from 1 to 1000, as in binomial(10,0.3)";

[[noreturn]] void fail(std::string_view text, const std::string& message, const char* usage) {
  throw Error("error: '" + std::string(text) + "': " + message + ".\nhint: " + usage + ".",
              ExitCode::usage);
}

// The comma-separated numbers between the parentheses.
std::vector<double> numbers(std::string_view text, std::size_t open, const char* usage) {
  if (text.back() != ')') fail(text, "expected ')' at the end", usage);
  std::vector<double> result;
  const char* at = text.data() + open + 1;
  const char* const end = text.data() + text.size() - 1;
  while (true) {
    double value = 0.0;
    const auto [next, error] = std::from_chars(at, end, value);
    if (error != std::errc() || !std::isfinite(value)) fail(text, "expected a number", usage);
    result.push_back(value);
    if (next == end) return result;
    if (*next != ',') fail(text, "expected ',' between two numbers", usage);
    at = next + 1;
  }
}

DiscreteLaw law_of(std::string expression, const std::vector<double>& masses) {
  DiscreteLaw law;
  law.expression = std::move(expression);
  for (std::size_t k = 0; k < masses.size(); ++k) {
    if (masses[k] == 0.0) continue;
    law.atoms.push_back(static_cast<double>(k));
    law.masses.push_back(masses[k]);
  }
  return law;
}

bool probability(double p) { return p >= 0.0 && p <= 1.0; }

}  // namespace

std::optional<DiscreteLaw> parse_discrete_law(std::string_view input) {
  std::string text(input);
  std::erase_if(text, [](char c) { return c == ' ' || c == '\t'; });
  const std::size_t open = text.find('(');
  const std::string name = text.substr(0, open);
  if (open == std::string::npos) return std::nullopt;
  if (name == "bernoulli") {
    const auto a = numbers(text, open, kBernoulli);
    if (a.size() != 1 || !probability(a[0])) fail(text, "expected one probability", kBernoulli);
    return law_of("bernoulli(" + number_text(a[0]) + ")", {1.0 - a[0], a[0]});
  }
  if (name == "categorical") {
    auto a = numbers(text, open, kCategorical);
    double sum = 0.0;
    std::string list;
    for (const double w : a) {
      if (!(w >= 0.0)) fail(text, "a weight is negative", kCategorical);
      sum += w;
      list += (list.empty() ? "" : ",") + number_text(w);
    }
    if (!(std::fabs(sum - 1.0) <= 1e-6))
      fail(text, "the weights sum to " + number_text(sum), kCategorical);
    for (double& w : a) w /= sum;
    return law_of("categorical(" + list + ")", a);
  }
  if (name == "binomial") {
    const auto a = numbers(text, open, kBinomial);
    if (a.size() != 2 || !(a[0] >= 1.0 && a[0] <= 1000.0) || a[0] != std::floor(a[0]) ||
        !probability(a[1])) {
      fail(text, "expected a number of trials and a probability", kBinomial);
    }
    const double n = a[0], p = a[1];
    std::vector<double> masses;
    for (double k = 0.0; k <= n; k += 1.0) {
      const double log_ways =
          std::lgamma(n + 1.0) - std::lgamma(k + 1.0) - std::lgamma(n - k + 1.0);
      const double successes = k == 0.0 ? 0.0 : k * std::log(p);
      const double failures = k == n ? 0.0 : (n - k) * std::log1p(-p);
      masses.push_back(std::exp(log_ways + successes + failures));
    }
    DiscreteLaw law = law_of("binomial(" + number_text(n) + "," + number_text(p) + ")", masses);
    law.rounding = 1e-15 * (1.0 + std::lgamma(n + 1.0));  // of the logarithms
    return law;
  }
  return std::nullopt;
}

Points draw(const DiscreteLaw& law, std::int64_t n, std::uint64_t seed, std::uint64_t stream) {
  if (n < 0) throw Error("error: the number of draws must not be negative.");
  Points points(n, 1);
  CounterStream random(seed, stream);
  for (std::int64_t i = 0; i < n; ++i) {
    double left = random.uniform();
    std::size_t k = 0;
    while (k + 1 < law.masses.size() && left >= law.masses[k]) left -= law.masses[k++];
    points.row(i)[0] = law.atoms[k];
  }
  return points;
}

}  // namespace elbow
