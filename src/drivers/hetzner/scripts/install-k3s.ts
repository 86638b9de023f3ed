import { renderScript, type Script } from './script.js'

const releases = 'https://github.com/k3s-io/k3s/releases/download'

export interface InstallK3s {
  /** Such as `v1.33.5+k3s1`. */
  version: string
  /** Where releases come from; a mirror, in place of GitHub. */
  source?: string
  /** Where programs belong. */
  folder?: string
}

const body = `
case $(uname -m) in
  x86_64) arch=amd64 suffix= ;;
  aarch64) arch=arm64 suffix=-arm64 ;;
  *) echo "k3s has no release for $(uname -m)" >&2; exit 3 ;;
esac
if [[ -x $folder/k3s ]] && [[ $("$folder/k3s" --version) == "k3s version $version "* ]]; then
  echo unchanged
  exit
fi
work=$(mktemp -d)
trap 'rm -rf "$work" "$folder/k3s.new"' EXIT
release=$source/\${version/+/%2B}
fetch() { curl -fsSL --retry 5 --retry-all-errors --connect-timeout 20 -o "$2" "$release/$1"; }
for attempt in 1 2 3; do
  fetch "sha256sum-$arch.txt" "$work/sums"
  fetch "k3s$suffix" "$folder/k3s.new"
  want=$(awk -v name="k3s$suffix" '$2 == name { print $1 }' "$work/sums")
  have=$(sha256sum "$folder/k3s.new" | cut -d ' ' -f 1)
  [[ -n $want && $want == "$have" ]] && break
  if [[ $attempt == 3 ]]; then
    echo "k3s $version is not what its release says: SHA-256 is $have, not \${want:-named}" >&2
    exit 4
  fi
done
chmod 755 "$folder/k3s.new"
mv "$folder/k3s.new" "$folder/k3s"
echo changed
`

/**
 * Brings the program k3s to a server, once, and only when its hash is that of the release:
 * https://docs.k3s.io/installation/airgap. Prints `changed` or `unchanged`; ends with 3 for a machine that k3s has no
 * release for, with 4 for a file that is not the release's, three times over.
 */
export function installK3s({ version, source = releases, folder = '/usr/local/bin' }: InstallK3s): Script {
  return renderScript('install-k3s', body, { version, source, folder })
}
