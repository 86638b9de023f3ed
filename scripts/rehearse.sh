#!/usr/bin/env bash
# The whole life of a cluster on this machine: the quick start, from nothing to healthy and away again.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
project=${1:-$root/examples/quick-start}
domain=quick.example.com

# Where the distribution has no Kubernetes to build, lo downloads the official one.
if assets=$("$root/test/tools/control-plane.sh"); then
  export KUBEBUILDER_ASSETS=$assets
elif [ $? != 3 ]; then
  exit 1
fi

lo() {
  echo "\$ lo $*"
  node "$root/bin/lo.js" --dir "$project" "$@"
  echo
}
lo provision "$domain"
lo build "$domain"
lo deploy "$domain"
lo status "$domain"
lo destroy "$domain" --yes
