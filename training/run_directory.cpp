#include "training/run_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "core/error.h"
#include "training/files.h"

namespace elbow {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLock = ".lock";

[[noreturn]] void refuse(const std::string& message) { throw Error(message, ExitCode::usage); }

bool holds_run(const fs::path& directory) {
  return fs::exists(directory / "config.toml") || fs::exists(directory / "status.json");
}

/// Also what a run leaves that is killed before it has written its config.
bool is_unused(const fs::path& directory) {
  for (const auto& entry : fs::directory_iterator(directory)) {
    const fs::path name = entry.path().filename();
    if (name != kLock && name != "config.toml.tmp") return false;
  }
  return true;
}

/// Files and folders that a run writes, nothing else.
bool written_by_run(const std::string& name) {
  for (const char* known :
       {"config.toml", "overrides.txt", "environment.json", "status.json", "metrics.jsonl",
        "terms.json", "checks.jsonl", "result.json", "eval.jsonl", "predictions.json", "log.txt",
        "report.html", "samples", "checkpoints"}) {
    if (name == known) return true;
  }
  return name.starts_with("events.out.tfevents.");
}

void remove_run(const fs::path& directory) {
  std::vector<fs::path> old;
  for (const auto& entry : fs::directory_iterator(directory)) {
    if (written_by_run(entry.path().filename().string())) old.push_back(entry.path());
  }
  for (const fs::path& path : old) fs::remove_all(path);
}

fs::path numbered(const fs::path& root, const std::string& name, int k) {
  return root / (k == 1 ? name : name + "-" + std::to_string(k));
}

fs::path fresh_directory(const fs::path& root, const std::string& name) {
  for (int k = 1;; ++k) {
    const fs::path candidate = numbered(root, name, k);
    fs::create_directories(candidate.parent_path());
    // create_directory says whether it made it, so two processes never share one.
    if (fs::create_directory(candidate)) return candidate;
  }
}

void require_directory_name(const std::string& name) {
  const bool odd = std::any_of(name.begin(), name.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f || c == '/';
  });
  if (odd || name.empty() || name == "." || name == ".." || name.size() > 200) {
    refuse(
        "run.name names a directory: 1 to 200 characters without '/' and control characters, "
        "and not \".\" or \"..\".");
  }
}

}  // namespace

std::optional<fs::path> newest_run(const fs::path& root, const std::string& name) {
  std::optional<fs::path> newest;
  for (int k = 1; fs::exists(numbered(root, name, k)); ++k) {
    if (fs::exists(numbered(root, name, k) / "config.toml")) newest = numbered(root, name, k);
  }
  return newest;
}

RunDirectory::RunDirectory(const RunDirectoryRequest& request) {
  if (!request.directory || !request.name.empty()) require_directory_name(request.name);
  if (request.resume && request.overwrite) {
    refuse("--resume continues a run and --overwrite removes it: give one of them.");
  }
  try {
    request.resume ? open_old(request) : open_new(request);
  } catch (const fs::filesystem_error& e) {
    throw Error(std::string("The run directory cannot be used: ") + e.what() + ".");
  }
}

void RunDirectory::open_old(const RunDirectoryRequest& request) {
  const auto found = request.directory ? request.directory : newest_run(request.root, request.name);
  if (!found) {
    refuse("There is no run " + numbered(request.root, request.name, 1).string() +
           " to resume; say which with --run-dir.");
  }
  path_ = fs::absolute(*found).lexically_normal();
  if (!fs::exists(path_ / "config.toml")) {
    refuse(path_.string() + " holds no run to resume: it has no config.toml.");
  }
  resumed_ = true;
  lock();
}

void RunDirectory::open_new(const RunDirectoryRequest& request) {
  if (!request.directory && !request.overwrite) {
    path_ = fs::absolute(fresh_directory(request.root, request.name)).lexically_normal();
    return lock();
  }
  path_ = fs::absolute(request.directory.value_or(numbered(request.root, request.name, 1)))
              .lexically_normal();
  if (fs::exists(path_) && !fs::is_directory(path_)) {
    refuse(path_.string() + " is a file, not a directory.");
  }
  fs::create_directories(path_);
  if (!is_unused(path_)) {
    if (!request.overwrite) {
      refuse(path_.string() +
             " is not empty. Give another --run-dir, --resume to continue the run in it, or "
             "--overwrite to replace it.");
    }
    if (!holds_run(path_)) {
      refuse(path_.string() + " holds files but no run, so --overwrite leaves it alone.");
    }
  }
  lock();
  overwrite_ = request.overwrite;
}

void RunDirectory::begin() {
  if (overwrite_) remove_run(path_);
  overwrite_ = false;
}

RunDirectory::Lock::~Lock() {
  if (descriptor >= 0) close(descriptor);
}

void RunDirectory::lock() {
  const fs::path file = path_ / kLock;
  lock_.descriptor = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (lock_.descriptor < 0) throw Error("Cannot write in " + path_.string() + ".");
  if (flock(lock_.descriptor, LOCK_EX | LOCK_NB) != 0) {
    refuse("Another process is training into " + path_.string() + ".");
  }
}

void RunDirectory::write(const std::string& name, const std::string& text) const {
  replace_file(path_ / name, text);
}

void RunDirectory::write_status(const Status& status) {
  last_beat_ = std::chrono::steady_clock::now();
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  nlohmann::ordered_json json = {
      {"status", status.status},
      {"step", status.step},
      {"total_steps", status.total_steps},
      {"heartbeat",
       static_cast<double>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count()) /
           1e3},
      {"pid", getpid()}};
  if (!status.message.empty()) json["message"] = status.message;
  write("status.json", json.dump(2) + "\n");
}

void RunDirectory::heartbeat(const Status& status) {
  if (std::chrono::steady_clock::now() - last_beat_ >= std::chrono::seconds(2)) {
    write_status(status);
  }
}

}  // namespace elbow
