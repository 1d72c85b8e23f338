#!/bin/busybox sh
# First program of the machine, in its initramfs: takes the host's root, read-only, under a layer of memory, and goes on there.
b=/bin/busybox
fail() { echo "machine: $*"; $b poweroff -f; }
$b mount -t devtmpfs dev /dev && $b mount -t proc proc /proc && $b mount -t sysfs sys /sys || fail "no /dev, /proc or /sys"
for module in $($b cat /modules/order); do
    $b insmod "/modules/$module" || fail "module $module cannot be loaded"
done
$b mount -t 9p -o ro,trans=virtio,version=9p2000.L,cache=loose,msize=262144 root /lower || fail "no root of the host"
$b mount -t tmpfs -o size=75% memory /memory && $b mkdir /memory/upper /memory/work
$b mount -t overlay -o lowerdir=/lower,upperdir=/memory/upper,workdir=/memory/work overlay /new || fail "no overlay"
$b mount -t tmpfs -o mode=755 run /new/run
$b mkdir /new/run/job
$b mount -t 9p -o trans=virtio,version=9p2000.L,cache=none,msize=262144 job /new/run/job || fail "no job"
for folder in dev proc sys; do $b mount --move /$folder /new/$folder; done
exec $b switch_root /new /bin/sh /run/job/inside.sh
