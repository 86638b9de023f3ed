/**
 * Calls one function of a bash driver: `$0` is its file, then the function, or `functions` for their names, and the
 * arguments. What provision and destroy write is their story; what the others write on stdout is their answer, which
 * goes where `guardScript` wants it, to descriptor 3.
 */
export const bashScript = `set -e -o pipefail
name=$1
shift
source "$0"
case $name in
  functions) declare -F | while read -r _ _ name; do echo "$name"; done >&3 ;;
  driver::provision | driver::destroy) "$name" "$@" 3>&- ;;
  *) "$name" "$@" >&3 3>&- ;;
esac`
