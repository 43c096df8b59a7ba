// elbow explain NAME: what a component or a logged term is, from its spec.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <iostream>
#include <memory>
#include <optional>
#include <set>
#include <sstream>

#include "app/all_terms.h"
#include "app/commands.h"
#include "app/conventions.h"
#include "app/evaluated_quantities.h"
#include "app/names.h"
#include "app/text.h"
#include "core/config/describe.h"
#include "core/error.h"
#include "core/estimate.h"
#include "core/identity_page.h"
#include "core/text.h"
#include "math/divergences/quantities.h"
#include "objectives/registry.h"
#include "problems/problem.h"

namespace elbow::app {
namespace {

void line(const std::string& label, const std::string& text) {
  if (text.empty()) return;
  std::cout << "  " << label << std::string(label.size() < 14 ? 14 - label.size() : 1, ' ') << text
            << '\n';
}

std::string short_number(double value) {
  std::ostringstream out;
  out.precision(7);
  out << value;
  return out.str();
}

std::string range_text(std::optional<double> minimum, std::optional<double> maximum) {
  if (!minimum && !maximum) return {};
  return (minimum ? "[" + short_number(*minimum) : "(-∞") + ", " +
         (maximum ? short_number(*maximum) + "]" : "∞)");
}

void explain_component(const Spec& spec) {
  std::cout << spec.name << " (" << to_string(spec.kind)
            << (spec.family.empty() ? "" : ", " + spec.family) << "): " << spec.summary << '\n';
  line("equation", spec.unicode);
  line("LaTeX", spec.equation);
  line("convention", spec.convention);
  line("reference", spec.reference);
  line("source", spec.source);
  if (!spec.parameters.empty()) std::cout << "  parameters\n";
  for (const auto& parameter : spec.parameters) {
    std::cout << "    " << parameter.name
              << (parameter.symbol.empty() ? "" : " (" + parameter.symbol + ")") << " = "
              << (parameter.default_value.is_null() ? "(required)"
                                                    : to_toml(parameter.default_value))
              << "  " << parameter.description << '\n';
  }
  if (!spec.terms.empty()) std::cout << "  terms\n";
  for (const auto& term : spec.terms) {
    std::cout << "    " << term.name << "  " << term.symbol << "  [" << term.unit << "]\n";
  }
  if (!spec.identities.empty()) std::cout << "  identities held while training\n";
  for (const auto& identity : spec.identities) {
    std::cout << "    " << identity.id << " (" << to_string(identity.kind) << ") "
              << identity.statement << '\n';
  }
}

/// The config keys in the equation of the component that emits a term.
void add_keys(std::vector<std::string>& keys, const Spec* spec) {
  if (spec == nullptr) return;
  for (const ParameterSpec& parameter : spec->parameters) {
    if (parameter.symbol.empty()) continue;
    const std::string key = std::string(to_string(spec->kind)) + "." + parameter.name;
    if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
  }
}

void explain_term(const TermSpec& term, const std::vector<std::string>& emitted_by,
                  const std::vector<std::string>& keys, const std::string& source) {
  std::cout << term.name << " = " << term.symbol << '\n';
  line("meaning", term.meaning);
  line("unit", term.unit);
  line("sign", term.sign);
  line("range", range_text(term.minimum, term.maximum));
  if (term.equilibrium) line("equilibrium", short_number(*term.equilibrium));
  line("reduction", term.reduction);
  line("estimator", term.estimator);
  line("not to be confused with", term.confused_with);
  line("LaTeX", term.latex);
  line("emitted by", join(emitted_by, ", "));
  line("config keys", join(keys, ", "));
  line("reference", term.reference);
  line("source", source);
}

void explain_estimator(const EstimatorSpec& spec) {
  std::cout << spec.name << " (estimator of " << spec.quantity << "): " << spec.summary << '\n';
  line("equation", spec.unicode);
  line("LaTeX", spec.equation);
  line("unit", spec.unit);
  line("true range", range_text(spec.minimum, spec.maximum));
  line("bias",
       std::string(to_string(spec.bias)) + (spec.bias_note.empty() ? "" : ": " + spec.bias_note));
  line("error", spec.standard_error);
  line("cost", spec.cost);
  line("not to be confused with", spec.confused_with);
  line("reference", spec.reference);
  line("source", spec.source);
}

/// A quantity of `elbow divergence`, with the estimators that it shows for it.
void explain_quantity(const DivergenceQuantity& quantity) {
  std::cout << quantity.name << " (quantity of elbow divergence): " << quantity.summary << '\n';
  line("equation", quantity.unicode);
  line("LaTeX", quantity.equation);
  line("unit", quantity.unit);
  line("range", std::isfinite(quantity.maximum) ? range_text(0.0, quantity.maximum)
                                                : range_text(0.0, std::nullopt));
  line("at P = Q", "0");
  line("convention", quantity.convention);
  std::vector<std::string> estimators;
  for (const EstimatorSpec& spec : estimator_specs())
    if (spec.quantity == quantity.name) estimators.push_back(spec.name);
  line("estimators", join(estimators, ", "));
  line("not to be confused with", quantity.confused_with);
  line("reference", quantity.reference);
  line("source", "math/divergences/exact.cpp");
}

void explain_problem(const Problem& problem) {
  std::cout << problem.name << " (problem): " << problem.summary << '\n';
  line("truth", problem.truth);
  line("run", "elbow verify " + problem.name + (problem.only_full ? " --full" : ""));
  line("reference", problem.reference);
  line("source", problem.source);
}

/// The identities of this id and of those under it (V1: V1.generator), each once with all that hold
/// it.
bool explain_identities(const std::string& id) {
  struct Held {
    IdentitySpec identity;
    std::vector<std::string> by;
  };
  std::vector<Held> found;
  for (const Spec& spec : component_specs()) {
    for (const IdentitySpec& identity : spec.identities) {
      if (identity.id != id && !identity.id.starts_with(id + ".")) continue;
      const auto known = std::find_if(found.begin(), found.end(), [&](const Held& held) {
        return held.identity.id == identity.id && held.identity.statement == identity.statement;
      });
      if (known == found.end()) {
        found.push_back({identity, {spec.name}});
      } else {
        known->by.push_back(spec.name);
      }
    }
  }
  for (const Held& held : found) {
    std::cout << held.identity.id << " (" << to_string(held.identity.kind)
              << "): " << held.identity.statement << '\n';
    line("held by", join(held.by, ", "));
    line("page", identity_page(held.identity.id));
  }
  return !found.empty();
}

/// What `elbow eval` prints under this name.
bool explain_evaluated(const std::string& name, bool found) {
  for (const EvaluatedQuantity& quantity : evaluated_quantities()) {
    if (!is_called(quantity, name)) continue;
    std::cout << (found ? "\n" : "") << quantity.name << " (quantity of elbow eval)\n";
    line("meaning", quantity.meaning);
    line("unit", quantity.unit);
    line("estimator", quantity.estimator);
    return true;
  }
  return found;
}

bool matches(const std::string& pattern, const std::string& name) {
  if (pattern == name) return true;
  return pattern.size() > 2 && pattern.ends_with("/*") &&
         name.starts_with(pattern.substr(0, pattern.size() - 1));
}

/// Words of records and tables that are no term: what stands under them.
const std::vector<std::pair<std::string, std::string>>& plain_words() {
  static const std::vector<std::pair<std::string, std::string>> all = {
      {"step", "key of a record: optimiser steps done"},
      {"epoch", "key of a record: passes over the training images done"},
      {"wall", "key of a record: seconds of training, evaluation and checkpoints included"},
      {"split", "key of a record: train (a minibatch), valid or test (the whole split)"},
      {"closed_form", "route of elbow divergence: an exact formula"},
      {"quadrature",
       "route of elbow divergence: an integral over x, its error in the note where "
       "it has fewer than ten digits"},
      {"factors", "route of elbow divergence: independent coordinates, a quadrature in each"},
      {"one_dimension",
       "route of elbow divergence: along the line of the means, where the "
       "covariances are equal"},
      {"enumeration", "route of elbow divergence: a sum over the atoms of two discrete laws"}};
  return all;
}

void explain(std::string name) {
  for (const auto& [word, meaning] : plain_words()) {
    if (word != name) continue;
    std::cout << name << ": " << meaning << '\n';
    return;
  }
  if (name.starts_with("range:")) {
    name.erase(0, 6);
    std::cout << "range:" << name << " is the check that " << name
              << " lies where it must (range, or sign):\n";
  }
  if (name == "V53/run") {
    name = "V53";
    std::cout << "V53/run is V53 over all train records together:\n";
  }
  for (const DerivedQuantity& derived : derived_quantities()) {
    if (!name.ends_with("/" + derived.suffix)) continue;
    std::cout << name << ": " << derived.meaning << "\n";
    name.resize(name.size() - derived.suffix.size() - 1);
  }
  bool found = false;
  for (const auto& spec : component_specs()) {
    if (spec.name != name) continue;
    if (found) std::cout << '\n';
    explain_component(spec);
    found = true;
  }
  for (const DivergenceQuantity& quantity : divergence_quantity_specs()) {
    if (quantity.name != name) continue;
    if (found) std::cout << '\n';
    explain_quantity(quantity);
    found = true;
  }
  for (const Problem& problem : all_problems()) {
    if (problem.name != name) continue;
    if (found) std::cout << '\n';
    explain_problem(problem);
    found = true;
  }
  for (const EstimatorSpec& spec : estimator_specs()) {
    if (spec.name != name) continue;
    if (found) std::cout << '\n';
    explain_estimator(spec);
    found = true;
  }
  if (explain_identities(name)) found = true;
  for (const auto& [dataset, summary] : dataset_summaries()) {
    if (dataset != name) continue;
    std::cout << (found ? "\n" : "") << name << " (data set): " << summary << '\n';
    line("use", "data.name=" + name);
    found = true;
  }
  const Schema schema = make_schema(component_specs());
  if (const std::string key = describe_key(schema, name); !key.empty()) {
    std::cout << (found ? "\n" : "") << key;
    found = true;
  }
  if (name.ends_with(".se")) {
    name.resize(name.size() - 3);
    std::cout << name << ".se is the standard error of the batch mean " << name << ":\n";
  }
  if (name.starts_with("live/")) {
    name.erase(0, 5);
    std::cout << "live/" << name << " is " << name
              << " of the weights that train, beside that of their average (ema.decay):\n";
  }
  // One entry per distinct description; the same term of several objectives is shown once.
  struct Entry {
    TermSpec term;
    std::vector<std::string> emitters;
    std::vector<std::string> keys;
    std::string source;
  };
  std::vector<Entry> entries;
  for (const auto& [term, spec] : all_terms()) {
    if (!matches(term.name, name)) continue;
    const std::string emitter = spec ? spec->name : "the training loop and its probes";
    bool merged = false;
    for (auto& entry : entries) {
      if (entry.term.name == term.name && entry.term.meaning == term.meaning &&
          entry.term.equilibrium == term.equilibrium) {
        entry.emitters.push_back(emitter);
        add_keys(entry.keys, spec);
        merged = true;
      }
    }
    if (!merged) {
      entries.push_back({term, {emitter}, {}, spec ? spec->source : ""});
      add_keys(entries.back().keys, spec);
    }
  }
  for (const auto& entry : entries) {
    if (found) std::cout << '\n';
    explain_term(entry.term, entry.emitters, entry.keys, entry.source);
    found = true;
  }
  found = explain_evaluated(name, found);
  if (!found) {
    if (const auto row = convention_row(name)) {
      std::cout << name << ": a check of elbow verify, of\n  " << row->id << ": " << row->statement
                << '\n';
      line("both sides", "elbow verify " + row->id);
      line("page", "docs/conventions.md");
      return;
    }
    const std::string hint = did_you_mean(name, explainable_names());
    throw Error("error: nothing is called '" + name + "'" + (hint.empty() ? "." : hint) +
                    " See elbow list objectives|penalties|likelihoods|priors|dynamics|"
                    "datasets|estimators|problems|terms|identities, and elbow config keys.",
                ExitCode::usage);
  }
}

int explain_all(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (&name != &names.front()) std::cout << '\n';
    explain(name);
  }
  return 0;
}

}  // namespace

void add_explain(CLI::App& app, Action& action) {
  auto names = std::make_shared<std::vector<std::string>>();
  auto* command = app.add_subcommand(
      "explain",
      "Explain a term, component, quantity, estimator, problem, data set, key or identity");
  command->add_option("NAME", *names, "elbo/kl, beta, kl, objective.beta, V1, ...; several will do")
      ->required();
  command->footer(
      "\nExamples:\n  elbow explain elbo/kl\n  elbow explain hinge bdmc/gap\n  elbow explain "
      "probes.every\n "
      " elbow explain V1");
  command->callback([=, &action] { action = [=] { return explain_all(*names); }; });
}

}  // namespace elbow::app
