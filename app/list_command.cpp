// elbow list KIND: what exists, one a line, from the specs.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>
#include <set>

#include "app/all_terms.h"
#include "app/commands.h"
#include "app/names.h"
#include "app/text.h"
#include "core/config/describe.h"
#include "core/error.h"
#include "core/estimate.h"
#include "core/text.h"
#include "instrumentation/text.h"
#include "objectives/registry.h"
#include "problems/problem.h"

namespace elbow::app {
namespace {

struct Row {
  std::string name;
  std::string group;  ///< family, quantity or unit; may be empty
  std::string summary;
};

std::vector<Row> rows_of(const std::string& kind) {
  std::vector<Row> rows;
  std::set<std::string> seen;
  if (kind == "datasets") {
    for (const auto& [name, text] : dataset_summaries()) rows.push_back({name, "", text});
  } else if (kind == "terms") {
    for (const auto& [term, spec] : all_terms()) {
      if (seen.insert(term.name).second) rows.push_back({term.name, term.unit, term.symbol});
    }
  } else if (kind == "identities") {
    for (const Spec& spec : component_specs()) {
      for (const IdentitySpec& identity : spec.identities) {
        if (seen.insert(identity.id).second) {
          rows.push_back({identity.id, std::string(to_string(identity.kind)), identity.statement});
        }
      }
    }
  } else if (kind == "problems") {
    for (const Problem& problem : all_problems()) {
      rows.push_back({problem.name, problem.only_full ? "--full" : "", problem.summary});
    }
  } else if (kind == "estimators") {
    for (const EstimatorSpec& spec : estimator_specs()) {
      rows.push_back({spec.name, spec.quantity, spec.summary});
    }
  } else if (kind == "keys") {
    for (const std::string& path : key_paths(make_schema(component_specs()))) {
      rows.push_back({path, "", ""});
    }
  }
  for (const Spec& spec : component_specs()) {
    if (kind == list_name(spec.kind)) rows.push_back({spec.name, spec.family, spec.summary});
  }
  return rows;
}

void print_json(const std::string& kind, const Row& row) {
  std::string line = "{\"kind\":";
  append_json_string(line, kind);
  line += ",\"name\":";
  append_json_string(line, row.name);
  line += ",\"group\":";
  append_json_string(line, row.group);
  line += ",\"summary\":";
  append_json_string(line, row.summary);
  std::cout << line << "}\n";
}

void print_row(const Row& row) {
  const int width = std::max(28, display_width(row.name) + 1);
  const std::string gap(static_cast<std::size_t>(width - display_width(row.name)), ' ');
  const std::string text = (row.group.empty() ? "" : "[" + row.group + "] ") + row.summary;
  std::cout << row.name << (text.empty() ? "" : gap + text) << '\n';
}

int list(const std::string& kind, const std::string& format) {
  for (const Row& row : rows_of(kind)) format == "json" ? print_json(kind, row) : print_row(row);
  return 0;
}

}  // namespace

void add_list(CLI::App& app, Action& action) {
  struct Options {
    std::string kind, format = "table";
  };
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("list", "List what exists");
  const std::vector<std::string> kinds = {"objectives", "penalties",  "dynamics",   "likelihoods",
                                          "priors",     "datasets",   "estimators", "problems",
                                          "terms",      "identities", "keys"};
  command->add_option("KIND", options->kind, join(kinds, ", "))->required();
  command->add_option("--format", options->format, "table|json")
      ->check(CLI::IsMember({"table", "json"}));
  command->footer(
      "\nelbow explain NAME says more about each. JSON: one object a line.\n\nExamples:\n"
      "  elbow list objectives\n  elbow list terms --format json");
  command->callback([=, &action] {
    action = [=] {
      if (std::find(kinds.begin(), kinds.end(), options->kind) == kinds.end()) {
        const std::string hint = did_you_mean(options->kind, kinds);
        throw Error("error: there is no kind '" + options->kind + "'" +
                        (hint.empty() ? "." : hint) + " Kinds: " + join(kinds, ", ") + ".",
                    ExitCode::usage);
      }
      return list(options->kind, options->format);
    };
  });
}

}  // namespace elbow::app
