# SPDX-License-Identifier: MIT
"""Writes a C file with `const char *const vq_event_formats[]`: the texts of the given files, in their order.

Usage: embed.py OUT.c FILE...
"""
import sys


def literal(text):
    lines = text.splitlines(keepends=True)
    quoted = (line.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") for line in lines)
    return "\n".join(f'    "{line}"' for line in quoted)


def main(out, files):
    texts = ",\n".join(literal(open(name, encoding="ascii").read()) for name in files)
    with open(out, "w", encoding="ascii") as to:
        to.write("extern const char *const vq_event_formats[];\n")
        to.write(f"const char *const vq_event_formats[] = {{\n{texts},\n}};\n")


main(sys.argv[1], sys.argv[2:])
