// Evaluates the identities of specs on evaluations, as a run does on its records.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "objectives/join.h"
#include "objectives/probe_identities.h"
#include "objectives/registry.h"
#include "objectives/truth_identities.h"
#include "training/evaluation.h"

namespace elbow::testing {

/// The record of evaluations, each with the name of its phase.
inline Values record(const std::vector<std::pair<std::string, Evaluation>>& evaluations) {
  Values values;
  for (const auto& [phase, evaluation] : evaluations)
    add_to(values, phase_values(phase, evaluation));
  return values;
}

/// Adds the terms and the loss of a penalty.
inline void add(Evaluation& evaluation, const Evaluation& penalty) {
  evaluation.terms.insert(evaluation.terms.end(), penalty.terms.begin(), penalty.terms.end());
  if (penalty.loss.defined()) evaluation.loss = evaluation.loss + penalty.loss;
}

/// Verdicts of the identities whose sides the record has.
inline std::vector<CheckResult> check(const std::vector<IdentitySpec>& identities,
                                      const Values& values) {
  std::vector<CheckResult> results;
  for (const IdentitySpec& identity : identities)
    if (const auto sides = identity.sides(values)) results.push_back(judge(identity, *sides));
  return results;
}

/// Whether only a record with a probe has the sides of an identity: the gradients of G6 and G8, the
/// latent space, and what is known of densities (tests/training, tests/instrumentation).
inline bool needs_probe(const IdentitySpec& identity) {
  const std::string& id = identity.id;
  if (id == "G6" || id == "G8" || id.starts_with("G8.")) return true;
  if (id == "G30" || id.ends_with(".truth")) return true;
  const auto probed =
      join(latent_probe_identities(), known_evidence_identities(), known_samples_identities(),
           known_critic_identities(), sample_distance_identities());
  return std::any_of(probed.begin(), probed.end(),
                     [&](const IdentitySpec& other) { return other.id == id; });
}

/// Every identity is evaluated on the record and holds, but for those of probes.
inline void expect_all_hold(const std::vector<IdentitySpec>& identities, const Values& values) {
  const std::vector<CheckResult> results = check(identities, values);
  const auto from_probe = std::count_if(identities.begin(), identities.end(), needs_probe);
  EXPECT_EQ(results.size() + static_cast<std::size_t>(from_probe), identities.size())
      << "an identity was not evaluated";
  for (const CheckResult& r : results)
    EXPECT_EQ(r.verdict, Verdict::holds)
        << r.id << ": " << r.statement << "; " << r.lhs << " against " << r.rhs;
}

/// The identity `id` is evaluated on the record of a planted mistake and fails.
inline void expect_caught(const std::vector<IdentitySpec>& identities, const Values& values,
                          const std::string& id) {
  const std::vector<CheckResult> results = check(identities, values);
  const auto found = std::find_if(results.begin(), results.end(),
                                  [&](const CheckResult& r) { return r.id == id; });
  ASSERT_NE(found, results.end()) << id << " was not evaluated";
  EXPECT_EQ(found->verdict, Verdict::fails)
      << id << " overlooked a planted mistake: " << found->lhs << " against " << found->rhs;
}

/// A term of an evaluation by name, to be read or spoiled.
inline Term& term(Evaluation& evaluation, const std::string& name) {
  for (Term& t : evaluation.terms)
    if (t.name == name) return t;
  throw Error("no term " + name);
}

}  // namespace elbow::testing
