#!/bin/sh
# Unpacks this bundle of isda: sh install.sh [FOLDER] (default: isda). Needs coreutils, tar and gzip; no network, no Node.js.
set -eu

fail() {
  printf 'error: cannot install isda: %s\n' "$1" >&2
  [ $# -lt 2 ] || printf '  hint: %s\n' "$2" >&2
  exit 1
}

here=$(cd "$(dirname "$0")" && pwd)
target=${1:-isda}
# The temporary folder is beside the target, not in it.
while [ "$target" != / ] && [ "${target%/}" != "$target" ]; do target=${target%/}; done
fact() { sed -n "s/.*\"$1\": \"\(.*\)\".*/\1/p" "$here/manifest.json"; }

for tool in cat cut dirname gzip mkdir mv readlink rm sed sha256sum sort tar uname; do
  command -v "$tool" >/dev/null || fail "$tool is not on the PATH"
done
[ -f "$here/manifest.json" ] && [ -f "$here/SHA256SUMS" ] ||
  fail "$here has no manifest.json or no SHA256SUMS" 'copy the whole bundle, or pack it again'
[ "$(uname -s)-$(uname -m)" = "$(fact machine)" ] ||
  fail "this machine is $(uname -s)-$(uname -m), but the bundle is for $(fact machine)"
glibc=$(getconf GNU_LIBC_VERSION 2>/dev/null | cut -d ' ' -f 2 || :)
if [ -n "$glibc" ] && [ "$(printf '%s\n%s\n' "$glibc" "$(fact glibc)" | sort -V | sed -n 1p)" != "$(fact glibc)" ]; then
  fail "glibc is $glibc here, but the bundle needs $(fact glibc) or newer" 'pack it on a machine like this one'
fi
[ ! -e "$target" ] || fail "$target already exists" 'choose another folder, or remove it'

cd_sums() { (cd "$1" && sha256sum --check --quiet SHA256SUMS >&2); }
printf 'checking the parts\n'
cd_sums "$here" || fail 'a part is missing or damaged (see above)' 'copy it again'

staging=$target.unfinished
rm -rf "$staging"
mkdir -p "$staging" || fail "$staging cannot be created"
trap 'rm -rf "$staging"' EXIT
trap 'exit 1' HUP INT TERM
printf 'unpacking to %s\n' "$target"
(cd "$here" && cut -c 67- SHA256SUMS | while read -r part; do cat "$part"; done) | gzip -dc | tar -xf - -C "$staging" ||
  fail 'unpacking failed (see above)' 'is the disk full?'
printf 'checking the files\n'
cd_sums "$staging" || fail 'the unpacked files differ from the packed ones (see above)' 'is the disk full?'
"$staging/isda" setup >/dev/null || fail 'the engine does not work here (see above)'
mv "$staging" "$target"
trap - EXIT
printf '\nisda is in %s; start it with %s/isda, for instance: %s/isda doctor\n' "$target" "$target" "$target"
