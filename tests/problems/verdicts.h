// The verdicts of a problem's statements, on right numbers and on those of planted mistakes.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <string>

#include "problems/checks.h"

namespace elbow::problems {

/// The worst verdict under each id.
using Verdicts = std::map<std::string, Verdict>;

inline Verdicts verdicts(const std::function<void(const Checks&)>& statements) {
  Verdicts all;
  const Emit emit = [&](const CheckResult& r) {
    if (all.count(r.id) == 0 || r.verdict == Verdict::fails) all[r.id] = r.verdict;
  };
  statements(Checks(emit));
  return all;
}

/// There are statements, and none fails.
inline void expect_none_fails(const Verdicts& all) {
  EXPECT_FALSE(all.empty());
  for (const auto& [id, verdict] : all) EXPECT_NE(verdict, Verdict::fails) << id;
}

/// The statement `id` fails. tests/structure/mutants_test.cpp reads the ids of these calls.
inline void expect_caught(const Verdicts& all, const std::string& id) {
  const auto found = all.find(id);
  ASSERT_NE(found, all.end()) << id << " was not evaluated";
  EXPECT_EQ(found->second, Verdict::fails) << id << " overlooked a planted mistake";
}

}  // namespace elbow::problems
