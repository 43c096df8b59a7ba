#include "problems/training_run.h"

#include <gtest/gtest.h>

#include "tests/problems/verdicts.h"

namespace elbow::problems {
namespace {

TEST(TrainingRun, ARunThatBrokeAnIdentityIsCaught) {
  const auto after = [](IdentityKind kind, std::int64_t fails) {
    TrainedModel model;
    CheckCount count;
    count.id = "V1";
    count.kind = kind;
    count.evaluations = 10;
    count.fails = fails;
    model.counts = {count};
    return verdicts([&](const Checks& c) { emit_run_identities(c, model); });
  };
  expect_none_fails(after(IdentityKind::exact, 0));
  expect_none_fails(after(IdentityKind::statistical, 1));  // one in thousands does, by chance
  expect_caught(after(IdentityKind::exact, 1), "while_training");
}

}  // namespace
}  // namespace elbow::problems
