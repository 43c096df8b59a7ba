#include "data/text_table.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <optional>

#include "core/error.h"
#include "core/text.h"
#include "data/columns.h"

namespace elbow {
namespace {

using Cells = std::vector<std::string_view>;

std::string counted(std::size_t count, const std::string& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

std::string shown(std::string_view cell) {
  constexpr std::size_t most = 40;
  return "'" + std::string(cell.substr(0, most)) + (cell.size() > most ? "...'" : "'");
}

/// A cell that is no number, nor several that another separator would find.
bool is_name(std::string_view cell, Dialect dialect) {
  if (number_in(cell, dialect.decimal)) return false;
  if (dialect.separator == 0 && cell.find_first_of(",;\t") != std::string_view::npos) return false;
  if (cell.empty()) return true;
  bool numbers = true;
  while (!cell.empty()) {
    const auto end = std::min(cell.find_first_of(",; \t"), cell.size());
    const auto piece = cell.substr(0, end);
    numbers = numbers && (piece.empty() || number_in(piece, '.') || number_in(piece, ','));
    cell.remove_prefix(std::min(end + 1, cell.size()));
  }
  return !numbers;
}

/// Names that tables give to the column that counts their rows.
bool names_an_index(std::string_view name) {
  constexpr std::array<std::string_view, 6> known = {"",      "Unnamed: 0", "index",
                                                     "Index", "id",         "row"};
  return std::find(known.begin(), known.end(), name) != known.end();
}

/// Reads the lines, and stops at the first that does not fit.
class TableReader {
 public:
  TableReader(const std::vector<TextLine>& lines, Dialect dialect, const TextReading& reading)
      : lines_(lines), reading_(reading) {
    table_.dialect = dialect;
  }

  TextTable table() {
    if (measure()) read();
    return std::move(table_);
  }

 private:
  bool fail(std::size_t line, const std::string& message) {
    table_.failure = message;
    table_.failure_line = line;
    return false;
  }
  std::string place(std::size_t line) const {
    return "line " + std::to_string(lines_[line].number);
  }
  std::optional<double> number(std::string_view cell) const {
    return number_in(cell, table_.dialect.decimal);
  }
  bool all_numbers(const Cells& cells) const {
    return std::all_of(cells.begin(), cells.end(),
                       [this](std::string_view cell) { return number(cell).has_value(); });
  }

  /// The cells of a line, but for the empty one at the end of each.
  bool cells(std::size_t line, Cells& out) {
    auto found = cells_of(lines_[line].text, table_.dialect.separator);
    if (!found) return fail(line, place(line) + " has a quote without its end.");
    out = std::move(*found);
    if (trailing_ && out.size() > 1 && out.back().empty()) out.pop_back();
    return true;
  }

  /// The first line, the number of columns, and whether the first line stands apart from the rest.
  bool measure() {
    Cells second;
    if (!cells(0, first_) || (lines_.size() > 1 && !cells(1, second))) return false;
    const Cells& row = second.empty() ? first_ : second;
    trailing_ = row.size() > 1 && row.back().empty();
    if (trailing_ && (!cells(0, first_) || (lines_.size() > 1 && !cells(1, second)))) return false;
    // A first line of numbers is the measure of the others, unless it is none of them.
    names_ = first_.size();
    const bool apart = second.size() > 0 && first_.size() != second.size();
    const bool counts = apart && is_count(first_, second.size());
    table_.width = second.empty() || (all_numbers(first_) && reading_.header != true)
                       ? first_.size()
                       : second.size();
    if (counts && reading_.header != true) {
      return fail(1, place(0) +
                         " looks like a count of the lines below and not like a point: delete "
                         "it, or --header yes leaves it out.");
    }
    if (apart && !counts && table_.width == second.size()) return header_of_other_size(second);
    return true;
  }

  /// Row names, as R writes them, have no name themselves.
  bool header_of_other_size(const Cells& second) {
    row_names_ = first_.size() + 1 == second.size() && all_names(first_);
    if (row_names_ && (plain_integer(second[0]) || !reading_.columns.empty())) {
      first_.insert(first_.begin(), std::string_view());
      return true;
    }
    return wrong_header(second.size());
  }

  bool wrong_header(std::size_t width) {
    return fail(1, place(0) + " has " + counted(names_, "name") + ", but " + place(1) + " has " +
                       counted(width, "number") + "; a header names every column. " +
                       (row_names_ ? "--columns 2-" + std::to_string(width) +
                                         " leaves out the one without a name."
                                   : "Delete or mend it."));
  }

  bool all_names(const Cells& cells) const {
    return std::all_of(cells.begin(), cells.end(),
                       [this](std::string_view cell) { return is_name(cell, table_.dialect); });
  }

  bool is_count(const Cells& cells, std::size_t width) const {
    const auto rows = static_cast<long long>(lines_.size()) - 1;
    if (rows < 2 || cells.empty() || cells.size() > 2 || plain_integer(cells[0]) != rows)
      return false;
    return cells.size() == 1 || plain_integer(cells[1]) == static_cast<long long>(width);
  }

  bool choose_columns() {
    std::vector<std::string> names;
    const bool wanted = !reading_.columns.empty() && chooses_by_name(reading_.columns);
    if (wanted && reading_.header == false) {
      return fail(0, "--columns chooses by name, and --header no says that no line names them.");
    }
    if (wanted) names.assign(first_.begin(), first_.end());
    if (reading_.columns.empty()) {
      columns_.resize(table_.width);
      std::iota(columns_.begin(), columns_.end(), std::size_t{0});
    } else {
      try {
        columns_ = chosen_columns(reading_.columns, names, table_.width);
      } catch (const Error& error) {
        if (error.code() != ExitCode::data) throw;
        return fail(0, error.what());
      }
    }
    by_name_ = wanted;
    table_.dim = columns_.size();
    return true;
  }

  bool is_header() const { return reading_.header == true || by_name_; }

  void read() {
    if (!choose_columns()) return;
    Cells row;
    for (std::size_t line = 1; line < lines_.size(); ++line) {
      if (!cells(line, row) || !add(line, row)) return;
    }
    judge_first_line();
  }

  bool add(std::size_t line, const Cells& row) {
    if (row.size() != table_.width) {
      return fail(line, place(line) + " has " + counted(row.size(), "number") + ", but " +
                            place(line == 1 ? 0 : 1) + " has " + std::to_string(table_.width) +
                            "; every row needs the same count.");
    }
    for (const std::size_t column : columns_) {
      const std::string_view cell = row[column];
      const auto value = number(cell);
      const std::string where = place(line) + ", column " + std::to_string(column + 1) + ": ";
      if (!value) {
        const bool label =
            column == 0 && row.size() > 1 && all_numbers({row.begin() + 1, row.end()});
        return fail(line, where + shown(cell) + " is no number" +
                              (label ? "; --columns 2-" + std::to_string(row.size()) +
                                           " leaves the first column out."
                                     : "."));
      }
      if (!std::isfinite(*value) && table_.not_finite.empty()) {
        table_.not_finite = where + std::string(cell);
      }
      note(cell);
      table_.values.push_back(*value);
    }
    const auto count = plain_integer(row[0]);
    counts_ = counts_ && count.has_value();
    if (counts_) index_.push_back(*count);
    grouped_ = grouped_ && looks_like_one_number(row);
    same_as_first_ = same_as_first_ || row == first_;
    return true;
  }

  /// Keeps what the cells of the rows have in common.
  void note(std::string_view cell) {
    whole_ = whole_ || plain_integer(cell).has_value();
    if (cell.find(',') != std::string_view::npos) {
      table_.decimal_commas = true;
      grouped_commas_ = grouped_commas_ && looks_grouped(cell, ',');
    } else {
      table_.without_commas = true;
    }
    if (cell.find('.') != std::string_view::npos) {
      points_ = true;
      grouped_points_ = grouped_points_ && looks_grouped(cell, '.');
    }
  }

  /// 12,345.6 or 1 234,5: cells that together are one number with thousands.
  bool looks_like_one_number(const Cells& row) const {
    std::string text(row[0]);
    for (std::size_t i = 1; i < row.size(); ++i) text += "," + std::string(row[i]);
    const auto point = text.find(table_.dialect.decimal, row[0].size() + 1);
    return row.size() > 1 && looks_grouped(text.substr(0, point), ',');
  }

  void judge_first_line() {
    if (is_header()) {
      table_.header = true;
    } else {
      const Cells chosen = chosen_cells();
      if (all_numbers(chosen) && !names_unchosen_columns()) {
        if (!prepend_first_line()) return;
      } else if (reading_.header == false) {
        fail(last(), no_number(chosen) + ", and --header no says that it is a point.");
        return;
      } else if (lines_.size() == 1 && !all_names(chosen)) {
        fail(last(), no_number(chosen) + ".");
        return;
      } else if (all_names(chosen) || names_unchosen_columns() || is_frame_header()) {
        table_.header = true;
      } else {
        fail(last(), no_number(chosen) + "; --header yes leaves the line out.");
        return;
      }
    }
    if (table_.values.empty()) {
      fail(0, "holds no rows of numbers.");
      return;
    }
    judge_thousands();
    judge_index();
  }

  /// All lines were read; but that a whole line is one odd cell says little.
  std::size_t last() const { return table_.dialect.separator == 0 ? 0 : lines_.size(); }

  Cells chosen_cells() const {
    Cells chosen;
    for (const std::size_t column : columns_) chosen.push_back(first_[column]);
    return chosen;
  }

  std::string no_number(const Cells& chosen) const {
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      if (number(chosen[i])) continue;
      return place(0) + ", column " + std::to_string(columns_[i] + 1) + ": " + shown(chosen[i]) +
             " is no number";
    }
    return place(0) + " is no row of numbers";
  }

  /// A name above a column that is not read, where numbers follow: the whole line is a header.
  bool names_unchosen_columns() {
    if (reading_.columns.empty() || lines_.size() < 2) return false;
    Cells second;
    if (!cells(1, second) || second.size() != first_.size()) return false;
    for (std::size_t i = 0; i < first_.size(); ++i) {
      if (is_name(first_[i], table_.dialect) && number(second[i])) return true;
    }
    return false;
  }

  /// ",0,1,2" of a data frame without names.
  bool is_frame_header() const {
    if (first_.size() < 2 || !names_an_index(first_[0])) return false;
    for (std::size_t i = 1; i < first_.size(); ++i) {
      if (!plain_integer(first_[i]) && !is_name(first_[i], table_.dialect)) return false;
    }
    return true;
  }

  bool prepend_first_line() {
    if (!reading_.header) table_.doubtful_header = doubt_about_first_line();
    std::vector<double> rest = std::move(table_.values);
    table_.values.clear();
    const std::string not_finite = std::move(table_.not_finite);
    table_.not_finite.clear();
    if (!add(0, first_)) return false;
    if (table_.not_finite.empty()) table_.not_finite = not_finite;
    table_.values.insert(table_.values.end(), rest.begin(), rest.end());
    return true;
  }

  std::string doubt_about_first_line() const {
    if (lines_.size() < 2 || table_.values.empty()) return {};
    for (const std::string_view cell : first_) {
      if (!plain_integer(cell)) return {};
    }
    if (is_count(first_, table_.width) && (table_.width == 1 || first_.size() == 2)) {
      return "a count of the lines below";
    }
    if (counts_columns() && !same_as_first_) return "the numbers of the columns";
    return whole_ ? "" : "a header: it has whole numbers, and no other line has one";
  }

  bool counts_columns() const {
    for (std::size_t i = 0; i < first_.size(); ++i) {
      if (plain_integer(first_[i]) != static_cast<long long>(i)) return false;
    }
    return true;
  }

  void judge_thousands() {
    const bool commas = table_.decimal_commas && grouped_commas_ && !reading_.decimal;
    const bool points = table_.dialect.separator == ';' && points_ && grouped_points_ &&
                        !table_.decimal_commas && !reading_.decimal;
    const bool marks = (table_.dialect.separator == ',' && points_) ||
                       (table_.dialect.separator == ' ' && table_.decimal_commas);
    const bool cells = marks && grouped_ && !table_.header && reading_.columns.empty();
    table_.doubtful_thousands = commas || points || cells;
  }

  void judge_index() {
    if (table_.width < 2 || !reading_.columns.empty()) return;
    const bool named = table_.header && names_an_index(first_[0]);
    std::sort(index_.begin(), index_.end());
    const auto from = [this](long long begin) {
      for (std::size_t i = 0; i < index_.size(); ++i) {
        if (index_[i] != begin + static_cast<long long>(i)) return false;
      }
      return true;
    };
    constexpr std::size_t kFewest = 3;  // of less, nothing follows
    const bool counts = counts_ && index_.size() >= kFewest && (from(0) || from(1));
    const bool distinct =
        counts_ && std::adjacent_find(index_.begin(), index_.end()) == index_.end();
    if (counts) {
      table_.doubtful_index = "counts the rows";
    } else if (row_names_) {
      wrong_header(table_.width);
    } else if (named && (first_[0].empty() || distinct)) {
      table_.doubtful_index = first_[0].empty() ? "has no name" : "is called " + shown(first_[0]);
    }
  }

  const std::vector<TextLine>& lines_;
  const TextReading& reading_;
  TextTable table_;
  Cells first_;
  std::vector<std::size_t> columns_;
  std::vector<long long> index_;  ///< the first column, while all of it are plain integers
  std::size_t names_ = 0;         ///< cells of the first line
  bool row_names_ = false, trailing_ = false, by_name_ = false, counts_ = true, whole_ = false,
       same_as_first_ = false;
  bool points_ = false, grouped_points_ = true, grouped_commas_ = true, grouped_ = true;
};

}  // namespace

TextTable read_table(const std::vector<TextLine>& lines, Dialect dialect,
                     const TextReading& reading) {
  return TableReader(lines, dialect, reading).table();
}

}  // namespace elbow
