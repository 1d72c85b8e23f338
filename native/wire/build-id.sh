#!/bin/sh
# The build id: a hash of every native source, so that the same sources give the same id on any machine.
#   build-id.sh FOLDER OUT      writes a C file; leaves OUT alone where it would not change
set -eu
folder=$1 out=$2
hash=$(cd "$folder" && find . -type f \( -name '*.[ch]' -o -name '*.proto' -o -name '*.options' -o -name meson.build \) |
    LC_ALL=C sort | xargs sha256sum | sha256sum | cut -c1-40)
text="#include \"wire/build_id.h\"
const char qda_build_id[] = \"$hash\";"
[ "$(cat "$out" 2>/dev/null || true)" = "$text" ] || printf '%s\n' "$text" >"$out"
