#!/usr/bin/env bash
# Prints the path of a real kustomize for the tests: the one on PATH, else Debian's own build of it, which is
# fetched from the distribution's next release once and kept in the user's cache. Progress goes to stderr.
set -euo pipefail

if command -v kustomize; then exit 0; fi

cache=${XDG_CACHE_HOME:-$HOME/.cache}/lok8s-test/kustomize-trixie
if [[ -x $cache/kustomize ]]; then
  printf '%s\n' "$cache/kustomize"
  exit 0
fi
if ! command -v apt-get >/dev/null; then
  echo 'The tests need kustomize on PATH: https://kubectl.docs.kubernetes.io/installation/kustomize' >&2
  exit 1
fi

echo 'kustomize is not on PATH: fetching the one that Debian builds (once, a few seconds)' >&2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | head -n 1)
mkdir -p "$scratch/lists/partial" "$scratch/cache/archives/partial" "$cache"
printf 'deb %s trixie main\n' "$mirror" >"$scratch/sources.list"
apt=(-o "Dir::Etc::sourcelist=$scratch/sources.list" -o Dir::Etc::sourceparts=/dev/null
     -o "Dir::State::lists=$scratch/lists" -o "Dir::Cache=$scratch/cache" -o APT::Sandbox::User=root
     -o Acquire::Retries=3)
cd "$scratch"
apt-get "${apt[@]}" update -qq >&2
apt-get "${apt[@]}" download -qq kustomize >&2
dpkg -x kustomize_*.deb unpacked
install -m755 unpacked/usr/bin/kustomize "$cache/kustomize.$$"
mv "$cache/kustomize.$$" "$cache/kustomize"
printf '%s\n' "$cache/kustomize"
