#include "training/environment.h"

#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "math/torch_compat.h"

namespace elbow {
namespace {

namespace fs = std::filesystem;

std::string first_line(const fs::path& path) {
  std::ifstream in(path);
  std::string line;
  std::getline(in, line);
  return line;
}

std::string compiler() {
#if defined(__clang__)
  return std::string("clang ") + __clang_version__;
#elif defined(__GNUC__)
  return std::string("gcc ") + __VERSION__;
#else
  return "unknown";
#endif
}

std::string cpu_model() {
  std::ifstream in("/proc/cpuinfo");
  for (std::string line; std::getline(in, line);) {
    const auto colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
  }
  return "unknown";
}

std::string host_name() {
  std::array<char, 256> name = {};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

std::string resolve(const fs::path& git, const std::string& reference) {
  const std::string loose = first_line(git / reference);
  if (!loose.empty()) return loose;
  std::ifstream packed(git / "packed-refs");
  for (std::string line; std::getline(packed, line);) {
    if (line.size() > 41 && line.substr(41) == reference) return line.substr(0, 40);
  }
  return {};
}

}  // namespace

std::string git_revision() {
  std::error_code none;
  for (fs::path at = fs::current_path(none); !at.empty(); at = at.parent_path()) {
    const fs::path git = at / ".git";
    if (fs::is_directory(git, none)) {
      const std::string head = first_line(git / "HEAD");
      return head.starts_with("ref: ") ? resolve(git, head.substr(5)) : head;
    }
    if (at == at.root_path()) break;
  }
  return {};
}

std::string environment_json(const Session& session, const ThreadReport& threads,
                             const std::string& program_version,
                             const std::vector<std::string>& command_line) {
  const nlohmann::ordered_json json = {
      {"elbow", program_version},
      {"libtorch", torch_version()},
      {"compiler", compiler()},
      {"threads",
       {{"libtorch", threads.threads},
        {"blas", threads.blas_threads},
        {"blas_library", threads.blas},
        {"onednn_matmul", threads.onednn_matmul}}},
      {"seed", session.config().integer("run.seed")},
      {"data", {{"name", session.data().name}, {"sha256", session.data().sha256}}},
      {"git_revision", git_revision()},
      {"cpu", cpu_model()},
      {"host", host_name()},
      {"command_line", command_line}};
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace elbow
