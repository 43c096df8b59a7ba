#include "core/config/entries.h"

#include <algorithm>
#include <charconv>

#include "core/config/lookup.h"
#include "core/text.h"

namespace elbow {
namespace {

class Collector {
 public:
  Collector(const Schema& schema, Diagnostics& diagnostics)
      : schema_(schema), sections_(sections(schema)), diagnostics_(diagnostics) {}

  void add(const Layer& layer) {
    for (const Node& member : layer.root.items) {
      if (member.name == "extends" && layer.source.rank > 0) continue;
      if (member.name == "penalty") {
        add_penalties(layer.source, member);
      } else if (known(member.name)) {
        add_section(layer.source, member.name, member);
      } else {
        report_unknown(layer.source, member);
      }
    }
  }

  Entries finish() {
    std::stable_sort(changes_.begin(), changes_.end(),
                     [](const Change& a, const Change& b) { return a.index < b.index; });
    for (const Change& change : changes_) apply(change);
    return std::move(entries_);
  }

 private:
  struct Change {
    std::size_t index = 0;
    std::string key;
    Entry entry;
  };

  bool known(const std::string& section) const {
    return std::find(sections_.begin(), sections_.end(), section) != sections_.end();
  }

  void report(const Source& source, Position at, const std::string& message) {
    diagnostics_.error(source.at(at), message);
  }

  void report_unknown(const Source& source, const Node& member) {
    if (member.kind == Node::Kind::table) {
      std::string hint = did_you_mean(member.name, sections_);
      std::vector<std::string> top;
      for (const std::string& name : sections_) {
        if (name.find('.') == std::string::npos) top.push_back(name);
      }
      if (hint.empty()) hint = "; sections are " + in_words(top, "and", "");
      report(source, member.key, "unknown section [" + member.name + "]" + hint);
      return;
    }
    std::vector<std::string> homes;
    for (const std::string& section : sections_) {
      const auto kind = component_kind(section);
      if (find_key(schema_, section, member.name) != nullptr ||
          (kind && !owners(schema_, *kind, member.name).empty())) {
        homes.push_back(bracketed(section));
      }
    }
    const bool few = !homes.empty() && homes.size() <= 3;
    report(source, member.key,
           "unknown key '" + member.name + "' outside any section" +
               (few ? "; it belongs in " + in_words(homes, "or", "")
                    : did_you_mean(member.name, sections_)));
  }

  void add_section(const Source& source, const std::string& section, const Node& table) {
    if (table.kind != Node::Kind::table) {
      const std::string what = table.kind == Node::Kind::list ? "a list" : "a value";
      report(source, table.key,
             "[" + section + "] is a table of keys, and here it is given " + what);
      return;
    }
    entries_.sections[section].headers.push_back({&source, &table});
    for (const Node& member : table.items) {
      const std::string inner = section + "." + member.name;
      if (known(inner)) {
        add_section(source, inner, member);
      } else {
        entries_.sections[section].add(member.name, {&source, &member});
      }
    }
  }

  void add_penalties(const Source& source, const Node& node) {
    entries_.penalty_headers.push_back({&source, &node});
    if (node.kind == Node::Kind::table && source.rank == 0) {
      add_changes(source, node);
      return;
    }
    if (node.kind != Node::Kind::list) {
      report(source, node.key, "penalties are a list of tables: write [[penalty]]");
      return;
    }
    std::vector<Section> list;
    for (const Node& item : node.items) {
      if (item.kind != Node::Kind::table) {
        report(source, item.at, "a penalty is a table with a name, not " + what_it_is(item));
        continue;
      }
      Section section;
      section.headers.push_back({&source, &item});
      for (const Node& member : item.items) section.add(member.name, {&source, &member});
      list.push_back(std::move(section));
    }
    if (!has_list_) entries_.penalties = std::move(list);
    has_list_ = true;
  }

  // Overrides such as penalty.0.gamma=2: kept until the list that they change is known.
  void add_changes(const Source& source, const Node& table) {
    for (const Node& item : table.items) {
      std::size_t index = 0;
      const char* end = item.name.data() + item.name.size();
      const auto parsed = std::from_chars(item.name.data(), end, index);
      if (parsed.ec != std::errc() || parsed.ptr != end || item.kind != Node::Kind::table) {
        report(source, item.key, "a penalty's key is written penalty.0.name=value");
        continue;
      }
      for (const Node& member : item.items)
        changes_.push_back({index, member.name, {&source, &member}});
    }
  }

  void apply(const Change& change) {
    auto& list = entries_.penalties;
    if (change.index > list.size()) {
      diagnostics_.error(change.entry.at_key(),
                         "there is no penalty " + std::to_string(change.index) + ": the list has " +
                             std::to_string(list.size()) + ", counted from 0");
      return;
    }
    if (change.index == list.size()) list.emplace_back().headers.push_back(change.entry);
    auto& keys = list[change.index].keys;
    const auto found = std::find_if(keys.begin(), keys.end(),
                                    [&](const auto& key) { return key.first == change.key; });
    if (found == keys.end()) {
      keys.push_back({change.key, {change.entry}});
    } else if (found->second.front().source->rank > 0) {
      found->second = {change.entry};
    }
  }

  const Schema& schema_;
  std::vector<std::string> sections_;
  Diagnostics& diagnostics_;
  Entries entries_;
  bool has_list_ = false;
  std::vector<Change> changes_;
};

}  // namespace

void Section::add(const std::string& key, Entry entry) {
  for (auto& [name, list] : keys) {
    if (name == key) {
      list.push_back(entry);
      return;
    }
  }
  keys.push_back({key, {entry}});
}

const Entry* Section::nearest(const std::string& key) const {
  for (const auto& [name, list] : keys) {
    if (name == key) return &list.front();
  }
  return nullptr;
}

Entries collect(const Schema& schema, const Layers& layers, Diagnostics& diagnostics) {
  Collector collector(schema, diagnostics);
  for (const Layer& layer : layers) collector.add(layer);
  return collector.finish();
}

}  // namespace elbow
