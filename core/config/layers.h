// The sources of a config: overrides, the file itself, the files that it extends.
#pragma once

#include <deque>
#include <filesystem>
#include <string>
#include <vector>

#include "core/config/diagnostics.h"
#include "core/config/document.h"
#include "core/config/schema.h"

namespace elbow {

struct Source {
  std::string file;        ///< as in messages; kCommandLine for overrides
  int rank = 0;            ///< 0: override, 1: the config itself, 2...: what it extends
  int override_index = 0;  ///< from 1

  /// What the config or the command line says itself must be used; what it inherits need not.
  bool own() const { return rank <= 1; }
  Origin at(Position position) const;
};

struct Layer {
  Source source;
  Node root;
};

/// Nearest first: what an earlier layer sets hides what a later one sets. A deque keeps addresses.
using Layers = std::deque<Layer>;

/// Appends the overrides "key=value", the last one first. A value is read with the schema's type,
/// so that texts need no quotes; a wrong type is kept as it stands, for the validation to report.
void add_overrides(const Schema& schema, const std::vector<std::string>& overrides, Layers& layers,
                   Diagnostics& diagnostics);

/// Appends the file and all that it extends. Unreadable files, syntax errors and cycles are
/// reported.
void add_file(const std::filesystem::path& file, Layers& layers, Diagnostics& diagnostics);

/// As add_file, with the text of the first file given.
void add_text(const std::string& text, const std::string& name, Layers& layers,
              Diagnostics& diagnostics);

}  // namespace elbow
