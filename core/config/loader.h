// From layers to a complete, validated config.
#pragma once

#include <optional>
#include <string>

#include "core/config/entries.h"

namespace elbow {

/// Validates what `collect` sorted and fills in the defaults. One use per object.
class ConfigLoader {
 public:
  ConfigLoader(const Schema& schema, const Layers& layers, Diagnostics& diagnostics);
  /// The result is complete only if nothing was reported.
  Config resolve();

 private:
  /// Whether this run uses a key. `unknown`: what decides it is itself wrong, so nothing is said.
  enum class Use { yes, no, unknown };
  struct Usage {
    Use use = Use::yes;
    std::string reason;  ///< why not
  };

  void resolve_fixed(const std::string& name);
  void resolve_key(const std::string& section, const std::string& key,
                   const std::vector<Entry>& entries);
  void fill_defaults();
  void require_one_family(const Spec& chosen_spec, const Section& section);
  void resolve_component(SpecKind kind, const std::string& path, const Section& section);
  const Spec* choose_component(SpecKind kind, const std::string& path, const Section& section);
  void resolve_parameters(const Spec& spec, const std::string& path, const Section& section);
  void report_unknown_parameters(SpecKind kind, const Section& section);
  void resolve_penalties();
  void resolve_length();
  void resolve_name();
  void write_order();

  Usage usage(const KeySpec& key) const;
  std::optional<std::string> chosen(const std::string& path) const;
  std::string unknown_key(const std::string& section, const std::string& key,
                          const std::vector<std::string>& known) const;
  std::string family_text() const;
  bool report_unused_section(const std::string& section, const std::vector<Entry>& headers);
  void set(const std::string& path, Value value, Origin origin);
  void error(const Origin& at, const std::string& message) { diagnostics_.error(at, message); }
  /// The nearest place that writes the table, or the start of the file.
  Origin place_of(const Section& section) const;

  const Schema& schema_;
  Diagnostics& diagnostics_;
  Entries entries_;
  Origin start_;
  const Spec* objective_ = nullptr;
  Config config_;
};

}  // namespace elbow
