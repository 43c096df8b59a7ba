#include "math/assignment.h"

#include <algorithm>
#include <limits>

namespace elbow {
namespace {

constexpr std::int64_t kNone = -1;

class Solver {
 public:
  Solver(const std::vector<double>& cost, std::int64_t n)
      : cost_(cost),
        n_(n),
        column_of_(size(), kNone),
        row_of_(size(), kNone),
        potential_(size(), 0.0),
        distance_(size()),
        before_(size()),
        columns_(size()) {}

  Assignment solve() {
    reduce_columns();
    reduce_rows();
    reduce_rows();
    for (std::int64_t i = 0; i < n_; ++i) {
      if (column_of_[at(i)] == kNone) augment(i);
    }
    return result();
  }

 private:
  static std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }
  std::size_t size() const { return at(n_); }
  const double* row(std::int64_t i) const { return cost_.data() + i * n_; }

  void assign(std::int64_t i, std::int64_t j) {
    column_of_[at(i)] = j;
    row_of_[at(j)] = i;
  }

  /// Each column's potential is its least cost; its row takes it where still free.
  void reduce_columns() {
    std::vector<std::int64_t> cheapest(size(), 0);
    std::copy(row(0), row(0) + n_, potential_.begin());
    for (std::int64_t i = 1; i < n_; ++i) {
      for (std::int64_t j = 0; j < n_; ++j) {
        if (row(i)[j] < potential_[at(j)]) {
          potential_[at(j)] = row(i)[j];
          cheapest[at(j)] = i;
        }
      }
    }
    for (std::int64_t j = n_ - 1; j >= 0; --j) {
      if (column_of_[at(cheapest[at(j)])] == kNone) assign(cheapest[at(j)], j);
    }
  }

  /// Every free row takes its best column and lowers its price to where the second best is as good;
  /// the row that had it becomes free. Rounding can make prices stand still: then the row waits.
  void reduce_rows() {
    std::vector<std::int64_t> free;
    for (std::int64_t i = 0; i < n_; ++i) {
      if (column_of_[at(i)] == kNone) free.push_back(i);
    }
    std::int64_t budget = 4 * n_;
    while (!free.empty() && budget-- > 0) {
      const std::int64_t i = free.back();
      free.pop_back();
      const auto [best, second, least, next] = two_least(i);
      const bool lowers = potential_[at(best)] - (next - least) < potential_[at(best)];
      std::int64_t j = best;
      if (lowers) {
        potential_[at(best)] -= next - least;
      } else if (row_of_[at(best)] != kNone) {
        j = second;
      }
      if (j == kNone || (!lowers && row_of_[at(j)] != kNone)) continue;  // left to augment
      const std::int64_t evicted = row_of_[at(j)];
      assign(i, j);
      if (evicted != kNone) {
        column_of_[at(evicted)] = kNone;
        free.push_back(evicted);
      }
    }
  }

  struct TwoLeast {
    std::int64_t best, second;
    double least, next;
  };
  TwoLeast two_least(std::int64_t i) const {
    constexpr double kInf = std::numeric_limits<double>::infinity();
    TwoLeast found{kNone, kNone, kInf, kInf};
    for (std::int64_t j = 0; j < n_; ++j) {
      const double reduced = row(i)[j] - potential_[at(j)];
      if (reduced >= found.next) continue;
      if (reduced < found.least) {
        found = {j, found.best, reduced, found.least};
      } else {
        found.second = j;
        found.next = reduced;
      }
    }
    if (found.second == kNone) found.next = found.least;  // a single column
    return found;
  }

  /// Dijkstra from a free row to the nearest free column; columns_ = [done | at the least distance
  /// | others].
  void augment(std::int64_t start) {
    for (std::int64_t j = 0; j < n_; ++j) {
      columns_[at(j)] = j;
      distance_[at(j)] = row(start)[j] - potential_[at(j)];
      before_[at(j)] = start;
    }
    std::int64_t done = 0, scanned = 0;
    double least = 0.0;
    std::int64_t end = kNone;
    while (end == kNone) {
      if (done == scanned) {
        scanned = gather_nearest(done, least);
        end = free_column(done, scanned);
        if (end != kNone) break;
      }
      const std::int64_t j = columns_[at(done++)];
      end = relax(j, least, scanned);
    }
    for (std::int64_t k = 0; k < done; ++k) {
      const std::size_t j = at(columns_[at(k)]);
      if (distance_[j] < least) potential_[j] += distance_[j] - least;
    }
    while (end != kNone) {
      const std::int64_t i = before_[at(end)];
      const std::int64_t displaced = column_of_[at(i)];
      assign(i, end);
      end = i == start ? kNone : displaced;
    }
  }

  /// Moves the columns at the least distance among columns_[done..] to the front of them; returns
  /// their end.
  std::int64_t gather_nearest(std::int64_t done, double& least) {
    least = distance_[at(columns_[at(done)])];
    std::int64_t end = done + 1;
    for (std::int64_t k = done + 1; k < n_; ++k) {
      const std::int64_t j = columns_[at(k)];
      if (distance_[at(j)] > least) continue;
      if (distance_[at(j)] < least) {
        least = distance_[at(j)];
        end = done;
      }
      columns_[at(k)] = columns_[at(end)];
      columns_[at(end++)] = j;
    }
    return end;
  }

  std::int64_t free_column(std::int64_t begin, std::int64_t end) const {
    for (std::int64_t k = begin; k < end; ++k) {
      if (row_of_[at(columns_[at(k)])] == kNone) return columns_[at(k)];
    }
    return kNone;
  }

  /// Distances through column j's row; a free column at the least distance ends the search.
  std::int64_t relax(std::int64_t j, double least, std::int64_t& scanned) {
    const std::int64_t i = row_of_[at(j)];
    const double* c = row(i);
    const double offset = c[j] - potential_[at(j)] - least;
    for (std::int64_t k = scanned; k < n_; ++k) {
      const std::int64_t other = columns_[at(k)];
      const double through = c[other] - potential_[at(other)] - offset;
      if (through >= distance_[at(other)]) continue;
      distance_[at(other)] = through;
      before_[at(other)] = i;
      if (through > least) continue;
      distance_[at(other)] = least;  // no shorter than the least but for rounding
      if (row_of_[at(other)] == kNone) return other;
      columns_[at(k)] = columns_[at(scanned)];
      columns_[at(scanned++)] = other;
    }
    return kNone;
  }

  Assignment result() const {
    Assignment found{
        .column_of_row = column_of_, .row = std::vector<double>(size()), .column = potential_};
    for (std::int64_t i = 0; i < n_; ++i) {
      const std::int64_t j = column_of_[at(i)];
      found.row[at(i)] = row(i)[j] - potential_[at(j)];
      found.cost += row(i)[j];
    }
    return found;
  }

  const std::vector<double>& cost_;
  std::int64_t n_;
  std::vector<std::int64_t> column_of_, row_of_;
  std::vector<double> potential_, distance_;
  std::vector<std::int64_t> before_, columns_;
};

}  // namespace

Assignment solve_assignment(const std::vector<double>& cost, std::int64_t n) {
  if (n == 0) return {};
  return Solver(cost, n).solve();
}

}  // namespace elbow
