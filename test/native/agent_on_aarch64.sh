#!/bin/sh
# The board's agent under qemu-user: agent_on_aarch64.sh TEST AGENT. Skips where either is missing.
set -eu
skip() { printf '1..0 # SKIP %s\n' "$1"; exit 0; }
[ -x "$2" ] || skip "the board's agent is not built: build/node build/native.ts aarch64"
command -v qemu-aarch64 >/dev/null || skip "qemu-aarch64 is not installed: build/setup"
exec "$1" qemu-aarch64 "$2"
