#!/bin/sh
# Installs the Debian packages of scripts/packages.txt that are missing, and nothing when none is.
#   scripts/setup.sh            install what is missing
#   scripts/setup.sh --list     print the packages that this machine needs, installed or not
#   scripts/setup.sh --missing  print those that are missing
# ELBOW_WITHOUT="MARK ...": packages with these marks in packages.txt are not asked for.
# A LibTorch of your own: CMAKE_PREFIX_PATH=/path/to/libtorch; its packages are then not asked for.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
say() { printf '%s\n' "$*" >&2; }

# True when a directory of CMAKE_PREFIX_PATH, or Torch_DIR, holds a LibTorch.
own_torch() {
  if [ -n "${Torch_DIR:-}" ] && [ -f "$Torch_DIR/TorchConfig.cmake" ]; then return 0; fi
  old_ifs=$IFS
  IFS=':;'
  for prefix in ${CMAKE_PREFIX_PATH:-}; do
    if [ -f "$prefix/share/cmake/Torch/TorchConfig.cmake" ]; then
      IFS=$old_ifs
      return 0
    fi
  done
  IFS=$old_ifs
  return 1
}

# True when packages with this mark (or '-': none) are not asked for. Debian's npm brings some hundred packages, so any npm will do.
skipped() {
  case " ${ELBOW_WITHOUT:-} " in *" $1 "*) return 0 ;; esac
  case "$1" in
    torch) own_torch ;;
    npm) command -v npm >/dev/null 2>&1 ;;
    browser) [ "${ELBOW_COMMAND:-}" != ./check ] || command -v chromium >/dev/null 2>&1 ;;
    *) return 1 ;;
  esac
}

needed() {
  while read -r package mark rest; do
    case "$package" in '' | '#'*) continue ;; esac
    skipped "${mark:--}" || printf '%s\n' "$package"
  done <"$here/packages.txt"
}

# shellcheck disable=SC2046  # package names have no spaces
missing() {
  set -- $(needed)
  # "ii": wanted and installed. A package that dpkg never heard of is on stderr only.
  installed=$(dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' "$@" 2>/dev/null || true)
  for package; do
    case "
$installed
" in
      *"
ii  $package
"*) ;;
      *) printf '%s\n' "$package" ;;
    esac
  done
}

one_line() { tr '\n' ' ' | sed 's/ *$//'; }

not_debian() {
  lacking=
  for tool in cmake ninja c++; do
    command -v "$tool" >/dev/null 2>&1 || lacking="$lacking $tool"
  done
  if [ -n "$lacking" ]; then
    say "This is not a Debian system, so nothing can be installed here, and there is no:$lacking."
    say "Install CMake 3.25, Ninja, a C++20 compiler (GCC 12 or clang 14, or newer), LibTorch 1.13 or newer"
    say "(https://pytorch.org, the C++ package), CLI11, spdlog, toml++, nlohmann-json, libpng, zlib and"
    say "GoogleTest with your system's packages. Then:"
    say "  CMAKE_PREFIX_PATH=/path/to/libtorch $1"
    exit 1
  fi
  say "Not a Debian system: nothing is installed; CMake will name what it does not find."
}

install() {
  list=$(printf '%s\n' "$@" | one_line)
  as_root=
  if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null 2>&1; then
      say "Missing Debian packages: $list"
      say "This user may not install them (not root, and there is no sudo). Ask someone who may to run:"
      say "  apt-get install --no-install-recommends $list"
      exit 1
    fi
    as_root=sudo
  fi
  log=$(mktemp "${TMPDIR:-/tmp}/elbow-setup.XXXXXX")
  say "Installing $# Debian packages: $list"
  say "(some hundred megabytes; output in $log)"
  apt() {
    $as_root env DEBIAN_FRONTEND=noninteractive \
      apt-get -q -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@"
  }
  if ! apt update >"$log" 2>&1; then
    say "apt-get update reported errors; trying to install all the same."
  fi
  if ! apt install -y --no-install-recommends "$@" >>"$log" 2>&1; then
    tail -n 15 "$log" >&2
    say "The packages could not be installed (whole output: $log)."
    if grep -q 'Unable to locate package\|has no installation candidate' "$log"; then
      say "This system's package sources do not have all of them. Debian 12 (bookworm) or newer has; elsewhere"
      say "install a LibTorch from https://pytorch.org and set CMAKE_PREFIX_PATH=/path/to/libtorch."
    else
      say "Check the network (behind a proxy: Acquire::http::Proxy in /etc/apt/apt.conf.d), then run again."
    fi
    exit 1
  fi
  rm -f "$log"
}

case "${1:-}" in
  --list) needed ;;
  --missing) missing ;;
  '')
    if ! command -v dpkg-query >/dev/null 2>&1 || ! command -v apt-get >/dev/null 2>&1; then
      not_debian "${ELBOW_COMMAND:-./quickstart}"
      exit 0
    fi
    lacking=$(missing)
    # shellcheck disable=SC2086  # one word a package
    [ -z "$lacking" ] || install $lacking
    ;;
  *)
    say "usage: scripts/setup.sh [--list | --missing]"
    exit 2
    ;;
esac
