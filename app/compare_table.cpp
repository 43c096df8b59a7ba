#include "app/compare_table.h"

#include <algorithm>
#include <map>
#include <sstream>
#include <vector>

#include "app/table.h"
#include "app/text.h"
#include "instrumentation/text.h"
#include "report/numbers.h"

namespace elbow::app {
namespace {

using report::Comparison;
using report::Group;
using report::Row;
using report::Section;
using Rows = std::vector<const Row*>;

/// Names from files, without control characters.
std::string clean(const std::string& text) { return fit(text, 1000); }

/// Words on lines of at most `width` columns, each behind `indent`; later lines two further.
std::string wrapped(const std::string& text, int width, const std::string& indent) {
  std::istringstream words(clean(text));
  std::string out, line = indent;
  for (std::string word; words >> word;) {
    const bool fresh = line.find_first_not_of(' ') == std::string::npos;
    if (!fresh && display_width(line) + 1 + display_width(word) > width) {
      out += line + "\n";
      line = indent + "  " + word;
    } else {
      line += (fresh ? "" : " ") + word;
    }
  }
  return out + line + "\n";
}

int width_of(const std::string& lines) {
  std::istringstream all(lines);
  int widest = 0;
  for (std::string line; std::getline(all, line);) widest = std::max(widest, display_width(line));
  return widest;
}

std::string value_text(const Row& row, std::size_t g) {
  return row.values[g] ? report::with_error(row.values[g]->value, row.values[g]->se) : "-";
}

std::string difference_text(const Row& row, std::size_t g) {
  const auto& d = row.differences[g];
  return d ? report::with_error(d->value, d->se) : "-";
}

std::string mark_text(const Row& row, std::size_t g) {
  return row.differences[g] ? report::mark(*row.differences[g]) : "";
}

/// One line per term: values side by side, then the differences.
std::string wide(const Comparison& c, const Rows& rows, bool differences) {
  std::vector<std::string> head = {"term", "split", "unit"};
  std::string alignment = "lll";
  for (const Group& group : c.groups) {
    head.push_back(group.letter);
    alignment += 'r';
  }
  for (std::size_t g = 0; differences && g < c.groups.size(); ++g) {
    if (g == c.baseline) continue;
    head.push_back(c.groups[g].letter + " - " + c.groups[c.baseline].letter);
    head.push_back("");  // the mark, so that it does not push the numbers about
    alignment += "rl";
  }
  head.push_back("theory");
  Table table(alignment + "l");
  table.add(head);
  for (const Row* row : rows) {
    std::vector<std::string> cells = {clean(row->term), row->split, clean(row->unit)};
    for (std::size_t g = 0; g < c.groups.size(); ++g) cells.push_back(value_text(*row, g));
    for (std::size_t g = 0; differences && g < c.groups.size(); ++g) {
      if (g == c.baseline) continue;
      cells.push_back(difference_text(*row, g));
      cells.push_back(mark_text(*row, g));
    }
    cells.push_back(row->theory);
    table.add(std::move(cells));
  }
  return table.text("  ");
}

std::string what(const Row& row) {
  std::string text = row.unit.empty() ? row.split : clean(row.unit) + ", " + row.split;
  return row.theory.empty() ? text : text + ", " + row.theory;
}

/// One line per term and group.
std::string stacked(const Comparison& c, const Rows& rows, bool differences) {
  Table table("llrrll");
  table.add({"term", "", "value", differences ? "minus " + c.groups[c.baseline].letter : "", "",
             "unit, split, theory"});
  for (const Row* row : rows) {
    for (std::size_t g = 0; g < c.groups.size(); ++g) {
      table.add({g == 0 ? clean(row->term) : "", c.groups[g].letter, value_text(*row, g),
                 differences && g != c.baseline ? difference_text(*row, g) : "", mark_text(*row, g),
                 g == 0 ? what(*row) : ""});
    }
  }
  return table.text("  ");
}

std::string block(const Comparison& c, const Rows& rows, bool differences, int width) {
  const std::string table = wide(c, rows, differences);
  return width_of(table) <= width ? table : stacked(c, rows, differences);
}

std::string section_text(const Comparison& c, const Section& section, int width) {
  std::string out = "\n" + section.title + "\n";
  if (!section.same_as.empty()) return out + "  " + section.same_as + "\n";
  for (std::size_t g = 0; g < section.places.size(); ++g) {
    if (!section.places[g].empty()) {
      out += "  " + c.groups[g].letter + ": " + section.places[g] + "\n";
    }
  }
  Rows same, other;
  for (const Row& row : section.rows) (row.definitions.empty() ? same : other).push_back(&row);
  if (!same.empty()) out += block(c, same, c.groups.size() > 1, width);
  if (!other.empty()) {
    const bool some = std::any_of(other.begin(), other.end(), [](const Row* row) {
      return std::any_of(row->differences.begin(), row->differences.end(),
                         [](const auto& d) { return d.has_value(); });
    });
    out += std::string("  Not the same quantity under one name, so ") +
           (some ? "subtracted only where it is:\n" : "not subtracted:\n") +
           block(c, other, some, width);
  }
  return out;
}

std::string definitions_text(const Comparison& c, int width) {
  std::vector<std::string> reasons;                       // in the order of their first appearance
  std::map<std::string, std::vector<std::string>> terms;  // by reason
  for (const Section& section : c.sections) {
    for (const Row& row : section.rows) {
      for (const std::string& reason : row.definitions) {
        auto& with = terms[reason];
        if (with.empty()) reasons.push_back(reason);
        if (std::find(with.begin(), with.end(), row.term) == with.end()) with.push_back(row.term);
      }
    }
  }
  std::string out;
  for (const std::string& reason : reasons) {
    out += wrapped(join(terms[reason], ", ") + ": " + reason, width, "  ");
  }
  return out.empty() ? "" : "\nwhy some are not the same quantity\n" + out;
}

std::string groups_text(const Comparison& c) {
  Table table("lll");
  for (const Group& group : c.groups) {
    std::string seeds;
    for (const auto& seed : group.seeds) seeds += (seeds.empty() ? "" : ", ") + clean(seed);
    const std::string more =
        group.runs.size() > 1 ? " and " + std::to_string(group.runs.size() - 1) + " more" : "";
    table.add({group.letter, clean(group.first().path.string()) + more,
               (group.seeds.size() == 1 ? "one seed: " : "seeds: ") + seeds});
  }
  return "runs\n" + table.text("  ");
}

std::string settings_text(const Comparison& c) {
  if (c.settings.empty()) return "\nsettings that differ\n  none but the seed\n";
  Table table("l" + std::string(c.groups.size(), 'r'));
  std::vector<std::string> head = {""};
  for (const Group& group : c.groups) head.push_back(group.letter);
  table.add(std::move(head));
  for (const auto& row : c.settings) {
    std::vector<std::string> cells = {clean(row.key)};
    for (const auto& value : row.values) cells.push_back(value.empty() ? "-" : fit(value, 30));
    table.add(std::move(cells));
  }
  return "\nsettings that differ\n" + table.text("  ");
}

}  // namespace

std::string comparison_table(const Comparison& c, int width) {
  std::string out = groups_text(c) + settings_text(c);
  for (const Section& section : c.sections) out += section_text(c, section, width);
  out += definitions_text(c, width) + "\nhow to read it\n";
  for (const auto& sentence : report::legend(c)) out += wrapped(sentence, width, "  ");
  for (const auto& note : c.notes) out += wrapped(note, width, "  ");
  return out;
}

}  // namespace elbow::app
