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
answer_if_complete() {
  if is_complete "$1"; then
    echo "$1"
    exit
  fi
}

[[ -z ${KUBEBUILDER_ASSETS:-} ]] || answer_if_complete "$KUBEBUILDER_ASSETS"
version=1.20.2
cache=${XDG_CACHE_HOME:-$HOME/.cache}/lok8s-test/kube-$version
answer_if_complete "$cache"

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
answer_if_complete "$cache"

start=$SECONDS
elapsed() { printf '%d:%02d min' $(((SECONDS - start) / 60)) $(((SECONDS - start) % 60)); }
# On the disk of the cache, since /tmp may be small; what a killed build has left is removed here.
work=$cache/build
log=$cache/build.log
teller=
clean() {
  [[ -z $teller ]] || kill "$teller" 2>/dev/null || true
  rm -rf "$work"
}
trap clean EXIT
rm -rf "$work"
mkdir -p "$work"/{lists/partial,cache/archives/partial,home,gocache,etcd}
: >"$log"
# Runs a command whose words belong into the log, of which the end is shown when it fails.
quietly() {
  "$@" >>"$log" 2>&1 && return
  say "\`$1\` has failed ($?); the end of $log:"
  tail -n 20 "$log" >&2
  exit 1
}

say "Kubernetes $version is built from Debian's source, once: about 6 minutes with two free cores, and 3 GB in $work"
say '1 of 4: Go and make are installed'
export DEBIAN_FRONTEND=noninteractive
patient=(-o DPkg::Lock::Timeout=600 -o Acquire::Retries=3)
# One of the machine's other sources may be out of reach: whether something is missing shows in the next step.
apt-get "${patient[@]}" update >>"$log" 2>&1 || say 'not all sources of packages can be reached; going on'
quietly apt-get "${patient[@]}" install -y --no-install-recommends golang-go make rsync jq patch

say '2 of 4: the source and etcd are fetched'
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Codename: bookworm' 'Origin: Debian' | sed -n 1p)
for suite in bookworm bookworm-updates; do
  printf '%s %s %s main\n' deb "$mirror" $suite deb-src "$mirror" $suite
done >"$work/sources.list"
apt=(apt-get "${patient[@]}" -o "Dir::Etc::SourceList=$work/sources.list" -o Dir::Etc::SourceParts=/dev/null
  -o "Dir::State::Lists=$work/lists" -o "Dir::Cache=$work/cache" -o APT::Sandbox::User=root)
cd "$work"
quietly "${apt[@]}" update
quietly "${apt[@]}" source --download-only kubernetes
# Not installed: the package would start etcd as a service of this machine.
quietly "${apt[@]}" download etcd-server golang-github-modern-go-reflect2-dev
dpkg -x etcd-server_*.deb etcd
dpkg -x golang-github-modern-go-reflect2-dev_*.deb reflect
mkdir tree
tar -xzf kubernetes_*.orig.tar.gz -C tree --strip-components=1

# Its reflection library reads the insides of maps, which are others since Go 1.18. Debian's is newer.
reflect=vendor/github.com/modern-go/reflect2
rm -r "tree/$reflect"
cp -r "reflect/usr/share/gocode/src/${reflect#vendor/}" "tree/$reflect"

# Without git the build cannot tell its version, and without a version the API server answers none.
cat >version.sh <<END
KUBE_GIT_VERSION='v$version'
KUBE_GIT_MAJOR='1'
KUBE_GIT_MINOR='20'
KUBE_GIT_COMMIT=''
KUBE_GIT_TREE_STATE='archive'
END
mkdir -p tree/.go/src/k8s.io
ln -s "$work/tree" tree/.go/src/k8s.io/kubernetes

say "3 of 4: it is built; what make says is in $log"
# With -v, Go names each package that it has compiled.
packages=1800
while sleep 20; do
  count=$(grep -cE '^([a-z0-9.-]+\.[a-z]+/|k8s\.io/|vendor/|[a-z]+(/|$))' "$log" || true)
  say "   $(elapsed): $count of about $packages packages"
done >/dev/null 9>&- &
teller=$!
quietly env HOME="$work/home" GOPATH="$work/tree/.go" GOCACHE="$work/gocache" GOFLAGS=-v CGO_ENABLED=0 \
  GOLDFLAGS='-s -w' KUBE_GIT_VERSION_FILE="$work/version.sh" make -C tree WHAT="${programs[*]/#/cmd/}"

say '4 of 4: it is put into the cache'
# Each in one rename: whoever finds all four finds them whole.
built=$work/tree/_output/local/bin/linux/$(dpkg --print-architecture)
for file in "$work/etcd/usr/bin/etcd" "${programs[@]/#/$built/}"; do
  install -m 755 "$file" "$cache/${file##*/}.new"
  mv "$cache/${file##*/}.new" "$cache/${file##*/}"
done
say "ready after $(elapsed): $cache"
echo "$cache"
