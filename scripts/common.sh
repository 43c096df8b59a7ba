# Sourced by quickstart, check and the scripts beside this file (bash, set -euo pipefail).
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# Object files are found again from any checkout, whatever its path.
export CCACHE_BASEDIR="${CCACHE_BASEDIR:-$root}" CCACHE_NOHASHDIR="${CCACHE_NOHASHDIR:-1}"

say() { printf '%s\n' "$*" >&2; }
die() {
  say "$@"
  exit 1
}

# Compilers that run at a time: one per core, but at least 1.5 GB of memory each.
build_jobs() {
  local cores memory
  cores=$(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN)
  memory=$(awk '/^MemAvailable:/ { print int($2 / 1500000) }' /proc/meminfo 2>/dev/null || true)
  if [ -n "$memory" ] && [ "$memory" -lt "$cores" ]; then cores=$memory; fi
  if [ "$cores" -lt 1 ]; then cores=1; fi
  echo "$cores"
}

# run_quietly LOG COMMAND...: ninja's progress on one line of a terminal, everything else in LOG; when the
# command fails, the end of LOG is printed.
run_quietly() {
  local log=$1 status=0 line
  shift
  mkdir -p "$(dirname "$log")"
  if [ -t 2 ]; then
    "$@" 2>&1 | tee "$log" | while IFS= read -r line; do
      case "$line" in \[*/*\]*) printf '\r\033[K%.78s' "$line" >&2 ;; esac
    done || status=${PIPESTATUS[0]}
    printf '\r\033[K' >&2
  else
    "$@" >"$log" 2>&1 || status=$?
  fi
  if [ "$status" != 0 ]; then
    # The first error of a compiler stands before pages of its consequences.
    grep -n -m 5 -E 'error:|Error |FAILED:' "$log" >&2 || true
    tail -n 25 "$log" >&2
    say "This failed: $*"
    say "The whole output is in $log."
  fi
  return "$status"
}

# build PRESET [TARGET...]: configures where needed and builds; all targets when none is named.
build() {
  local preset=$1 target
  local directory=$root/build/$preset
  shift
  # A tree configured with another LibTorch keeps that one in its cache: start afresh.
  local wanted="${CMAKE_PREFIX_PATH:-} ${Torch_DIR:-}"
  local mark=$directory/prefix.txt
  if [ ! -f "$directory/build.ninja" ] || [ "$wanted" != "$(cat "$mark" 2>/dev/null)" ]; then
    say "Configuring ($preset) ..."
    (cd "$root" && run_quietly "$directory/configure.log" cmake --preset "$preset" --fresh) || {
      say "Remedy: install what CMake misses (Debian: scripts/setup.sh; own LibTorch: CMAKE_PREFIX_PATH)."
      return 1
    }
    printf '%s\n' "$wanted" >"$mark"
  fi
  local targets=()
  for target; do targets+=(--target "$target"); done
  if [ ! -x "$directory/elbow" ]; then
    say "Building ($preset), $(build_jobs) file(s) at a time; the first time takes minutes ..."
  fi
  (cd "$root" && run_quietly "$directory/build.log" \
    cmake --build --preset "$preset" --parallel "$(build_jobs)" "${targets[@]}")
}
