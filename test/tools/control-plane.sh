#!/usr/bin/env bash
# Prints a folder with a real control plane for the tests: etcd, kube-apiserver, kube-controller-manager and
# kube-scheduler. It is $KUBEBUILDER_ASSETS when that has all four; else a cache. On Debian 12, as root, the cache is
# filled with what the distribution offers: etcd as a package, Kubernetes as source, which is built here.
# Exit code 3: this machine can do none of that, and lo has to download the official binaries.
set -euo pipefail

say() { echo "control plane: $*" >&2; }
programs=(kube-apiserver kube-controller-manager kube-scheduler)
is_complete() {
  local program
  for program in etcd "${programs[@]}"; do [[ -x $1/$program ]] || return 1; done
}

if [[ -n ${KUBEBUILDER_ASSETS:-} ]] && is_complete "$KUBEBUILDER_ASSETS"; then
  echo "$KUBEBUILDER_ASSETS"
  exit
fi

version=1.20.2
cache=${XDG_CACHE_HOME:-$HOME/.cache}/lok8s-test/kube-$version
if is_complete "$cache"; then
  echo "$cache"
  exit
fi

release=$(. /etc/os-release 2>/dev/null && echo "${ID:-}-${VERSION_ID:-}") || true
if [[ $release != debian-12 || $(id -u) != 0 ]]; then
  say "it can only be built on Debian 12 as root, and KUBEBUILDER_ASSETS names no folder with all programs"
  exit 3
fi

mkdir -p "$cache"
exec 9>"$cache/.lock"
flock --nonblock 9 || {
  say 'another process builds it; waiting for that'
  flock 9
}
if is_complete "$cache"; then
  echo "$cache"
  exit
fi

say "building Kubernetes $version from Debian's source, once: 6 to 15 minutes with two cores, and 3 GB in ${TMPDIR:-/tmp}"
start=$SECONDS
work=$(mktemp -d)
policy=/usr/sbin/policy-rc.d
clean() {
  rm -rf "$work"
  [[ ! -e $policy.lok8s ]] || rm -f "$policy" "$policy.lok8s"
}
trap clean EXIT
export DEBIAN_FRONTEND=noninteractive

# The package of etcd would start it as a service of this machine.
if [[ ! -e $policy ]]; then
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod +x "$policy"
  touch "$policy.lok8s"
fi
say 'installing Go, make and etcd'
apt-get update -qq >&2
apt-get install -y -qq --no-install-recommends etcd-server golang-go make rsync jq patch >&2

say 'fetching the source'
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Codename: bookworm' | head -n 1)
mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/home" "$work/gocache"
for suite in bookworm bookworm-updates; do echo "deb-src $mirror $suite main"; done >"$work/sources.list"
apt=(-o "Dir::Etc::SourceList=$work/sources.list" -o Dir::Etc::SourceParts=/dev/null
  -o "Dir::State::Lists=$work/lists" -o "Dir::Cache=$work/cache" -o APT::Sandbox::User=root -o Acquire::Retries=3)
cd "$work"
apt-get "${apt[@]}" update -qq >&2
apt-get "${apt[@]}" source -qq --download-only kubernetes >&2
mkdir tree
tar -xzf kubernetes_*.orig.tar.gz -C tree --strip-components=1

# Its reflection library reads the insides of maps, which are others since Go 1.18. Debian's is newer.
reflect=vendor/github.com/modern-go/reflect2
apt-get download -qq -o APT::Sandbox::User=root golang-github-modern-go-reflect2-dev >&2
dpkg -x golang-github-modern-go-reflect2-dev_*.deb reflect
rm -r "tree/$reflect"
cp -r "reflect/usr/share/gocode/src/${reflect#vendor/}" "tree/$reflect"

# Without git the build cannot tell its version, and without a version the API server answers none.
cat >version.sh <<EOF
KUBE_GIT_VERSION='v$version'
KUBE_GIT_MAJOR='1'
KUBE_GIT_MINOR='20'
KUBE_GIT_COMMIT=''
KUBE_GIT_TREE_STATE='archive'
EOF
mkdir -p tree/.go/src/k8s.io
ln -s "$work/tree" tree/.go/src/k8s.io/kubernetes

say "building; what make says is in $cache/build.log"
if ! env HOME="$work/home" GOPATH="$work/tree/.go" GOCACHE="$work/gocache" GOFLAGS= CGO_ENABLED=0 GOLDFLAGS='-s -w' \
  KUBE_GIT_VERSION_FILE="$work/version.sh" \
  make -C tree WHAT="${programs[*]/#/cmd/}" >"$cache/build.log" 2>&1; then
  say 'the build has failed:'
  tail -n 20 "$cache/build.log" >&2
  exit 1
fi

# Each in one rename: whoever finds all four finds them whole.
built=$work/tree/_output/local/bin/linux/$(dpkg --print-architecture)
ln -sfn "$(command -v etcd)" "$cache/etcd"
for program in "${programs[@]}"; do
  install -m 755 "$built/$program" "$cache/$program.$$"
  mv "$cache/$program.$$" "$cache/$program"
done
say "ready after $((SECONDS - start)) seconds"
echo "$cache"
