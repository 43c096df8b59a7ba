#include "math/contention.h"

#include <cmath>
#include <fstream>
#include <sstream>
#include <system_error>

namespace elbow {
namespace {

constexpr int kMostThreads = 16;
constexpr double kContended = 0.15, kCalm = 0.06;
constexpr Contention::Seconds kMemory{0.25};

std::string first_line(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

}  // namespace

std::optional<ThreadTimes> parse_schedstat(const std::string& line) {
  std::istringstream in(line);
  ThreadTimes times;
  if (!(in >> times.running >> times.waiting) || times.running < 0 || times.waiting < 0) return {};
  return times;
}

std::optional<int> parse_niceness(const std::string& line) {
  // The name of a thread, in parentheses, may hold anything; 16 fields follow before the niceness.
  const std::size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream in(line.substr(name_end + 1));
  std::string field;
  for (int i = 0; i < 16; ++i) in >> field;
  int niceness = 0;
  if (!(in >> niceness)) return {};
  return niceness;
}

std::optional<ThreadTimes> thread_times(const std::filesystem::path& tasks) {
  std::error_code error;
  std::optional<ThreadTimes> sum;
  int least = 0, found = 0;
  for (std::filesystem::directory_iterator entry(tasks, error), end; !error && entry != end;
       entry.increment(error)) {
    // A thread may end between the listing and this look at it.
    const auto times = parse_schedstat(first_line(entry->path() / "schedstat"));
    const auto niceness = parse_niceness(first_line(entry->path() / "stat"));
    if (!times || !niceness || (sum && *niceness > least)) continue;
    if (!sum || *niceness < least) sum = ThreadTimes();
    least = *niceness;
    sum->running += times->running;
    sum->waiting += times->waiting;
    if (++found == kMostThreads) break;
  }
  return sum;
}

bool Contention::update(const ThreadTimes& times, Seconds length) {
  const auto last = last_;
  last_ = times;
  if (!last || times.running < last->running || times.waiting < last->waiting) return contended_;
  const auto waited = static_cast<double>(times.waiting - last->waiting);
  const double wanted = waited + static_cast<double>(times.running - last->running);
  const double keep = std::exp(-length / kMemory);
  waited_ = keep * waited_ + (1.0 - keep) * waited;
  wanted_ = keep * wanted_ + (1.0 - keep) * wanted;
  if (waited_ > kContended * wanted_) contended_ = true;
  if (waited_ < kCalm * wanted_) contended_ = false;
  return contended_;
}

}  // namespace elbow
