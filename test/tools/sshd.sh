#!/usr/bin/env bash
# Prints the path of a real sshd for the tests: the one of this machine, else Debian's, which is fetched once and kept
# in the user's cache without being installed. Progress goes to stderr. Exit code 3: this machine can do neither.
set -euo pipefail

for program in "$(command -v sshd || true)" /usr/sbin/sshd; do
  if [[ -x $program ]]; then
    echo "$program"
    exit
  fi
done

cache=${XDG_CACHE_HOME:-$HOME/.cache}/lok8s-test/openssh-server
if [[ -x $cache/sshd ]]; then
  echo "$cache/sshd"
  exit
fi
if ! command -v apt-get >/dev/null; then
  echo 'The tests with real servers need an OpenSSH server.' >&2
  exit 3
fi

echo 'There is no sshd: fetching the one that Debian builds (once, a few seconds)' >&2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
fetch() { apt-get download -qq -o APT::Sandbox::User=root openssh-server libwrap0 >&2; }
fetch 2>/dev/null || {
  apt-get update -qq >&2
  fetch
}
for package in *.deb; do dpkg -x "$package" unpacked; done
mkdir -p "$cache/lib"
cp -P unpacked/lib/*/libwrap.so.* unpacked/usr/lib/*/libwrap.so.* "$cache/lib/" 2>/dev/null || true
install -m755 unpacked/usr/sbin/sshd "$cache/sshd.real"
# It starts itself again by its own path for each connection.
printf '#!/bin/sh\nLD_LIBRARY_PATH="%s" exec "%s" "$@"\n' "$cache/lib" "$cache/sshd.real" >"$cache/sshd.new"
chmod 755 "$cache/sshd.new"
mv "$cache/sshd.new" "$cache/sshd"
echo "$cache/sshd"
