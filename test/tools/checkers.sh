#!/usr/bin/env bash
# Prints a folder with shellcheck and cloud-init for the tests: links to those of this machine, else Debian's, which are
# fetched once and kept in the user's cache without being installed. Progress goes to stderr. Exit code 3: this machine
# can do neither.
set -euo pipefail

cache=${XDG_CACHE_HOME:-$HOME/.cache}/lok8s-test/checkers
programs=(cloud-init shellcheck)
is_complete() {
  local program
  for program in "${programs[@]}"; do "$cache/bin/$program" --version >/dev/null 2>&1 || return 1; done
}
if is_complete; then
  echo "$cache/bin"
  exit
fi

mkdir -p "$cache/bin"
missing=()
for program in "${programs[@]}"; do
  if found=$(command -v "$program"); then ln -sf "$found" "$cache/bin/$program"; else missing+=("$program"); fi
done
if ((${#missing[@]} > 0)); then
  if ! command -v apt-get >/dev/null || ! command -v python3 >/dev/null; then
    echo "What servers are given is not checked without ${missing[*]}." >&2
    exit 3
  fi
  echo "There is no ${missing[*]}: fetching what Debian builds (once, a few seconds)" >&2
  # What cloud-init imports to look at a file, and no more: as an installed package it would take over the next boot.
  modules=(attr certifi chardet configobj idna jinja2 json-pointer jsonpatch jsonschema markupsafe netifaces oauthlib
    pkg-resources pyrsistent requests serial setuptools six urllib3 yaml)
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT
  cd "$scratch"
  fetch() { apt-get download -qq -o APT::Sandbox::User=root "${missing[@]}" "${modules[@]/#/python3-}" >&2; }
  fetch 2>/dev/null || {
    apt-get update -qq >&2
    fetch
  }
  for package in *.deb; do dpkg -x "$package" unpacked; done
  rm -rf "$cache/unpacked"
  mv unpacked "$cache/unpacked"
  for program in "${missing[@]}"; do
    # Without -S Python would look among the packages of this machine first.
    case $program in
      cloud-init) start="PYTHONPATH='$cache/unpacked/usr/lib/python3/dist-packages' exec python3 -S" ;;
      *) start="exec" ;;
    esac
    printf '#!/bin/sh\n%s "%s" "$@"\n' "$start" "$cache/unpacked/usr/bin/$program" >"$cache/bin/$program.new"
    chmod 755 "$cache/bin/$program.new"
    mv "$cache/bin/$program.new" "$cache/bin/$program"
  done
fi
is_complete || {
  echo "The programs in $cache/bin do not start." >&2
  exit 1
}
echo "$cache/bin"
