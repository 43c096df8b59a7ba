#!/usr/bin/env bash
# Builds and tests this tree on another Debian release, in a directory that debootstrap fills.
#   scripts/suite.sh trixie|sid [LABEL]   build and run the tests (of one label)
#   scripts/suite.sh --mirror [DIR]       print the Debian mirror that DIR (/etc/apt) uses
#   scripts/suite.sh --shell trixie|sid   a shell in that system, with the tree in /src
# Exit codes: 0 tests passed, 1 they did not, 69 the system could not be prepared.
set -euo pipefail
# shellcheck source=scripts/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

unavailable() {
  say "$@"
  exit 69
}

# The first mirror of Debian proper (not security, not another vendor) in sources.list or deb822 files.
mirror() {
  local apt=${1:-/etc/apt} found
  found=$(cat "$apt"/sources.list "$apt"/sources.list.d/*.list "$apt"/sources.list.d/*.sources \
    2>/dev/null | sed -n \
    -e 's/^[[:space:]]*deb[[:space:]]\{1,\}\(\[[^]]*\][[:space:]]*\)\{0,1\}\([^[:space:]]*\).*/\2/p' \
    -e 's/^URIs:[[:space:]]*\([^[:space:]]*\).*/\1/p' |
    grep -E '^https?://.*/debian/?$' | head -n 1) || true
  echo "${found:-http://deb.debian.org/debian}"
}

# This machine's proxies for apt, as lines of an apt configuration.
proxies() {
  apt-config dump 2>/dev/null | grep -iE '^Acquire::https?::(Proxy|Verify)' || true
  local scheme value
  for scheme in http https; do
    value=${scheme}_proxy
    [ -z "${!value:-}" ] || printf 'Acquire::%s::Proxy "%s";\n' "$scheme" "${!value}"
  done
}

prepare() {
  local suite=$1 system=$2 from log=$2.log
  local stamp
  stamp=$(cksum <"$root/scripts/packages.txt")
  if [ "$(cat "$system/etc/elbow-packages" 2>/dev/null)" = "$stamp" ]; then return 0; fi
  mkdir -p "$(dirname "$system")"
  from=${ELBOW_MIRROR:-$(mirror)}
  if [ ! -f "$system/etc/elbow-base" ]; then
    say "Installing a minimal $suite in $system from $from ..."
    eval "$(apt-config shell http_proxy Acquire::http::Proxy https_proxy Acquire::https::Proxy \
      2>/dev/null || true)"
    export http_proxy="${http_proxy:-}" https_proxy="${https_proxy:-}"
    [ -n "$http_proxy" ] || unset http_proxy
    [ -n "$https_proxy" ] || unset https_proxy
    rm -rf --one-file-system "$system"
    if ! debootstrap --variant=minbase --include=ca-certificates "$suite" "$system" "$from" \
      >"$log" 2>&1; then
      tail -n 5 "$log" >&2
      unavailable "debootstrap failed (output: $log). Is $from reachable? ELBOW_MIRROR names another."
    fi
    {
      echo 'Acquire::Languages "none";'
      echo 'APT::Install-Recommends "false";'
      # Mirrors of unstable may serve a release file past its date.
      if [ "$suite" = sid ]; then echo 'Acquire::Check-Valid-Until "false";'; fi
    } >"$system/etc/apt/apt.conf.d/90elbow"
    # No service may start in there.
    printf '#!/bin/sh\nexit 101\n' >"$system/usr/sbin/policy-rc.d"
    chmod +x "$system/usr/sbin/policy-rc.d"
    touch "$system/etc/elbow-base"
  fi
  proxies >"$system/etc/apt/apt.conf.d/91elbow-proxy"
  cp /etc/resolv.conf "$system/etc/resolv.conf"
  cp /etc/hosts "$system/etc/hosts"
  mkdir -p "$system/tmp"
  cp "$root/scripts/setup.sh" "$root/scripts/packages.txt" "$system/tmp/"
  say "Installing the packages of scripts/packages.txt in it ..."
  if ! inside "$system" /tmp/setup.sh >"$log" 2>&1; then
    tail -n 15 "$log" >&2
    unavailable "The packages could not be installed in $system (output: $log)."
  fi
  echo "$stamp" >"$system/etc/elbow-packages"
}

# inside SYSTEM COMMAND...: runs it there as root, with /proc, /dev and the data mounted for it alone. The page of
# `elbow report` is the same on every release and left out: npm and a browser are a thousand packages more.
inside() {
  local system=$1 data=
  shift
  if [ -d "${ELBOW_DATA:-}" ]; then data=$(cd "$ELBOW_DATA" && pwd); fi
  mkdir -p "$system/mnt/data"
  # shellcheck disable=SC2016  # expanded by the inner shell
  unshare --mount sh -c '
    system=$1 data=$2
    shift 2
    mount -t proc proc "$system/proc" || exit 69
    mount --bind /dev "$system/dev" || exit 69
    # For tests that want a terminal; they are skipped without one.
    mount --bind /dev/pts "$system/dev/pts" 2>/dev/null || true
    ELBOW_DATA=
    if [ -n "$data" ] && mount --bind "$data" "$system/mnt/data"; then ELBOW_DATA=/mnt/data; fi
    exec chroot "$system" /usr/bin/env -i HOME=/root LANG=C.UTF-8 \
      PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
      ${ELBOW_DATA:+ELBOW_DATA="$ELBOW_DATA"} CCACHE_DIR=/var/cache/elbow-ccache \
      CCACHE_BASEDIR=/src CCACHE_NOHASHDIR=1 ELBOW_WITHOUT="npm browser" "$@"' sh "$system" "$data" "$@"
}

# A fresh copy of the tree; build/ is left alone. A file has the time at which its contents came to
# differ there: the next build is incremental, and never takes the older file of another clone for
# one that it has built.
copy_tree() {
  local source=$1/src before=$1/src.before file
  rm -rf "$before"
  mkdir -p "$source" "$before"
  find "$source" -mindepth 1 -maxdepth 1 ! -name build -exec mv {} "$before" \;
  tar -C "$root" -cf - --exclude=./build --exclude=./runs --exclude=./.git --exclude=./data/mnist . |
    tar -C "$source" -xmf -
  (cd "$source" && find . -path ./build -prune -o -type f -print) | while IFS= read -r file; do
    if cmp -s "$before/$file" "$source/$file"; then touch -r "$before/$file" "$source/$file"; fi
  done
  rm -rf "$before"
}

case "${1:-}" in
  --mirror)
    mirror "${2:-/etc/apt}"
    exit 0
    ;;
  --shell) suite=${2:-} shell=yes label='' ;;
  *) suite=${1:-} shell=no label=${2:-} ;;
esac
case "$suite" in
  trixie | sid) ;;
  *)
    say "Unknown suite '$suite': trixie (Debian 13) or sid (unstable)."
    exit 2
    ;;
esac
[ "$(id -u)" = 0 ] || unavailable "--suite makes a chroot and needs root: sudo ./check --suite $suite"
if ! command -v debootstrap >/dev/null 2>&1; then
  say "Installing debootstrap ..."
  { apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends \
    debootstrap; } >/dev/null 2>&1 ||
    unavailable "--suite needs debootstrap, which could not be installed (Debian: apt-get install debootstrap)."
fi
unshare --mount true 2>/dev/null ||
  unavailable "This container may not mount file systems, which --suite needs (CAP_SYS_ADMIN)."

system=${ELBOW_SUITE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/elbow}/$suite
prepare "$suite" "$system"
copy_tree "$system"
if [ "$shell" = yes ]; then
  inside "$system" bash
  exit
fi
say "Building and testing on $suite, in $system ..."
inside "$system" dpkg-query -W libtorch-dev g++ cmake >&2
inside "$system" /src/check ${label:+--label "$label"} || exit 1
