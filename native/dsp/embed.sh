#!/bin/sh
# Makes a C file of a file's bytes: embed.sh IN OUT NAME      (NAME and NAME_len, as dsp/skel_bytes.h or shell_bytes.h declares them)
set -eu
in=$1 out=$2 name=$3
{
    printf '#include "dsp/%s_bytes.h"\n\nconst unsigned char %s[] = {\n' "${name##*_}" "$name"
    od -An -v -tx1 "$in" | sed 's/ \(..\)/0x\1,/g'
    printf '};\nconst size_t %s_len = sizeof(%s);\n' "$name" "$name"
} >"$out.new"
mv "$out.new" "$out"
