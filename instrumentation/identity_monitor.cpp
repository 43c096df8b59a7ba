#include "instrumentation/identity_monitor.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "instrumentation/text.h"

namespace elbow {
namespace {

using Json = nlohmann::ordered_json;

bool is_decisive(IdentityKind kind) {
  return kind == IdentityKind::exact || kind == IdentityKind::bound || kind == IdentityKind::oracle;
}

std::string range_statement(const TermSpec& term, const Range& range) {
  std::string text = term.symbol.empty() ? term.name : term.symbol;
  if (std::isfinite(range.minimum) && std::isfinite(range.maximum)) {
    return significant(range.minimum, 6) + " ≤ " + text + " ≤ " + significant(range.maximum, 6);
  }
  if (std::isfinite(range.minimum)) return text + " ≥ " + significant(range.minimum, 6);
  return text + " ≤ " + significant(range.maximum, 6);
}

// The side of a range that `value` is nearer to breaking, as lhs <= rhs.
Sides nearest_limit(const Range& range, double value) {
  const double below = range.minimum - value, above = value - range.maximum;
  if (std::isfinite(range.minimum) && !(above > below)) return {.lhs = range.minimum, .rhs = value};
  return {.lhs = value, .rhs = range.maximum};
}

// Larger is worse; a value that is no number is worst.
double excess(const Sides& sides) {
  const double relative =
      (sides.lhs - sides.rhs) / std::max({1.0, std::abs(sides.lhs), std::abs(sides.rhs)});
  return std::isnan(relative) ? std::numeric_limits<double>::infinity() : relative;
}

// Doubles that JSON has no number for become text.
Json to_json(double value) {
  if (std::isfinite(value)) return value;
  return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

double from_json(const Json& json) {
  return json.is_string() ? std::stod(json.get<std::string>()) : json.get<double>();
}

}  // namespace

double CheckCount::z_sd() const {
  return z_count > 1 ? std::sqrt(z_m2 / static_cast<double>(z_count - 1)) : 0.0;
}

bool CheckCount::decisive() const { return is_decisive(kind); }

IdentityMonitor::IdentityMonitor(Alert alert) : alert_(std::move(alert)) {}

void IdentityMonitor::start(const RunInfo& info) {
  identities_.clear();
  ranges_.clear();
  counts_.clear();
  index_.clear();
  evidence_.clear();
  failed_ = false;
  for (const Spec& spec : info.specs) {
    identities_.insert(identities_.end(), spec.identities.begin(), spec.identities.end());
  }
  terms_ = TermTable(info);
  for (const TermEntry& entry : terms_.entries()) {
    const Range range = range_of(entry.term);
    if (!range.bounded()) continue;
    IdentitySpec identity;
    identity.id = "range:" + entry.term.name;
    identity.kind = IdentityKind::bound;
    identity.statement = range_statement(entry.term, range);
    RangeCheck check{std::move(identity), entry.term.name, range};
    for (const TermEntry& other : terms_.entries()) {
      check.shared = check.shared || in_family(check.pattern, other.term.name);
    }
    ranges_.push_back(std::move(check));
  }
}

void IdentityMonitor::step(StepRecord& record) {
  record.checks.reserve(identities_.size() + ranges_.size());
  for (const IdentitySpec& identity : identities_) {
    if (const std::optional<Sides> sides = identity.sides(record.values)) {
      const CheckResult result = judge(identity, *sides);
      count(record, result);
      if (record.split == "train" && RunningEvidence::adds_up(identity))
        accumulate(identity, record, result);
    }
  }
  for (const RangeCheck& check : ranges_) check_range(check, record);
}

void IdentityMonitor::accumulate(const IdentitySpec& identity, StepRecord& record,
                                 const CheckResult& result) {
  if (result.se <= 0.0 || !std::isfinite(result.z)) return;
  RunningEvidence& evidence = evidence_[identity.id];
  evidence.add(result.residual, result.se);
  if (evidence.speaks()) count(record, evidence.result(identity));
}

void IdentityMonitor::check_range(const RangeCheck& check, StepRecord& record) {
  const auto& values = record.values.all();
  if (check.pattern.back() != '*') {
    const auto found = values.find(check.pattern);
    if (found != values.end()) {
      count(record, judge(check.identity, nearest_limit(check.range, found->second.mean)));
    }
    return;
  }
  std::optional<Sides> worst;
  const std::string* worst_key = nullptr;
  const std::string_view prefix(check.pattern.data(), check.pattern.size() - 1);
  for (auto it = values.lower_bound(prefix); it != values.end(); ++it) {
    if (it->first.compare(0, prefix.size(), prefix) != 0) break;
    if (check.shared && terms_.find(it->first)->term.name != check.pattern) continue;
    const Sides sides = nearest_limit(check.range, it->second.mean);
    if (!worst || excess(sides) > excess(*worst)) {
      worst = sides;
      worst_key = &it->first;
    }
  }
  if (!worst) return;
  CheckResult result = judge(check.identity, *worst);
  if (result.verdict == Verdict::fails) result.statement += " (" + *worst_key + ")";
  count(record, std::move(result));
}

CheckCount& IdentityMonitor::entry(const CheckResult& result) {
  const auto found = index_.find(result.id);
  if (found != index_.end()) return counts_[found->second];
  CheckCount count;
  count.id = result.id;
  count.kind = result.kind;
  count.statement = result.statement;
  index_.emplace(result.id, counts_.size());
  counts_.push_back(std::move(count));
  return counts_.back();
}

void IdentityMonitor::count(StepRecord& record, CheckResult result) {
  CheckCount& count = entry(result);
  ++count.evaluations;
  if (result.verdict == Verdict::holds) ++count.holds;
  if (result.verdict == Verdict::inconclusive) ++count.inconclusive;
  if (!count.decisive() && std::isfinite(result.z)) {
    ++count.z_count;
    const double delta = result.z - count.z_mean;
    count.z_mean += delta / static_cast<double>(count.z_count);
    count.z_m2 += delta * (result.z - count.z_mean);
  }
  if (result.verdict == Verdict::fails) {
    ++count.fails;
    const bool first = !count.first_failure;
    if (first) count.first_failure = FirstFailure{record.step, record.split, result};
    if (count.decisive()) {
      failed_ = true;
      if (first && alert_) alert_(record, result);
    }
  }
  record.checks.push_back(std::move(result));
}

std::string IdentityMonitor::save() {
  Json state = Json::array();
  for (const CheckCount& count : counts_) {
    Json one = {{"id", count.id},
                {"kind", static_cast<int>(count.kind)},
                {"statement", count.statement},
                {"evaluations", count.evaluations},
                {"holds", count.holds},
                {"fails", count.fails},
                {"inconclusive", count.inconclusive},
                {"z_count", count.z_count},
                {"z_mean", to_json(count.z_mean)},
                {"z_m2", to_json(count.z_m2)}};
    if (count.first_failure) {
      const FirstFailure& first = *count.first_failure;
      const CheckResult& result = first.result;
      one["first"] = {{"step", first.step},
                      {"split", first.split},
                      {"statement", result.statement},
                      {"lhs", to_json(result.lhs)},
                      {"rhs", to_json(result.rhs)},
                      {"residual", to_json(result.residual)},
                      {"tolerance", to_json(result.tolerance)},
                      {"z", to_json(result.z)}};
    }
    state.push_back(std::move(one));
  }
  for (const auto& [id, evidence] : evidence_) {
    const RunningEvidence::State& s = evidence.state();
    state.push_back(
        {{"evidence", id}, {"n", s.n}, {"sum", s.sum}, {"variance", s.variance}, {"se", s.se}});
  }
  return state.dump();
}

void IdentityMonitor::restore(const std::string& text) {
  counts_.clear();
  index_.clear();
  evidence_.clear();
  failed_ = false;
  if (text.empty()) return;
  for (const Json& one : Json::parse(text)) {
    if (one.contains("evidence")) {
      if (!one.contains("variance")) continue;  // of an earlier version, in other units: begin anew
      evidence_[one.at("evidence")].restore(
          {one.at("n"), one.at("sum"), one.at("variance"), one.at("se")});
      continue;
    }
    CheckCount count;
    count.id = one.at("id");
    count.kind = static_cast<IdentityKind>(one.at("kind").get<int>());
    count.statement = one.at("statement");
    count.evaluations = one.at("evaluations");
    count.holds = one.at("holds");
    count.fails = one.at("fails");
    count.inconclusive = one.at("inconclusive");
    count.z_count = one.at("z_count");
    count.z_mean = from_json(one.at("z_mean"));
    count.z_m2 = from_json(one.at("z_m2"));
    if (one.contains("first")) {
      const Json& first = one.at("first");
      CheckResult result;
      result.id = count.id;
      result.kind = count.kind;
      result.verdict = Verdict::fails;
      result.statement = first.at("statement");
      result.lhs = from_json(first.at("lhs"));
      result.rhs = from_json(first.at("rhs"));
      result.residual = from_json(first.at("residual"));
      result.tolerance = from_json(first.at("tolerance"));
      result.z = from_json(first.at("z"));
      count.first_failure = FirstFailure{first.at("step"), first.at("split"), result};
      failed_ = failed_ || count.decisive();
    }
    index_.emplace(count.id, counts_.size());
    counts_.push_back(std::move(count));
  }
}

}  // namespace elbow
