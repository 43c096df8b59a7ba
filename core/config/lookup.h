// Questions to the schema.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/schema.h"

namespace elbow {

/// The kind of component that a section chooses by `name`; nothing for other sections.
std::optional<SpecKind> component_kind(std::string_view section);
std::string plural(SpecKind kind);  ///< "objectives", "penalties", ...

const KeySpec* find_key(const Schema& schema, std::string_view section, std::string_view name);
const ParameterSpec* find_parameter(const Spec& spec, std::string_view name);
const Spec* find_spec(const Schema& schema, SpecKind kind, std::string_view name);

/// All sections in the schema's order, sub-tables as "optimizer.generator".
std::vector<std::string> sections(const Schema& schema);
/// Names of the fixed keys of a section.
std::vector<std::string> key_names(const Schema& schema, std::string_view section);
/// Components of a kind that serve a family; all of them for the family "".
std::vector<std::string> component_names(const Schema& schema, SpecKind kind,
                                         std::string_view family);
/// Components of a kind that have this parameter.
std::vector<std::string> owners(const Schema& schema, SpecKind kind, std::string_view parameter);

/// Whether a family uses the key, other conditions aside; every key for the family "".
bool serves(const KeySpec& key, std::string_view family);
/// Whether a family uses any key of the section.
bool serves(const Schema& schema, std::string_view section, std::string_view family);

/// "model.encoder or model.decoder = "conv"".
std::string conditions_text(const std::vector<Condition>& conditions);

/// "[objective]", "[[penalty]]".
std::string bracketed(std::string_view section);

}  // namespace elbow
