#!/usr/bin/env bash
# Four values of beta with `elbow sweep` and one after another by hand, in turns; prints the ratio of their times.
#   bench/sweep.sh [ROUNDS] [STEPS]      MNIST where it is found ($ELBOW_DATA), otherwise glyphs
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
rounds=${1:-3} steps=${2:-2000}
elbow=build/release/elbow
config=(configs/vae/beta.toml run.epochs=0 "run.steps=$steps" data.name=auto)
runs=$(mktemp -d)
trap 'rm -rf "$runs"' EXIT

seconds() {
  local from=$EPOCHREALTIME
  "$@" >/dev/null 2>&1
  awk -v a="$from" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.2f", b - a }'
}
by_hand() {
  local beta
  for beta in 1 2 4 8; do
    "$elbow" train "${config[@]}" "objective.beta=$beta" --run-dir "$runs/hand-$beta" --overwrite
  done
}
swept() {
  rm -rf "$runs/sweep"
  "$elbow" sweep "${config[@]}" objective.beta=1,2,4,8 --dir "$runs/sweep"
}
for ((round = 1; round <= rounds; ++round)); do
  hand=$(seconds by_hand) sweep=$(seconds swept)
  awk -v h="$hand" -v s="$sweep" 'BEGIN { printf "by hand %.1f s, sweep %.1f s: %.2f of it\n", h, s, s / h }'
done
