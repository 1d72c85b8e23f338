#!/bin/sh
# A test program for the Hexagon under qemu-user: on_hexagon.sh PROGRAM [ARGUMENTS]. Skips where there is no emulator.
set -eu
command -v qemu-hexagon >/dev/null || { printf '1..0 # SKIP qemu-hexagon is not installed: build/setup\n'; exit 0; }
exec qemu-hexagon "$@"
