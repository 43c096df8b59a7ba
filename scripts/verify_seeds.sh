#!/usr/bin/env bash
# Repeats `elbow verify` for many seeds and counts what fails: how often its checks fail without cause.
#   scripts/verify_seeds.sh [FIRST [LAST [PATTERN]]]   seeds 1 to 30 of all problems
# Per problem: checks with a standard error, those that |z| > 4 of a normal law would let fail, those that
# failed, and the seeds and checks where they did. $ELBOW names the program (build/release/elbow).
# Exit codes: 0 whatever fails, 1 a seed could not be run.
set -euo pipefail
# shellcheck source=scripts/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

first=${1:-1} last=${2:-30} pattern=${3:-}
program=${ELBOW:-$root/build/release/elbow}
[ -x "$program" ] || die "$program is not there: build it, or name it in \$ELBOW."
log=$(mktemp)
trap 'rm -f "$log"' EXIT

for ((seed = first; seed <= last; ++seed)); do
  say "seed $seed"
  status=0
  "$program" verify ${pattern:+"$pattern"} --format json --seed "$seed" 2>/dev/null |
    sed "s/^{/{\"seed\":$seed,/" >>"$log" || status=$?
  # 5: a check failed, which is what is counted.
  [ "$status" = 0 ] || [ "$status" = 5 ] || die "elbow verify --seed $seed ended with exit code $status."
done

awk '
  function field(name,   at, text) {
    at = index($0, "\"" name "\":")
    text = substr($0, at + length(name) + 3)
    if (substr(text, 1, 1) == "\"") { text = substr(text, 2); return substr(text, 1, index(text, "\"") - 1) }
    sub(/[,}].*/, "", text)
    return text
  }
  {
    problem = field("problem")
    if (!(problem in checks)) order[++problems] = problem
    ++checks[problem]
    sampled[problem] += field("se") != "null"
    if (field("verdict") == "fails") {
      ++failed[problem]
      where[problem] = where[problem] "  seed " field("seed") " " field("id")
    }
  }
  END {
    printf "%-20s %10s %10s %10s %8s\n", "problem", "checks", "on samples", "by chance", "failed"
    for (i = 1; i <= problems; ++i) {
      p = order[i]
      # erfc(4 / sqrt(2)) = 6.334e-5
      printf "%-20s %10d %10d %10.2g %8d%s\n", p, checks[p], sampled[p], sampled[p] * 6.334e-5, failed[p], where[p]
    }
  }' "$log"
