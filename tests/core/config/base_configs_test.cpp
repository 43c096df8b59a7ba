// The base files that every shipped config extends.
#include <gtest/gtest.h>

#include "tests/core/config/small_schema.h"
#include "tests/support/temp_dir.h"

namespace elbow {
namespace {

Config extend(const std::string& base, const std::string& objective) {
  const testing::TempDir dir;
  const std::string text = "extends = \"" + std::string(ELBOW_SOURCE_DIR) + "/configs/base/" +
                           base + "\"\nobjective.name = \"" + objective + "\"\n";
  return load_config(testing::small_schema(), dir.write("leaf.toml", text));
}

TEST(BaseConfigs, VaeIsTheUsualNetwork) {
  const Config config = extend("vae.toml", "plain");
  EXPECT_EQ(config.integers("model.hidden"), (std::vector<std::int64_t>{400}));
  EXPECT_EQ(config.integer("model.latent"), 20);
  EXPECT_EQ(config.text("data.binarize"), "dynamic");
  EXPECT_EQ(config.integer("optimizer.batch_size"), 128);
  EXPECT_EQ(config.integer("run.epochs"), 20);
}

TEST(BaseConfigs, GanMatchesTheGeneratorsRange) {
  const Config config = extend("gan.toml", "duel");
  EXPECT_EQ(config.text("data.range"), "symmetric");
  EXPECT_EQ(config.number("optimizer.beta1"), 0.5);
  EXPECT_EQ(config.text("dynamics.name"), "alternating");
}

}  // namespace
}  // namespace elbow
