#include "core/config/diagnostics.h"

#include <algorithm>
#include <tuple>

#include "core/error.h"

namespace elbow {

void Diagnostics::error(const Origin& at, const std::string& message) {
  problems_.push_back({at, message});
}

std::size_t Diagnostics::file_rank(const Origin& at) const {
  if (at.file == kCommandLine) return files_.size() + 1;
  return static_cast<std::size_t>(std::find(files_.begin(), files_.end(), at.file) -
                                  files_.begin());
}

std::string Diagnostics::line(const Problem& problem) const {
  const Origin& at = problem.at;
  if (at.file == kCommandLine) {
    const std::string& text = overrides_.at(static_cast<std::size_t>(at.line - 1));
    return "override '" + text + "': error: " + problem.message;
  }
  return at.text() + ": error: " + problem.message;
}

void Diagnostics::throw_if_any() const {
  if (problems_.empty()) return;
  std::vector<Problem> sorted = problems_;
  std::stable_sort(sorted.begin(), sorted.end(), [this](const Problem& a, const Problem& b) {
    return std::tuple(file_rank(a.at), a.at.line, a.at.column) <
           std::tuple(file_rank(b.at), b.at.line, b.at.column);
  });
  std::string message;
  std::string last;
  for (const Problem& problem : sorted) {
    const std::string text = line(problem);
    if (text == last) continue;
    message += (message.empty() ? "" : "\n") + text;
    last = text;
  }
  throw Error(message, ExitCode::usage);
}

}  // namespace elbow
