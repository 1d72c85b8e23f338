# SPDX-License-Identifier: MIT
"""Writes a C file with `const char *const vq_event_formats[]`: the texts of the given files, in their order.

Usage: embed.py OUT.c FILE...
"""
import sys


def array(index, data):
    numbers = ",".join(str(byte) for byte in data + b"\0")
    return f"static const char format_{index}[] = {{ {numbers} }};\n"


def main(out, files):
    with open(out, "w", encoding="ascii") as to:
        for index, name in enumerate(files):
            with open(name, "rb") as text:
                to.write(array(index, text.read()))
        names = ", ".join(f"format_{index}" for index in range(len(files)))
        to.write("extern const char *const vq_event_formats[];\n")
        to.write(f"const char *const vq_event_formats[] = {{ {names} }};\n")


main(sys.argv[1], sys.argv[2:])
