#include "core/equations.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <tuple>

#include "core/config/check_value.h"

namespace elbow {
namespace {

std::string number(double value) {
  if (std::isinf(value)) return value > 0 ? "∞" : "-∞";
  char text[32];
  std::snprintf(text, sizeof text, "%.10g", value);
  return text;
}

// Inside a table a bar would end the cell.
std::string cell(const std::string& text) {
  std::string escaped;
  for (char c : text) {
    if (c == '|') escaped += '\\';
    escaped += c == '\n' ? ' ' : c;
  }
  return escaped;
}

std::string code(const std::string& text) {
  return text.empty() ? std::string() : "`" + cell(text) + "`";
}

std::string range(const ParameterSpec& parameter) {
  if (!parameter.choices.empty()) {
    std::string list;
    for (const auto& choice : parameter.choices) {
      list += (list.empty() ? "" : ", ") + code(choice);
    }
    return list;
  }
  if (parameter.type == ValueType::boolean || parameter.type == ValueType::text) return "";
  const bool below = std::isinf(parameter.minimum), above = std::isinf(parameter.maximum);
  if (below && above) return "";
  return (below || parameter.minimum_excluded ? "(" : "[") + number(parameter.minimum) + ", " +
         number(parameter.maximum) + (above ? ")" : "]");
}

std::string range(const TermSpec& term) {
  if (!term.minimum && !term.maximum) return "";
  return (term.minimum ? "[" + number(*term.minimum) : "(-∞") + ", " +
         (term.maximum ? number(*term.maximum) + "]" : "∞)");
}

void write_parameters(const Spec& spec, std::string& out) {
  if (spec.parameters.empty()) return;
  out += "| parameter | symbol | type | default | range | |\n|---|---|---|---|---|---|\n";
  for (const auto& p : spec.parameters) {
    out += "| " + code(p.name) + " | " + cell(p.symbol) + " | " + std::string(type_name(p)) +
           " | " + (p.default_value.is_null() ? "required" : code(to_toml(p.default_value))) +
           " | " + range(p) + " | " + cell(p.description) + " |\n";
  }
  out += "\n";
}

void write_terms(const Spec& spec, std::string& out) {
  if (spec.terms.empty()) return;
  out +=
      "| term | symbol | unit | sign | reduction | estimator | range | at equilibrium | says |\n"
      "|---|---|---|---|---|---|---|---|---|\n";
  for (const auto& t : spec.terms) {
    out += "| " + code(t.name) + " | " + cell(t.symbol) + " | " + cell(t.unit) + " | " +
           cell(t.sign) + " | " + cell(t.reduction) + " | " + cell(t.estimator) + " | " + range(t) +
           " | " + (t.equilibrium ? number(*t.equilibrium) : "") + " | " + cell(t.meaning);
    if (!t.confused_with.empty()) out += " Not to be confused with " + cell(t.confused_with) + ".";
    out += " |\n";
  }
  out += "\n";
}

void write_identities(const Spec& spec, std::string& out) {
  if (spec.identities.empty()) return;
  out += "| identity | kind | statement |\n|---|---|---|\n";
  for (const auto& identity : spec.identities) {
    out += "| " + cell(identity.id) + " | " + std::string(to_string(identity.kind)) + " | " +
           cell(identity.statement) + " |\n";
  }
  out += "\n";
}

std::string heading(const Spec& spec) {
  switch (spec.kind) {
    case SpecKind::objective:
      return (spec.family == "vae" ? "VAE" : "GAN") + std::string(" objectives");
    case SpecKind::penalty:
      return "Penalties";
    case SpecKind::likelihood:
      return "Likelihoods";
    case SpecKind::prior:
      return "Priors";
    case SpecKind::dynamics:
      return "Dynamics";
  }
  return "";
}

}  // namespace

std::string equations_markdown(const std::vector<Spec>& specs) {
  std::vector<const Spec*> sorted;
  for (const auto& spec : specs) sorted.push_back(&spec);
  // Descending family: the VAE objectives come before those of GANs.
  std::sort(sorted.begin(), sorted.end(), [](const Spec* a, const Spec* b) {
    return std::tie(a->kind, b->family, a->name) < std::tie(b->kind, a->family, b->name);
  });
  std::string out =
      "# Equations\n\n"
      "Generated from the specs of the components; edit those, then run the tests with\n"
      "`ELBOW_UPDATE_DOCS=1`. Units, signs and the identities' numbers: "
      "[conventions](conventions.md).\n";
  std::string section;
  for (const Spec* spec : sorted) {
    if (heading(*spec) != section) {
      section = heading(*spec);
      out += "\n## " + section + "\n";
    }
    out += "\n### " + spec->name + "\n\n" + spec->summary + "\n\n";
    if (!spec->equation.empty()) out += "$$" + spec->equation + "$$\n\n";
    if (!spec->unicode.empty()) out += "    " + spec->unicode + "\n\n";
    out += "- Reference: " + spec->reference + "\n- Convention: " + spec->convention +
           "\n- Source: `" + spec->source + "`\n\n";
    write_parameters(*spec, out);
    write_terms(*spec, out);
    write_identities(*spec, out);
    while (out.size() > 1 && out.compare(out.size() - 2, 2, "\n\n") == 0) out.pop_back();
  }
  return out;
}

}  // namespace elbow
