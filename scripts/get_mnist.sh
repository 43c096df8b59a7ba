#!/bin/sh
# Downloads the four files of MNIST into DIR (default data/mnist), checks them, and keeps what is
# already there and good; another file of the same name is renamed to NAME.bad, never lost.
# Usage: scripts/get_mnist.sh [DIR]
# Exit codes: 0 all four files are good, 2 usage, 3 a file could not be had.
#
# ELBOW_MNIST_MIRRORS  other places, separated by spaces, tried in order
# ELBOW_MNIST_SUMS     a file with other checksums, lines of: SHA-256 of the .gz, of its content, name
set -u
LC_ALL=C
export LC_ALL

case "${1:-}" in
  -h | --help)
    sed -n '2,7s/^# \{0,1\}//p' "$0"
    exit 0 ;;
  -*)
    echo "get_mnist: unknown option $1 (usage: scripts/get_mnist.sh [DIR])" >&2
    exit 2 ;;
esac
if [ $# -gt 1 ]; then
  echo "get_mnist: one directory at most (usage: scripts/get_mnist.sh [DIR])" >&2
  exit 2
fi
dir=${1:-data/mnist}
mirrors=${ELBOW_MNIST_MIRRORS:-"https://ossci-datasets.s3.amazonaws.com/mnist
  https://storage.googleapis.com/cvdf-datasets/mnist"}

say() { printf '%s\n' "get_mnist: $*" >&2; }
die() {
  say "$*"
  exit 3
}

sums() {
  if [ -n "${ELBOW_MNIST_SUMS:-}" ]; then
    cat "$ELBOW_MNIST_SUMS"
    return
  fi
  cat <<'EOF'
71524e2cd1ad2968737f7f2f2ff69cbfc32df8ccddff51593f7cb2d4e0eb5b64 ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db train-images-idx3-ubyte
fe03b8bd7915f70bf5aa08be480aa413fbd85afcaa58b35d230d335f284fd88e 65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5 train-labels-idx1-ubyte
5634745efa576a17e7d4cf5cd9d09123c75e6538e5114267c2d156edaf519341 0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7 t10k-images-idx3-ubyte
ae18e77e031ccde52407f794d123116439864147d33ac992975f85dd4dc42af6 ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2 t10k-labels-idx1-ubyte
EOF
}

# --- tools ------------------------------------------------------------------------------------

if command -v curl >/dev/null 2>&1; then
  tool=curl
elif command -v wget >/dev/null 2>&1; then
  tool=wget
else
  die "neither curl nor wget was found. Install one (Debian: apt install curl), or copy the four
  .gz files from another machine into $dir."
fi
command -v gzip >/dev/null 2>&1 || die "gzip was not found. Install it (Debian: apt install gzip)."

if command -v sha256sum >/dev/null 2>&1; then
  hash() { sha256sum | cut -d ' ' -f 1; }
elif command -v shasum >/dev/null 2>&1; then
  hash() { shasum -a 256 | cut -d ' ' -f 1; }
elif command -v openssl >/dev/null 2>&1; then
  hash() { openssl dgst -sha256 -r | cut -d ' ' -f 1; }
else
  die "no program for SHA-256 was found. Install sha256sum (coreutils), shasum or openssl."
fi

# download URL FILE: continues FILE where it ends. The tool's own words go to FILE.log.
download() {
  if [ "$tool" = curl ]; then
    curl --fail --location --silent --show-error --connect-timeout 20 --speed-limit 1000 \
      --speed-time 30 --continue-at - --output "$2" "$1" 2>"$2.log"
  else
    wget --no-verbose --tries=1 --timeout=30 --continue --output-document="$2" "$1" 2>"$2.log"
  fi
}

# --- checks -----------------------------------------------------------------------------------

# good_gz FILE GZ_SUM SUM: another compression of the same content is as good.
good_gz() {
  [ -s "$1" ] || return 1
  [ "$(hash <"$1")" = "$2" ] && return 0
  [ "$(gzip -dc <"$1" 2>/dev/null | hash)" = "$3" ]
}

looks_like_html() {
  dd if="$1" bs=512 count=1 2>/dev/null | tr -d '\000' | grep -qi -e '<html' -e '<!doctype' -e '<head'
}

# what_is_wrong FILE: one line on a download that is not the right file.
what_is_wrong() {
  if [ ! -s "$1" ]; then
    echo "the answer was empty"
  elif looks_like_html "$1"; then
    echo "the answer is a web page (HTML), not the file: a login page of the network, or a proxy, answered.
  Open any page in a browser to log in, or set https_proxy=http://HOST:PORT, and run this again"
  elif problem=$(gzip -t <"$1" 2>&1); then
    echo "checksum mismatch: a well-formed file, but not MNIST's (changed on the way, or on the mirror)"
  else
    case $problem in
      *"unexpected end of file"*) echo "the file is truncated" ;;
      *) echo "the file is damaged or tampered with (not readable as gzip)" ;;
    esac
  fi
}

# --- one file ---------------------------------------------------------------------------------

size() { if [ -e "$1" ]; then wc -c <"$1" | tr -d ' '; else echo 0; fi; }

# attempt URL FILE GZ_SUM SUM: 0 when FILE is then good. Otherwise says why; the file is kept only
# where it may be the beginning of the right one.
attempt() {
  if download "$1" "$2"; then
    good_gz "$2" "$3" "$4" && return 0
    why=$(what_is_wrong "$2")
    [ "$why" = "the file is truncated" ] || rm -f "$2"
  else
    why="refused or broken off: $(tail -n 1 "$2.log" | tr -d '\r')"
    if [ ! -s "$2" ] || looks_like_html "$2"; then rm -f "$2"; fi
  fi
  say "$1: $why"
  return 1
}

# fetch_from URL NAME GZ_SUM SUM: leaves a good $part, or returns 1.
fetch_from() {
  if [ ! -s "$part" ]; then
    attempt "$1" "$part" "$3" "$4"
    return
  fi
  good_gz "$part" "$3" "$4" && return 0
  say "$2.gz: continuing at byte $(size "$part")"
  attempt "$1" "$part" "$3" "$4" && return 0
  # The server may not continue files, or the first part was bad: once more from the start, beside it.
  rm -f "$part.new"
  if attempt "$1" "$part.new" "$3" "$4" || [ "$(size "$part.new")" -gt "$(size "$part")" ]; then
    mv -f "$part.new" "$part"
  fi
  rm -f "$part.new" "$part.new.log"
  good_gz "$part" "$3" "$4"
}

# set_aside FILE: renames it to FILE.bad, or FILE.bad2, ... where that is taken.
set_aside() {
  kept=$1.bad
  n=2
  while [ -e "$kept" ]; do
    kept=$1.bad$n
    n=$((n + 1))
  done
  say "$1: not the right file, renamed to ${kept##*/}"
  mv "$1" "$kept"
}

# uncompressed_aside NAME: Elbow reads an uncompressed file before a compressed one. Only called
# where the compressed one is good, so that a failed download changes nothing.
uncompressed_aside() {
  if [ -e "$dir/$1" ]; then set_aside "$dir/$1"; fi
}

# fetch NAME GZ_SUM SUM
fetch() {
  target=$dir/$1.gz
  part=$target.part
  if [ -s "$dir/$1" ]; then
    if [ "$(hash <"$dir/$1")" = "$3" ]; then
      say "$1: already there and good"
      return 0
    fi
  fi
  if good_gz "$target" "$2" "$3"; then
    uncompressed_aside "$1" || return 1
    say "$1.gz: already there and good"
    return 0
  fi
  if [ -e "$target" ]; then say "$target: $(what_is_wrong "$target"). Fetching it again"; fi
  for mirror in $mirrors; do
    if fetch_from "${mirror%/}/$1.gz" "$@"; then
      rm -f "$part.log"
      uncompressed_aside "$1" || return 1
      if [ -e "$target" ]; then set_aside "$target" || return 1; fi
      mv -f "$part" "$target" || return 1
      say "$1.gz: fetched and checked"
      return 0
    fi
  done
  rm -f "$part.log"
  return 1
}

# --- all of them ------------------------------------------------------------------------------

mkdir -p "$dir" 2>/dev/null
if [ ! -d "$dir" ] || [ ! -w "$dir" ]; then
  die "$dir: cannot be created or written to."
fi
trap 'say "interrupted; run the same command again to continue"; exit 3' INT TERM HUP

failed=
while read -r gz_sum sum name; do
  [ -n "$name" ] || continue
  fetch "$name" "$gz_sum" "$sum" </dev/null || failed="$failed $name.gz"
done <<EOF
$(sums)
EOF

if [ -n "$failed" ]; then
  say "not fetched:$failed"
  if [ -n "${https_proxy:-}${HTTPS_PROXY:-}${http_proxy:-}" ]; then
    say "a proxy is set in https_proxy or http_proxy: is it the right one?"
  else
    say "behind a proxy? Set it first: export https_proxy=http://HOST:PORT"
  fi
  say "Run the same command again to continue; what was received of the right files is kept."
  say "Without a network, copy the four .gz files from another machine into $dir,"
  say "or train on the built-in digits: data.name=glyphs."
  exit 3
fi
say "MNIST is complete in $dir"
echo "$dir"
