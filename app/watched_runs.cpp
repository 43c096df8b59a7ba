#include "app/watched_runs.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/text.h"

namespace elbow::app {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::int64_t kSmallFile = 4 << 20;
constexpr std::int64_t kLongestLine = 16 << 20;
constexpr double kSilence = 60.0;  // seconds without a sign of life

HttpResponse missing(const std::string& what) {
  return {.status = 404, .body = what + " is not here.\n"};
}

HttpResponse json_answer(const Json& json) {
  return {.type = "application/json",
          .body = json.dump(-1, ' ', false, Json::error_handler_t::replace)};
}

/// At most `limit` bytes from `offset` on.
std::string read_piece(const OpenFile& file, std::int64_t offset, std::int64_t limit) {
  std::string bytes(static_cast<std::size_t>(std::max<std::int64_t>(limit, 0)), '\0');
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const ssize_t n = pread(file.descriptor, bytes.data() + filled, bytes.size() - filled,
                            static_cast<off_t>(offset) + static_cast<off_t>(filled));
    if (n <= 0) break;
    filled += static_cast<std::size_t>(n);
  }
  bytes.resize(filled);
  return bytes;
}

struct FileFacts {
  std::int64_t size = 0;
  std::uint64_t inode = 0;
};

FileFacts facts(const OpenFile& file) {
  struct stat status {};
  if (fstat(file.descriptor, &status) != 0) return {};
  return {status.st_size, status.st_ino};
}

/// A small JSON file of a run; null where it is absent or not whole.
Json small_json(const fs::path& run, const std::string& name) {
  const auto file = open_inside(run, {name});
  if (!file || facts(*file).size > kSmallFile) return nullptr;
  return Json::parse(read_piece(*file, 0, facts(*file).size), nullptr, false);
}

std::string member(const Json& json, const char* key) {
  return json.is_object() && json.contains(key) && json[key].is_string()
             ? json[key].get<std::string>()
             : std::string();
}

double number(const Json& json, const char* key) {
  return json.is_object() && json.contains(key) && json[key].is_number() ? json[key].get<double>()
                                                                         : 0.0;
}

Json summary(const std::string& name, const fs::path& run) {
  const Json status = small_json(run, "status.json");
  const double now =
      std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  // No sign of life yet: null.
  const double heartbeat = number(status, "heartbeat");
  const Json silent = heartbeat > 0.0 ? Json(now - heartbeat) : Json();
  std::string state = member(status, "status");
  if (state.empty()) state = "unknown";
  if (state == "running" && silent.is_number() && silent.get<double>() > kSilence) state = "silent";
  return {{"name", name},
          {"state", state},
          {"step", number(status, "step")},
          {"total_steps", number(status, "total_steps")},
          {"silent_seconds", silent},
          {"message", member(status, "message")},
          {"report", open_inside(run, {"report.html"}) != nullptr}};
}

HttpResponse metrics(const fs::path& run, const HttpRequest& request) {
  const auto file = open_inside(run, {"metrics.jsonl"});
  if (!file) return missing("metrics.jsonl");
  std::int64_t from = 0;
  if (const auto given = request.query.find("from"); given != request.query.end()) {
    const char* end = given->second.data() + given->second.size();
    const auto [at, error] = std::from_chars(given->second.data(), end, from);
    if (error != std::errc() || at != end || from < 0) {
      return {.status = 400, .body = "from= is a number of bytes, 0 or more.\n"};
    }
  }
  const FileFacts is = facts(*file);
  const Json status = small_json(run, "status.json");
  const std::string session = std::to_string(is.inode) + "-" +
                              std::to_string(static_cast<std::int64_t>(number(status, "pid")));
  HttpResponse answer{.type = "application/x-ndjson"};
  answer.headers = {
      {"X-Size", std::to_string(is.size)}, {"X-Session", session}, {"Cache-Control", "no-cache"}};
  if (from > is.size) {
    answer.status = 409;
    answer.type = "text/plain; charset=utf-8";
    answer.body = "The file is shorter than that: begin at 0 again.\n";
    return answer;
  }
  std::int64_t piece = WatchedRuns::kPiece;
  std::string::size_type end = std::string::npos;
  for (; end == std::string::npos; piece *= 2) {
    answer.body = read_piece(*file, from, std::min(piece, is.size - from));
    // A line that is being written stays for the next time; one longer than a piece is read whole.
    end = answer.body.rfind('\n');
    if (piece >= is.size - from || piece >= kLongestLine) break;
  }
  answer.body.resize(end == std::string::npos ? 0 : end + 1);
  const std::string next = std::to_string(from + static_cast<std::int64_t>(answer.body.size()));
  const std::string tag = "\"" + session + "-" + std::to_string(from) + "-" + next + "\"";
  answer.headers.emplace_back("X-Next", next);
  answer.headers.emplace_back("ETag", tag);
  if (request.if_none_match == tag) {
    answer.status = 304;
    answer.body.clear();
  }
  return answer;
}

HttpResponse whole_file(const fs::path& run, const std::vector<std::string>& parts,
                        const std::string& type) {
  const auto file = open_inside(run, parts);
  if (!file) return missing(parts.back());
  const std::int64_t size = facts(*file).size;
  HttpResponse answer{.type = type};
  answer.headers = {{"Cache-Control", "no-cache"}};
  if (size == 0) return answer;
  answer.file = file;
  answer.size = size;
  return answer;
}

bool is_picture(const std::string& name) {
  return name.size() > 4 && name.ends_with(".png") && name.find('/') == std::string::npos &&
         name.front() != '.';
}

HttpResponse pictures(const fs::path& run) {
  std::vector<std::string> names;
  std::error_code error;
  if (fs::is_symlink(run / "samples", error)) return json_answer(Json::array());
  for (const auto& entry : fs::directory_iterator(run / "samples", error)) {
    const std::string name = entry.path().filename().string();
    if (is_picture(name) && !entry.is_symlink()) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return json_answer(names);
}

HttpResponse of_run(const fs::path& run, const std::vector<std::string>& parts,
                    const HttpRequest& request) {
  const std::string what = parts.empty() ? "" : parts[0];
  if (parts.size() == 2 && what == "samples" && is_picture(parts[1])) {
    return whole_file(run, {"samples", parts[1]}, "image/png");
  }
  if (parts.size() > 1) return missing("That");
  if (what.empty()) return {.type = "text/html; charset=utf-8", .body = watch_run_page()};
  if (what == "metrics") return metrics(run, request);
  if (what == "terms") return whole_file(run, {"terms.json"}, "application/json");
  if (what == "report") return whole_file(run, {"report.html"}, "text/html; charset=utf-8");
  if (what == "status") return json_answer(summary(run.filename().string(), run));
  if (what == "samples") return pictures(run);
  return missing("That");
}

}  // namespace

std::shared_ptr<OpenFile> open_inside(const fs::path& root, const std::vector<std::string>& parts) {
  int at = open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  for (std::size_t i = 0; i < parts.size() && at >= 0; ++i) {
    const bool last = i + 1 == parts.size();
    const bool plain = !parts[i].empty() && parts[i] != "." && parts[i] != ".." &&
                       parts[i].find('/') == std::string::npos &&
                       parts[i].find('\0') == std::string::npos;
    // Not waiting: a pipe would hold the thread.
    const int flags = O_RDONLY | O_NOFOLLOW | O_CLOEXEC | (last ? O_NONBLOCK : O_DIRECTORY);
    const int next = plain ? openat(at, parts[i].c_str(), flags) : -1;
    close(at);
    at = next;
  }
  if (at < 0) return nullptr;
  auto file = std::make_shared<OpenFile>(at);
  struct stat status {};
  if (fstat(at, &status) != 0 || !S_ISREG(status.st_mode)) return nullptr;
  return file;
}

WatchedRuns::WatchedRuns(std::vector<fs::path> given) {
  for (const fs::path& path : given) {
    std::error_code error;
    const fs::path full = fs::canonical(path, error);
    if (error || !fs::is_directory(full)) {
      throw Error("error: " + path.string() +
                      " is no directory. Name a run, or a folder of runs such as runs.",
                  ExitCode::usage);
    }
    given_.push_back(full);
  }
}

std::map<std::string, fs::path> WatchedRuns::runs() const {
  std::map<std::string, fs::path> found;
  const auto add = [&](const fs::path& run) {
    const std::string name = run.filename().string();
    std::string free = name;
    for (int k = 2; found.count(free) != 0 && found[free] != run; ++k) {
      free = name + "~" + std::to_string(k);
    }
    found[free] = run;
  };
  for (const fs::path& path : given_) {
    std::error_code error;
    if (fs::exists(path / "config.toml", error)) {
      add(path);
      continue;
    }
    std::vector<fs::path> below;
    for (const auto& entry : fs::directory_iterator(path, error)) {
      // A link could lead anywhere.
      if (!entry.is_symlink() && entry.is_directory() &&
          fs::exists(entry.path() / "config.toml", error)) {
        below.push_back(entry.path());
      }
    }
    std::sort(below.begin(), below.end());
    for (const fs::path& run : below) add(run);
  }
  return found;
}

HttpResponse WatchedRuns::answer(const HttpRequest& request) const {
  if (request.path == "/") {
    return {.type = "text/html; charset=utf-8", .body = watch_list_page()};
  }
  const auto all = runs();
  if (request.path == "/api/runs") {
    Json list = Json::array();
    for (const auto& [name, path] : all) list.push_back(summary(name, path));
    return json_answer(list);
  }
  std::vector<std::string> parts = split(request.path, '/');  // "", "runs", NAME, ...
  if (parts.size() < 4 || parts[1] != "runs") return missing("That");
  const auto run = all.find(parts[2]);
  if (run == all.end()) return missing("That run");
  parts.erase(parts.begin(), parts.begin() + 3);
  if (parts.size() == 1 && parts[0].empty()) parts.clear();
  return of_run(run->second, parts, request);
}

}  // namespace elbow::app
