// docs/equations.md is what the specs say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "core/equations.h"
#include "objectives/registry.h"
#include "tests/structure/tree.h"
#include "tests/support/temp_dir.h"

namespace elbow::testing {
namespace {

using ::testing::HasSubstr;

Spec toy(const std::string& name, const std::string& family) {
  return {
      .kind = SpecKind::objective,
      .name = name,
      .family = family,
      .summary = "a toy",
      .equation = "L=a\\mid b",
      .unicode = "L = a|b",
      .reference = "Somebody 2000",
      .convention = "nats",
      .parameters = {{.name = "rate",
                      .symbol = "λ",
                      .default_value = 0.5,
                      .minimum = 0.0,
                      .minimum_excluded = true,
                      .schedulable = true,
                      .description = "how fast"},
                     {.name = "mode",
                      .symbol = "",
                      .type = ValueType::text,
                      .default_value = Value(),
                      .choices = {"a", "b"},
                      .description = "which"}},
      .terms = {{.name = "kl",
                 .symbol = "KL(q|p)",
                 .latex = "k",
                 .unit = "nats",
                 .sign = "+",
                 .reduction = "mean",
                 .estimator = "exact",
                 .minimum = 0.0,
                 .equilibrium = 0.25,
                 .meaning = "distance",
                 .confused_with = "its negative",
                 .reference = "Somebody 2000"}},
      .identities = {{.id = "V1", .kind = IdentityKind::exact, .statement = "a = b", .sides = {}}}};
}

TEST(EquationsMarkdown, HoldsEverythingASpecSays) {
  const std::string text = equations_markdown({toy("toy", "gan")});
  EXPECT_THAT(text, HasSubstr("## GAN objectives\n\n### toy\n\na toy\n\n$$L=a\\mid b$$\n"));
  EXPECT_THAT(text, HasSubstr("    L = a|b\n"));
  EXPECT_THAT(text, HasSubstr("- Reference: Somebody 2000\n- Convention: nats\n"));
  EXPECT_THAT(text, HasSubstr("| `rate` | λ | real or schedule | `0.5` | (0, ∞) | how fast |"));
  EXPECT_THAT(text, HasSubstr("| `mode` |  | text | required | `a`, `b` | which |"));
  EXPECT_THAT(text, HasSubstr("| `kl` | KL(q\\|p) | nats | + | mean | exact | [0, ∞) | 0.25 | "
                              "distance Not to be confused with its negative. |"));
  EXPECT_THAT(text, HasSubstr("| V1 | exact | a = b |"));
}

TEST(EquationsMarkdown, DoesNotDependOnTheOrderOfTheSpecs) {
  const auto a = toy("a", "gan"), b = toy("b", "gan"), c = toy("c", "vae");
  const std::string text = equations_markdown({a, b, c});
  EXPECT_EQ(text, equations_markdown({c, b, a}));
  EXPECT_LT(text.find("## VAE objectives"), text.find("## GAN objectives"));
  EXPECT_LT(text.find("### a"), text.find("### b"));
}

TEST(Docs, EquationsAreThoseOfTheSpecs) {
  const auto page = source_root() / "docs" / "equations.md";
  const std::string expected = equations_markdown(component_specs());
  if (std::getenv("ELBOW_UPDATE_DOCS") != nullptr) {
    std::ofstream(page, std::ios::binary) << expected;
  }
  // Equality without printing two long texts.
  EXPECT_TRUE(read_file(page) == expected)
      << "docs/equations.md is out of date; run this test with ELBOW_UPDATE_DOCS=1";
}

TEST(Docs, ReadmeNamesTheExitCodes) {
  const std::string readme = read_file(source_root() / "README.md");
  for (const char* code :
       {"| 0 |", "| 1 |", "| 2 |", "| 3 |", "| 4 |", "| 5 |", "| 75 |", "| 130 |"}) {
    EXPECT_THAT(readme, HasSubstr(code));
  }
}

}  // namespace
}  // namespace elbow::testing
