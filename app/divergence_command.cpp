// elbow divergence P Q: every divergence between two distributions, exact values beside estimates
// from samples.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <utility>

#include "app/commands.h"
#include "app/sample_options.h"
#include "core/error.h"
#include "instrumentation/text.h"
#include "math/densities/discrete_law.h"
#include "math/densities/expression.h"
#include "math/divergences/enumeration.h"
#include "math/divergences/exact.h"
#include "math/divergences/quantities.h"
#include "math/divergences/supports.h"
#include "math/estimators/sample_metrics.h"
#include "math/estimators/two_sample.h"

namespace elbow::app {
namespace {

/// Of a sample file: a floor takes its halves.
constexpr std::int64_t kFewestPoints = 2;

struct Options {
  std::string p, q;
  std::int64_t samples = 2000;
  std::uint64_t seed = 1;
  std::string format = "table";
  DivergenceSettings settings;
  SampleOptions files;
};

/// A distribution as it was given: a density, a law of finitely many numbers, or points from a
/// file.
struct Distribution {
  std::string name;
  DensityPtr density;  // null for a file and a discrete law
  Points points;
  std::optional<DiscreteLaw> discrete = {};
  std::int64_t dim() const { return density ? density->dim() : discrete ? 1 : points.dim(); }
  bool known() const { return density || discrete; }
  Points draws(std::int64_t n, std::uint64_t seed, std::uint64_t stream) const {
    return density ? draw(*density, n, seed, stream) : draw(*discrete, n, seed, stream);
  }
};

bool names_a_file(const std::string& text) {
  std::error_code ignored;
  if (std::filesystem::exists(text, ignored)) return true;
  if (text.find('(') != std::string::npos) return false;
  return is_sample_file(text) || text.find('/') != std::string::npos;
}

Points shuffled(const Points& points, CounterStream random) {
  Points result = points;
  for (std::int64_t i = points.size() - 1; i > 0; --i) {
    const auto j = static_cast<std::int64_t>(random.below(static_cast<std::uint32_t>(i + 1)));
    std::swap_ranges(result.row(i), result.row(i) + points.dim(), result.row(j));
  }
  return result;
}

// Estimators that take the first points of a file must not see an order in them.
Distribution read_distribution(const std::string& text, SampleReader& files, std::uint64_t seed,
                               std::uint64_t stream) {
  if (!names_a_file(text)) {
    if (auto law = parse_discrete_law(text)) {
      const std::string name = law->expression;
      return {name, nullptr, {}, std::move(law)};
    }
    const DensityPtr density = parse_density(text);
    return {density->expression(), density, {}};
  }
  const Points points = files.read(text);
  if (points.size() < kFewestPoints) {
    throw Error("error: '" + text + "' holds " + std::to_string(points.size()) +
                    (points.size() == 1 ? " point" : " points") +
                    ". Estimates from samples need at least " + std::to_string(kFewestPoints) +
                    ", most of them 40: one point a row.",
                ExitCode::data);
  }
  return {text, nullptr, shuffled(points, CounterStream(seed, stream))};
}

void require_same_dim(const Distribution& p, const Distribution& q) {
  if (p.dim() == q.dim()) return;
  const auto dims = [](const Distribution& d) {
    return "'" + d.name + "' has " + std::to_string(d.dim()) +
           (d.dim() == 1 ? " coordinate" : " coordinates");
  };
  const bool of_files = !p.density && !q.density;
  throw Error("error: " + dims(p) + ", but " + dims(q) +
                  ". A divergence is between distributions of the same dimension.",
              of_files ? ExitCode::data : ExitCode::usage);
}

void require_one_kind(const Distribution& p, const Distribution& q) {
  const bool mixed = (p.discrete && q.density) || (p.density && q.discrete);
  if (!mixed) return;
  throw Error("error: '" + p.name + "' and '" + q.name +
                  "': one has atoms and the other a density, so that the total variation is 1 and "
                  "each KL divergence infinite. Compare two laws of one kind.",
              ExitCode::usage);
}

std::vector<double> log_ratios(const Density& p, const Density& q, const Points& points) {
  std::vector<double> result;
  for (std::int64_t i = 0; i < points.size(); ++i) {
    const std::span<const double> x(points.row(i), static_cast<std::size_t>(points.dim()));
    result.push_back(p.log_density(x) - q.log_density(x));
  }
  return result;
}

// In more dimensions than the decision is made for, no standard error is claimed.
RatioTails ratio_tails(const Density& p, const Density& q) {
  if (!divergence_is_decidable(p, q)) return {true, true};
  return {power_integral_diverges(p, q, -1.0), power_integral_diverges(p, q, 2.0)};
}

// Between new draws from P and those in use, or between the halves of a file.
std::string floor_of(const TwoSampleEstimator& estimator, const Distribution& p, const Points& more,
                     std::uint64_t seed) {
  if (p.known()) return floor_note(estimator, p.points, more, seed);
  const PointsView all = p.points;
  const std::int64_t half = all.size() / 2;
  return floor_note(estimator, all.rows(0, half), all.rows(half, all.size()), seed);
}

// What is known without a sample.
std::vector<Finding> known_findings(const Options& options, const Distribution& p,
                                    const Distribution& q) {
  std::vector<LeftOut> left_out;
  std::vector<Finding> rows;
  if (p.density && q.density) {
    rows = exact_divergences(*p.density, *q.density, options.settings, &left_out);
  } else if (p.discrete && q.discrete) {
    rows = enumerated_divergences(*p.discrete, *q.discrete, options.settings, &left_out);
  }
  for (const LeftOut& row : left_out) {
    std::cerr << "left out: " << row.quantity << ", " << row.estimator << ": " << row.why << '\n';
  }
  return rows;
}

std::vector<Finding> all_findings(const Options& options, Distribution& p, Distribution& q) {
  std::vector<Finding> rows = known_findings(options, p, q);
  if (p.known()) p.points = p.draws(options.samples, options.seed, 1);
  if (q.known()) q.points = q.draws(options.samples, options.seed, 2);
  if (p.density && q.density) {
    for (auto& known : known_ratio_estimates(log_ratios(*p.density, *q.density, p.points),
                                             log_ratios(*p.density, *q.density, q.points),
                                             ratio_tails(*p.density, *q.density))) {
      rows.push_back({known.quantity, known.name, std::move(known.estimate)});
    }
  }
  const Points more = p.known() ? p.draws(options.samples, options.seed, 5) : Points();
  std::vector<TwoSampleEstimator> estimators = two_sample_estimators(options.settings, p.dim());
  for (auto& metric : sample_metrics(p.dim())) estimators.push_back(std::move(metric));
  for (const auto& estimator : estimators) {
    try {
      Estimate estimate = evaluate(estimator, p.points, q.points, options.seed);
      const std::string floor = floor_of(estimator, p, more, options.seed);
      estimate.note += (estimate.note.empty() || floor.empty() ? "" : "; ") + floor;
      rows.push_back({estimator.quantity, estimator.name, std::move(estimate)});
    } catch (const Error& error) {
      std::cerr << "left out: " << estimator.quantity << ", " << estimator.name << ": "
                << error.what() << '\n';
    }
  }
  std::vector<std::string> names = divergence_quantities();
  names.insert(names.end(), sample_quantities().begin(), sample_quantities().end());
  const auto rank = [&names](const Finding& row) {
    return std::find(names.begin(), names.end(), row.quantity) - names.begin();
  };
  std::stable_sort(rows.begin(), rows.end(),
                   [&](const Finding& a, const Finding& b) { return rank(a) < rank(b); });
  return rows;
}

void print_json(const std::vector<Finding>& rows) {
  for (const Finding& row : rows) {
    std::string line = "{\"quantity\":";
    append_json_string(line, row.quantity);
    line += ",\"estimator\":";
    append_json_string(line, row.estimator);
    line += ",\"value\":";
    append_json_number(line, row.estimate.value);
    line += ",\"se\":";
    if (row.estimate.se) {
      append_json_number(line, *row.estimate.se);
    } else {
      line += "null";
    }
    line += ",\"bias\":";
    append_json_string(line, to_string(row.estimate.bias));
    line += row.estimate.exact ? ",\"exact\":true,\"note\":" : ",\"exact\":false,\"note\":";
    append_json_string(line, row.estimate.note);
    std::cout << line << "}\n";
  }
}

void print_table(const std::vector<Finding>& rows) {
  std::vector<std::vector<std::string>> cells = {
      {"quantity", "estimator", "value", "se", "unit", "bias", "note"}};
  for (const Finding& row : rows) {
    const Estimate& e = row.estimate;
    cells.push_back({row.quantity, row.estimator,
                     significant(e.value, e.exact ? digits_of(row, 10) : 6),
                     e.exact ? "exact"
                     : e.se  ? significant(*e.se, 2)
                             : "-",
                     unit_of_quantity(row.quantity), std::string(to_string(e.bias)), e.note});
  }
  std::vector<int> widths(cells[0].size(), 0);
  for (const auto& row : cells) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], display_width(row[i]));
    }
  }
  for (const auto& row : cells) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) {
        line.append(static_cast<std::size_t>(widths[i] - display_width(row[i]) + 2), ' ');
      }
    }
    line.erase(line.find_last_not_of(' ') + 1);
    std::cout << line << '\n';
  }
}

std::string describe(const Distribution& d) {
  return d.name + (d.known() ? ", " + with_commas(d.points.size()) + " draws"
                             : ": " + with_commas(d.points.size()) + " points");
}

int divergence(const Options& options) {
  SampleReader files(options.files, static_cast<std::size_t>(names_a_file(options.p)) +
                                        static_cast<std::size_t>(names_a_file(options.q)));
  Distribution p = read_distribution(options.p, files, options.seed, 3);
  Distribution q = read_distribution(options.q, files, options.seed, 4);
  files.require_fit();
  require_same_dim(p, q);
  require_one_kind(p, q);
  const auto rows = all_findings(options, p, q);
  if (rows.empty()) {
    throw Error("error: no estimator can work with these samples; see above.", ExitCode::data);
  }
  if (options.format == "json") {
    print_json(rows);
  } else {
    std::cerr << "P = " << describe(p) << "; Q = " << describe(q) << "; d = " << p.dim()
              << ", seed " << options.seed << '\n';
    print_table(rows);
  }
  return 0;
}

constexpr char kFooter[] = R"(
P and Q are densities, laws of finitely many numbers (bernoulli(0.3), categorical(0.2,0.3,0.5),
binomial(10,0.3)) or sample files (.csv, .npy, .npz: one point a row; FILE.npz:NAME for one of
several arrays). A text that can be read in two ways is refused, and the option named that decides.
The second number of normal is
the standard deviation in one dimension and the covariance in several. Unit 1 is a pure number,
distances are in the unit of the points; elbow explain QUANTITY says more. Rows with an error come
from samples; 'bias' says on which side of the quantity they lie in expectation. A value is inf only
where the integral diverges, or where the note says that it exceeds double precision. An exact value
shows the digits that it has; its note has the error where they are fewer than ten. 'floor' is the
same number between two samples of P: what it is where nothing differs. 'p' is the chance of a value
this large if P = Q. Of precision and recall, P is the data and Q the model.

Examples:
  elbow divergence 'normal(0,1)' 'normal(1,2)'
  elbow divergence 'mixture(0.5*normal(-2,1),0.5*normal(2,1))' 'normal(0,2.2)' --samples 5000
  elbow divergence 'laplace(0,1)' 'normal(0,1)' --alpha 0.5 --alpha 2
  elbow divergence 'normal([0,0],[[1,0],[0,1]])' 'normal([1,0],[[1,0.5],[0.5,1]])' --format json
  elbow divergence 'bernoulli(0.5)' 'bernoulli(0.7)'
  elbow divergence real.npy generated.npy
  elbow divergence samples.csv 'uniform(0,1)'
  elbow divergence points.csv frame_with_index.csv --columns 2-3
  elbow divergence real.csv european.csv --decimal . --decimal ,)";

void check(const Options& options) {
  for (const double a : options.settings.orders) {
    if (!std::isfinite(a)) throw Error("error: --alpha must be finite.", ExitCode::usage);
  }
  for (const double h : options.settings.bandwidths) {
    if (!(std::isfinite(h) && h > 0.0)) {
      throw Error("error: --bandwidth must be positive and finite.", ExitCode::usage);
    }
  }
}

}  // namespace

void add_divergence(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("divergence", "Every divergence between two distributions");
  command->add_option("P", options->p, density_examples() + ", or a file")->required();
  command->add_option("Q", options->q, "likewise")->required();
  command->add_option("--samples", options->samples, "draws from each density")
      ->check(CLI::Range(10, 1000000))
      ->capture_default_str();
  command->add_option("--seed", options->seed, "of draws and random splits")->capture_default_str();
  command->add_option("--format", options->format, "table, or json: one object a line")
      ->check(CLI::IsMember({"table", "json"}))
      ->capture_default_str();
  command
      ->add_option("--alpha", options->settings.orders,
                   "order of renyi and alpha; may be given several times (default: 0.5)")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command
      ->add_option("--bandwidth", options->settings.bandwidths,
                   "kernel width of mmd2, summed over several (default: 0.5, 1, 2 and 5)")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  add_sample_options(*command, options->files);
  command->footer(kFooter);
  command->callback([=, &action] {
    action = [=] {
      check(*options);
      return divergence(*options);
    };
  });
}

}  // namespace elbow::app
