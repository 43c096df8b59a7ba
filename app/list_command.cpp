// elbow list KIND: what exists, one a line, from the specs.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <iostream>
#include <memory>
#include <set>

#include "app/all_terms.h"
#include "app/commands.h"
#include "app/text.h"
#include "core/error.h"
#include "core/estimate.h"
#include "core/text.h"
#include "objectives/registry.h"
#include "problems/problem.h"

namespace elbow::app {
namespace {

const std::vector<std::pair<std::string, std::string>> kDatasets = {
    {"mnist", "28x28 handwritten digits, 60,000 + 10,000, from the four IDX files"},
    {"glyphs", "28x28 procedural digits with known factors, built in"},
    {"ring", "2-D, eight Gaussians on a circle, exact density"},
    {"grid", "2-D, twenty-five Gaussians on a grid, exact density"},
    {"two_gaussians", "2-D, two Gaussians, exact density"},
    {"swiss_roll", "2-D, noisy spiral"},
    {"auto", "mnist where it is found, else glyphs"}};

void print_row(const std::string& name, const std::string& text) {
  std::cout << name << std::string(name.size() < 28 ? 28 - name.size() : 1, ' ') << text << '\n';
}

int list(const std::string& kind) {
  if (kind == "datasets") {
    for (const auto& [name, text] : kDatasets) print_row(name, text);
    return 0;
  }
  if (kind == "terms") {
    std::set<std::string> seen;
    for (const auto& [term, spec] : all_terms()) {
      if (seen.insert(term.name).second)
        print_row(term.name, term.symbol + "  [" + term.unit + "]");
    }
    return 0;
  }
  if (kind == "problems") {
    for (const Problem& problem : all_problems())
      print_row(problem.name, problem.summary + (problem.only_full ? " (--full)" : ""));
    return 0;
  }
  if (kind == "estimators") {
    for (const EstimatorSpec& spec : estimator_specs()) {
      print_row(spec.name, "[" + spec.quantity + "] " + spec.summary);
    }
    return 0;
  }
  for (const auto& spec : component_specs()) {
    if (kind != list_name(spec.kind)) continue;
    print_row(spec.name, (spec.family.empty() ? "" : "[" + spec.family + "] ") + spec.summary);
  }
  return 0;
}

}  // namespace

void add_list(CLI::App& app, Action& action) {
  auto kind = std::make_shared<std::string>();
  auto* command = app.add_subcommand("list", "List what exists");
  const std::vector<std::string> kinds = {"objectives",  "penalties", "dynamics",
                                          "likelihoods", "priors",    "datasets",
                                          "estimators",  "problems",  "terms"};
  command->add_option("KIND", *kind, join(kinds, ", "))->required();
  command->footer("\nExamples:\n  elbow list objectives\n  elbow list terms");
  command->callback([=, &action] {
    action = [=] {
      if (std::find(kinds.begin(), kinds.end(), *kind) == kinds.end()) {
        const std::string hint = did_you_mean(*kind, kinds);
        throw Error("error: there is no kind '" + *kind + "'" + (hint.empty() ? "." : hint) +
                        " Kinds: " + join(kinds, ", ") + ".",
                    ExitCode::usage);
      }
      return list(*kind);
    };
  });
}

}  // namespace elbow::app
