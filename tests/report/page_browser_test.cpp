// The page in headless Chromium, on two small runs that the program makes here.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "report/page.h"
#include "tests/support/program.h"
#include "tests/support/temp_dir.h"

namespace elbow::testing {
namespace {

namespace fs = std::filesystem;

const fs::path kRoot = ELBOW_SOURCE_DIR;

std::string chromium() {
  for (const char* path :
       {"/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"}) {
    if (fs::exists(path)) return path;
  }
  return {};
}

TEST(PageInABrowserSlow, DrawsAndAnswers) {
  const fs::path npm = fs::path(ELBOW_PROGRAM).parent_path() / "web" / "npm";
  if (!report::web_assets().missing.empty()) GTEST_SKIP() << report::web_assets().missing;
  if (chromium().empty()) GTEST_SKIP() << "there is no Chromium (Debian: apt install chromium)";
  if (!fs::exists(npm / "node_modules/playwright-core")) GTEST_SKIP() << "no playwright-core";
  const TempDir runs;
  const auto train = [&](const std::string& name, const std::string& config,
                         std::vector<std::string> more) {
    std::vector<std::string> argv = {ELBOW_PROGRAM,
                                     "train",
                                     (kRoot / config).string(),
                                     "data.name=glyphs",
                                     "data.train_count=1000",
                                     "data.test_count=200",
                                     "run.epochs=0",
                                     "run.steps=120",
                                     "log.every=5",
                                     "pictures.every=40",
                                     "probes.every=40",
                                     "checkpoint.every=0",
                                     "--run-dir",
                                     (runs / name).string(),
                                     "--threads",
                                     "1",
                                     "--progress",
                                     "none"};
    argv.insert(argv.end(), more.begin(), more.end());
    const auto result = run_program(argv);
    ASSERT_EQ(result.exit_code, 0) << result.err;
    ASSERT_TRUE(fs::exists(runs / name / "report.html")) << result.err;
  };
  train("vae", "configs/vae/elbo.toml",
        {"data.validation=100", "run.name=<img src=x onerror=alert(1)>", "--predict", "elbo/kl=20",
         "--predict", "truth/gap/elbo=1"});
  train("gan", "configs/gan/non_saturating.toml", {});
  const auto result = run_program({"node", (kRoot / "tests/report/browser/page.mjs").string(),
                                   npm.string(), chromium(), runs.path().string()});
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
}

}  // namespace
}  // namespace elbow::testing
