#!/usr/bin/env bash
# Training beside other busy processes: samples per second with none, one and two of them, in interleaved rounds, for
# the program as it is and with other active waits of its OpenMP threads.
#   bench/busy.sh [--rounds N] [--steps N] [--loads '0 1 2'] [VARIANT...]
# A variant is `default`, `threads=N`, `passive`, or the number of turns that a thread waits actively (300000 is what libgomp
# does untold). Default: default 300000 threads=1. MNIST where it is found ($ELBOW_DATA), otherwise glyphs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
elbow=${ELBOW_PROGRAM:-build/release/elbow}
rounds=5 steps=1500 loads='0 1 2' variants=()
while [ $# -gt 0 ]; do
  case "$1" in
    --rounds) rounds=$2; shift ;;
    --steps) steps=$2; shift ;;
    --loads) loads=$2; shift ;;
    default | passive | threads=[0-9]* | [0-9]*) variants+=("$1") ;;
    *) echo "usage: bench/busy.sh [--rounds N] [--steps N] [--loads '0 1 2'] [VARIANT...]" >&2; exit 2 ;;
  esac
  shift
done
[ ${#variants[@]} -gt 0 ] || variants=(default 300000 threads=1)
[ -x "$elbow" ] || { echo "no $elbow: cmake --preset release && cmake --build --preset release" >&2; exit 1; }

work=$(mktemp -d)
others=()
free_cores() {
  [ ${#others[@]} -eq 0 ] || kill "${others[@]}" 2>/dev/null || true
  [ ${#others[@]} -eq 0 ] || wait "${others[@]}" 2>/dev/null || true
  others=()
}
trap 'free_cores; rm -rf "$work"' EXIT

occupy() {
  local i
  for ((i = 0; i < $1; ++i)); do
    (while :; do :; done) &
    others+=($!)
  done
}

# rate VARIANT: median samples per second over the blocks of one short training.
rate() {
  local options=() environment=(-u GOMP_SPINCOUNT -u OMP_WAIT_POLICY)
  case "$1" in
    threads=*) options=(--threads "${1#threads=}") ;;
    passive) environment+=(OMP_WAIT_POLICY=passive) ;;
    [0-9]*) environment+=("GOMP_SPINCOUNT=$1") ;;
  esac
  env "${environment[@]}" "$elbow" train configs/vae/elbo.toml run.epochs=0 "run.steps=$steps" log.every=100 probes.every=0 \
    pictures.every=0 --run-dir "$work/run" --overwrite --progress none "${options[@]}" >/dev/null 2>&1
  grep -o '"samples_per_second_median":[^,}]*' "$work/run/result.json" | cut -d: -f2
}

for ((round = 1; round <= rounds; ++round)); do
  for load in $loads; do
    # Another order each round, so that a slow stretch of the machine does not fall on one variant.
    for variant in $(printf '%s\n' "${variants[@]}" | shuf --random-source=<(yes "$round-$load")); do
      occupy "$load"
      value=$(rate "$variant")
      free_cores
      printf '%s %s %s %s\n' "$round" "$load" "$variant" "$value"
    done
  done
done | tee "$work/rows" >&2

# Medians, and each load's rate over the quiet rate of libgomp's own wait in the same round where that was measured.
awk '
  { rate[$1, $2, $3] = $4; rounds[$1]; loads[$2]; if (!($3 in seen)) { seen[$3]; names[++count] = $3 } }
  function median(list, n,   i, j, t) {
    for (i = 2; i <= n; ++i) for (j = i; j > 1 && list[j - 1] > list[j]; --j) { t = list[j]; list[j] = list[j - 1]; list[j - 1] = t }
    return n % 2 ? list[(n + 1) / 2] : (list[n / 2] + list[n / 2 + 1]) / 2
  }
  END {
    reference = ("300000" in seen) ? "300000" : names[1]
    printf "%-12s %8s %12s   %s\n", "variant", "others", "samples/s", "over quiet " reference " in the same round: median (min to max)"
    for (k = 1; k <= count; ++k) for (load = 0; load <= 99; ++load) if (load in loads) {
      n = 0
      for (r in rounds) if ((r, load, names[k]) in rate) {
        ++n; list[n] = rate[r, load, names[k]]; share[n] = list[n] / rate[r, 0, reference]
      }
      m = median(list, n); s = median(share, n)
      printf "%-12s %8d %12.0f   %.2f (%.2f to %.2f)\n", names[k], load, m, s, share[1], share[n]
    }
  }' "$work/rows"
