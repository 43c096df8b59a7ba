#include "training/environment.h"

#include <unistd.h>

#include <array>
#include <fstream>
#include <nlohmann/json.hpp>

#include "data/image_sets.h"
#include "math/torch_compat.h"
#include "training/baselines.h"

namespace elbow {
namespace {

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

/// Where each value that is no default was set.
nlohmann::ordered_json origins(const Config& config) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (const std::string& path : config.order()) {
    const Origin& origin = config.origin(path);
    if (!origin.file.empty() || origin.line != 0) json[path] = origin.text();
  }
  return json;
}

nlohmann::ordered_json baselines(const Session& session) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (const Baseline& b : data_baselines(session)) json[b.name] = b.nats;
  return json;
}

std::string host_name() {
  std::array<char, 256> name = {};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

}  // namespace

std::string program_revision() { return ELBOW_REVISION; }

std::vector<std::string> environment_changes(const std::string& earlier,
                                             const ThreadReport& threads) {
  std::vector<std::string> changes;
  const auto json = nlohmann::json::parse(earlier, nullptr, false);
  const auto saved = json.is_object() ? json.value("threads", nlohmann::json()) : nlohmann::json();
  if (!saved.is_object()) return changes;
  const auto differs = [&](const char* key, const nlohmann::json& now) {
    return saved.contains(key) && saved[key] != now;
  };
  const std::string consequence = "; results may differ in their last bits from an unbroken run.";
  if (differs("libtorch", threads.threads)) {
    changes.push_back("The run has used " + saved["libtorch"].dump() + " threads and now has " +
                      std::to_string(threads.threads) + consequence);
  }
  if (differs("onednn_matmul", threads.onednn_matmul) || differs("blas_library", threads.blas)) {
    changes.push_back("Matrix products go through another library than when the run began" +
                      consequence);
  }
  return changes;
}

std::string environment_json(const Session& session, const ThreadReport& threads,
                             const std::string& program_version,
                             const std::vector<std::string>& command_line,
                             const std::string& earlier) {
  nlohmann::ordered_json json = {{"elbow", program_version},
                                 {"libtorch", torch_version()},
                                 {"compiler", compiler()},
                                 {"threads",
                                  {{"libtorch", threads.threads},
                                   {"blas", threads.blas_threads},
                                   {"blas_library", threads.blas},
                                   {"onednn_matmul", threads.onednn_matmul}}},
                                 {"seed", session.config().integer("run.seed")},
                                 {"data",
                                  {{"name", session.data().name},
                                   {"sha256", session.data().sha256},
                                   {"generated", find_image_set(session.data().name) == nullptr},
                                   {"train", session.data().train.count},
                                   {"valid", session.data().valid.count},
                                   {"test", session.data().test.count},
                                   {"dim", session.data().dim},
                                   {"baselines", baselines(session)}}},
                                 {"config_origins", origins(session.config())},
                                 {"git_revision", program_revision()},
                                 {"cpu", cpu_model()},
                                 {"host", host_name()},
                                 {"command_line", command_line}};
  const auto before = nlohmann::ordered_json::parse(earlier, nullptr, false);
  if (before.is_object() && before.contains("command_line")) {
    json["command_line"] = before["command_line"];
    if (before.contains("config_origins")) json["config_origins"] = before["config_origins"];
    json["resumed"] = before.value("resumed", nlohmann::ordered_json::array());
    json["resumed"].push_back({{"command_line", command_line}});
  }
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace elbow
