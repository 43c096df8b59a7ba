// What all layers of a config set, sorted by section and key.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/config/layers.h"

namespace elbow {

/// One place where a key is set.
struct Entry {
  const Source* source = nullptr;
  const Node* node = nullptr;

  Origin at_key() const { return source->at(node->key); }
  Origin at_value() const { return source->at(node->at); }
};

/// One table over all layers. `keys` in order of appearance, each with its entries nearest first.
struct Section {
  std::vector<Entry> headers;  ///< where the table itself is written, nearest first
  std::vector<std::pair<std::string, std::vector<Entry>>> keys;

  void add(const std::string& key, Entry entry);
  const Entry* nearest(const std::string& key) const;
};

struct Entries {
  std::map<std::string, Section> sections;  ///< by name, sub-tables as "optimizer.generator"
  std::vector<Section> penalties;           ///< of the nearest list, with overrides applied
  std::vector<Entry> penalty_headers;       ///< every place that writes a penalty
};

/// Sorts the layers' keys. Reports unknown sections and tables that are none (or should be).
Entries collect(const Schema& schema, const Layers& layers, Diagnostics& diagnostics);

}  // namespace elbow
