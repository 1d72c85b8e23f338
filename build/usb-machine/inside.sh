#!/bin/sh
# Process 1 of the machine, in the host's own user land: devices, then the job; and off. In /run/job lie `settings` (shell
# variables) and `command` (a shell script). What the command writes goes to the second serial line, its exit code to the console.
. /run/job/settings
export PATH HOME=/root LANG=C.UTF-8
first() { for path in "$debs$1" "$1" "$debs/usr$1" "/usr$1"; do [ ! -x "$path" ] || { echo "$path"; return; }; done; }
b=$(first /bin/busybox)
trap '$b poweroff -f' EXIT
mkdir -p /dev/pts /dev/shm /run/lock
mount -t devpts -o mode=620,ptmxmode=666 pts /dev/pts
mount -t tmpfs -o mode=1777 shm /dev/shm
# What the host does in its /tmp meanwhile is not for the machine; a checkout that lies there is needed.
case $folder in /tmp/*) ;; *) mount -t tmpfs -o mode=1777 tmp /tmp ;; esac
$b ifconfig lo 127.0.0.1 up
# Of the unpacked programs only these need the unpacked libraries.
LD_LIBRARY_PATH=$libraries "$(first /sbin/modprobe)" -d "$debs" -S "$release" -a $modules || exit
mount -t configfs config /sys/kernel/config || exit
$b stty -F /dev/ttyS1 raw -echo
QDA_USB_UDEVD=$(first /lib/systemd/systemd-udevd) QDA_USB_UDEVD_LIBRARIES=$libraries
export QDA_USB_ADB QDA_USB_ADBD QDA_USB_ADB_LIBRARIES QDA_USB_UDEVD QDA_USB_UDEVD_LIBRARIES
echo "machine: ready"
cd "$folder" || exit
setsid -w /bin/sh /run/job/command </dev/null >/dev/ttyS1 2>&1
echo "machine: ended $?"
