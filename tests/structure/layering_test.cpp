// Reads every #include: which folder may know which, and which library is known where.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <sstream>

#include "tests/structure/tree.h"
#include "tests/support/temp_dir.h"

namespace elbow::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// core <- math <- data, models, objectives <- training;  core <- math <- instrumentation.
const std::map<std::string, std::set<std::string>> kMayInclude = {
    {"core", {}},
    {"equations", {"core"}},
    {"math", {"core", "equations"}},
    {"data", {"core", "math"}},
    {"models", {"core", "math"}},
    {"objectives", {"core", "math", "models"}},
    {"training", {"core", "math", "data", "models", "objectives"}},
    {"instrumentation", {"core", "math"}},
    {"report", {"core", "math"}},
    {"problems", {"core", "math", "data", "models", "objectives", "training", "instrumentation"}},
};

struct Library {
  std::string prefix;             // of the included path
  std::set<std::string> folders;  // that may include it
  bool sources_only;              // .cpp files only
};

// Tests may use anything but the whole of LibTorch's frontend.
const std::vector<Library> kLibraries = {
    {"torch/torch.h", {"bench"}, true},
    {"ATen/ATen.h", {"bench"}, true},
    {"torch/csrc/autograd/custom_function.h",
     {"math", "objectives", "models", "bench", "tests"},
     true},
    {"CLI/", {"app"}, false},
    {"toml++/", {"core/config"}, true},
    {"nlohmann/", {"core", "training", "instrumentation", "report", "app", "tests"}, true},
    {"png.h", {"instrumentation", "tests"}, true},
    {"zlib.h", {"data", "training", "bench", "tests"}, true},
    {"spdlog/", {"instrumentation", "app"}, false},
    {"httplib.h", {"app"}, true},
};

std::vector<std::string> includes_of(const std::string& text) {
  std::vector<std::string> found;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const auto hash = line.find_first_not_of(" \t");
    if (hash == std::string::npos || line[hash] != '#') continue;
    const auto word = line.find("include", hash);
    if (word == std::string::npos) continue;
    const auto open = line.find_first_of("\"<", word);
    if (open == std::string::npos) continue;
    const auto close = line.find_first_of("\">", open + 1);
    found.push_back(line.substr(open + 1, close - open - 1));
  }
  return found;
}

bool lies_in(const std::string& path, const std::set<std::string>& folders) {
  for (const auto& folder : folders) {
    if (starts_with(path, folder + "/")) return true;
  }
  return false;
}

/// One line per include that `path` with this text may not have.
std::vector<std::string> violations(const std::string& path, const std::string& text) {
  std::vector<std::string> found;
  const std::string folder = first_part(path);
  const auto allowed = kMayInclude.find(folder);
  const std::set<std::string> own(code_folders().begin(), code_folders().end());
  for (const auto& include : includes_of(text)) {
    const std::string target = first_part(include);
    const bool is_own = target != include && own.count(target) != 0;
    if (is_own && allowed != kMayInclude.end() && target != folder &&
        allowed->second.count(target) == 0) {
      found.push_back(path + " may not include " + include);
    }
    if (is_own && (target == "app" || target == "tests") && folder != target && folder != "tests") {
      found.push_back(path + " may not include " + include);
    }
    // Reading a run must not need what trained it: math is there for its scalar functions.
    if (folder == "report" && include == "math/tensor.h") {
      found.push_back(path + " is free of LibTorch, but includes " + include);
    }
    if ((folder == "core" || folder == "report") &&
        (starts_with(include, "ATen/") || starts_with(include, "torch/") ||
         starts_with(include, "c10/"))) {
      found.push_back(path + " is free of LibTorch, but includes " + include);
    }
    for (const auto& library : kLibraries) {
      if (!starts_with(include, library.prefix)) continue;
      if (!lies_in(path, library.folders)) {
        found.push_back(path + " may not include " + include);
      } else if (library.sources_only && ends_with(path, ".h") && folder != "tests" &&
                 folder != "bench") {
        found.push_back(path + " is a header and may not include " + include);
      }
    }
  }
  return found;
}

TEST(Layering, EveryIncludeIsAllowed) {
  const auto files = code_files();
  ASSERT_GT(files.size(), 50u) << "the tree was not found";
  for (const auto& file : files) {
    EXPECT_THAT(violations(file, read_file(source_root() / file)), IsEmpty());
  }
}

TEST(Layering, EveryHeaderIsIncludedOnce) {
  for (const auto& file : code_files()) {
    if (!ends_with(file, ".h")) continue;
    EXPECT_NE(read_file(source_root() / file).find("#pragma once"), std::string::npos) << file;
  }
}

TEST(Layering, PlantedViolationsAreFound) {
  EXPECT_THAT(violations("core/a.h", "#include \"math/tensor.h\"\n"),
              ElementsAre("core/a.h may not include math/tensor.h"));
  EXPECT_THAT(violations("core/a.cpp", "#include <ATen/core/Tensor.h>\n"),
              ElementsAre("core/a.cpp is free of LibTorch, but includes ATen/core/Tensor.h"));
  EXPECT_THAT(violations("instrumentation/a.cpp", "  # include \"training/loop.h\"\n"),
              ElementsAre("instrumentation/a.cpp may not include training/loop.h"));
  EXPECT_THAT(violations("objectives/vae/a.cpp", "#include \"data/idx.h\"\n"),
              ElementsAre("objectives/vae/a.cpp may not include data/idx.h"));
  EXPECT_THAT(violations("report/a.cpp", "#include \"math/tensor.h\"\n"),
              ElementsAre("report/a.cpp is free of LibTorch, but includes math/tensor.h"));
  EXPECT_THAT(violations("report/a.cpp", "#include \"instrumentation/text.h\"\n"),
              ElementsAre("report/a.cpp may not include instrumentation/text.h"));
  EXPECT_THAT(violations("training/a.cpp", "#include <torch/torch.h>\n"),
              ElementsAre("training/a.cpp may not include torch/torch.h"));
  EXPECT_THAT(violations("training/a.cpp", "#include <CLI/CLI.hpp>\n"),
              ElementsAre("training/a.cpp may not include CLI/CLI.hpp"));
  EXPECT_THAT(violations("core/error.cpp", "#include <toml++/toml.h>\n"),
              ElementsAre("core/error.cpp may not include toml++/toml.h"));
  EXPECT_THAT(violations("math/a.h", "#include <torch/csrc/autograd/custom_function.h>\n"),
              ElementsAre("math/a.h is a header and may not include "
                          "torch/csrc/autograd/custom_function.h"));
  EXPECT_THAT(violations("data/a.cpp", "#include \"app/commands.h\"\n"),
              ::testing::Contains("data/a.cpp may not include app/commands.h"));
}

TEST(Layering, AllowedIncludesAreNotReported) {
  EXPECT_THAT(violations("core/config/a.cpp", "#include <toml++/toml.h>\n"), IsEmpty());
  EXPECT_THAT(violations("training/a.cpp", "#include \"objectives/registry.h\"\n"), IsEmpty());
  EXPECT_THAT(violations("app/a.cpp", "#include <CLI/CLI.hpp>\n#include \"report/x.h\"\n"),
              IsEmpty());
  EXPECT_THAT(violations("math/a.h", "#include <ATen/ops/add.h>\n"), IsEmpty());
}

}  // namespace
}  // namespace elbow::testing
