// elbow divergence P Q: every divergence between two distributions, exact values beside estimates
// from samples.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <utility>

#include "app/commands.h"
#include "app/divergence_print.h"
#include "app/divergence_rows.h"
#include "app/sample_options.h"
#include "app/standard_output.h"
#include "core/error.h"
#include "instrumentation/terminal.h"
#include "instrumentation/text.h"
#include "math/densities/discrete_law.h"
#include "math/densities/expression.h"

namespace elbow::app {
namespace {

/// Of a sample file: a floor takes its halves.
constexpr std::int64_t kFewestPoints = 2;

struct Options {
  std::string p, q;
  std::string format = "table";
  RowSettings rows;
  std::vector<std::string> formulas;  // of --f
  SampleOptions files;
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

std::string describe(const Distribution& d, std::int64_t samples) {
  return d.name + (d.known() ? ", " + with_commas(samples) + " draws"
                             : ": " + with_commas(d.points.size()) + " points");
}

int divergence(Options options) {
  for (const std::string& text : options.formulas)
    options.rows.divergences.formulas.push_back(formula_divergence(text, "--f"));
  const std::uint64_t seed = options.rows.seed;
  SampleReader files(options.files, static_cast<std::size_t>(names_a_file(options.p)) +
                                        static_cast<std::size_t>(names_a_file(options.q)));
  Distribution p = read_distribution(options.p, files, seed, 3);
  Distribution q = read_distribution(options.q, files, seed, 4);
  files.require_fit();
  require_same_dim(p, q);
  require_one_kind(p, q);
  if (!options.formulas.empty() && !(p.known() && q.known())) {
    throw Error(
        "error: --f needs two laws that are known: of points from a file the ratio p/q is not.",
        ExitCode::usage);
  }
  const bool json = options.format == "json";
  if (!json) {
    say("P = " + describe(p, options.rows.samples) + "; Q = " + describe(q, options.rows.samples) +
        "; d = " + std::to_string(p.dim()) + ", seed " + std::to_string(seed));
  }
  DivergencePrinter printer(json, terminal_environment(isatty(STDERR_FILENO) != 0).tty);
  const RowEvents events{.widths = [&](int a, int b, int c) { printer.set_widths(a, b, c); },
                         .found = [&](const Finding& row) { printer.row(row); },
                         .begins = [&](const std::string& what, std::size_t i,
                                       std::size_t of) { printer.begins(what, i, of); },
                         .left_out = [&](const std::string& what,
                                         const std::string& why) { printer.left_out(what, why); }};
  const std::size_t rows = find_rows(options.rows, p, q, events);
  printer.finish();
  if (rows == 0) {
    throw Error("error: no estimator can work with these samples; see above.", ExitCode::data);
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
this large if P = Q, from the points of the value. Of precision and recall, P is the data and Q the model.

Examples:
  elbow divergence 'normal(0,1)' 'normal(1,2)'
  elbow divergence 'mixture(0.5*normal(-2,1),0.5*normal(2,1))' 'normal(0,2.2)' --samples 5000
  elbow divergence 'laplace(0,1)' 'normal(0,1)' --alpha 0.5 --alpha 2
  elbow divergence 'normal([0,0],[[1,0],[0,1]])' 'normal([1,0],[[1,0.5],[0.5,1]])' --format json
  elbow divergence 'bernoulli(0.5)' 'bernoulli(0.7)'
  elbow divergence 'normal(0,1)' 'laplace(0,1)' --f 'abs(t-1)/2' --f 't*ln(t) - (t-1)'
  elbow divergence real.npy generated.npy
  elbow divergence samples.csv 'uniform(0,1)'
  elbow divergence points.csv frame_with_index.csv --columns 2-3
  elbow divergence real.csv european.csv --decimal . --decimal ,)";

void check(const Options& options) {
  for (const double a : options.rows.divergences.orders) {
    if (!std::isfinite(a)) throw Error("error: --alpha must be finite.", ExitCode::usage);
  }
  for (const double h : options.rows.divergences.bandwidths) {
    if (!(std::isfinite(h) && h > 0.0)) {
      throw Error("error: --bandwidth must be positive and finite.", ExitCode::usage);
    }
  }
  const auto epsilon = options.rows.divergences.epsilon;
  if (epsilon && !(std::isfinite(*epsilon) && *epsilon > 0.0)) {
    throw Error("error: --epsilon must be positive and finite.", ExitCode::usage);
  }
}

}  // namespace

void add_divergence(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("divergence", "Every divergence between two distributions");
  command->add_option("P", options->p, density_examples() + ", or a file")->required();
  command->add_option("Q", options->q, "likewise")->required();
  command->add_option("--samples", options->rows.samples, "draws from each density")
      ->check(CLI::Range(10, 1000000))
      ->capture_default_str();
  command->add_option("--seed", options->rows.seed, "of draws and random splits")
      ->capture_default_str();
  command->add_option("--format", options->format, "table, or json: one object a line")
      ->check(CLI::IsMember({"table", "json"}))
      ->capture_default_str();
  command
      ->add_option("--alpha", options->rows.divergences.orders,
                   "order of renyi and alpha; may be given several times (default: 0.5)")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command
      ->add_option("--bandwidth", options->rows.divergences.bandwidths,
                   "kernel width of mmd2, summed over several (default: 0.5, 1, 2 and 5)")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command
      ->add_option(
          "--k", options->rows.divergences.neighbours,
          "neighbours of the knn_ estimates and of precision, recall, density and coverage")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command->add_option("--epsilon", options->rows.divergences.epsilon,
                      "entropic weight of sinkhorn_divergence, in the square of the points' unit "
                      "(default: median distance of P squared, over 10)");
  command
      ->add_option(
          "--f", options->formulas,
          "f_divergence of an f(t) of one's own, t = p/q, between known laws: \"t*ln(t)\"; "
          "may be given several times")
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
