#!/bin/sh
# Inside the machine: an Android device on the USB, made of FunctionFS and the real adbd.
#   gadget.sh make SERIAL         its descriptors; nothing is plugged in yet
#   gadget.sh plug [COMMAND...]   starts adbd on it, or what serves it in its place, and connects it to the bus
#   gadget.sh udevd               starts udevd, which tells of devices that come and go
#   gadget.sh unplug              takes it from the bus; everything of adbd ends, as after a pulled cable and an adbd that came through it
# Debian's adbd hangs when it loses the bus while it runs, and taking a busy device from the bus has crashed this kernel: killing
# adbd first, which takes the device from the bus as well, has never.
set -eu
here=/run/gadget
usb=/sys/kernel/config/usb_gadget/board
case $1 in
make)
    mkdir -p "$here" "$usb/strings/0x409" "$usb/configs/c.1/strings/0x409" "$usb/functions/ffs.adb" /dev/usb-ffs/adb
    echo 0x18d1 >"$usb/idVendor"
    echo 0x4ee7 >"$usb/idProduct"
    printf %s "$2" >"$usb/strings/0x409/serialnumber"
    echo 'QDA Lab' >"$usb/strings/0x409/manufacturer"
    echo 'Board in memory' >"$usb/strings/0x409/product"
    echo adb >"$usb/configs/c.1/strings/0x409/configuration"
    ln -s "$usb/functions/ffs.adb" "$usb/configs/c.1"
    mount -t functionfs adb /dev/usb-ffs/adb
    ;;
plug)
    shift
    [ $# -gt 0 ] || set -- env "LD_LIBRARY_PATH=$QDA_USB_ADB_LIBRARIES" "$QDA_USB_ADBD"
    setsid "$@" </dev/null >>"$here/adbd.log" 2>&1 &
    echo $! >"$here/adbd.pid"
    tries=0
    until [ -e /dev/usb-ffs/adb/ep2 ]; do # nothing tells that adbd has written its descriptors
        tries=$((tries + 1))
        [ $tries -lt 500 ] || { echo "adbd wrote no descriptors: $(tail -n 5 "$here/adbd.log")" >&2; exit 1; }
        sleep 0.02
    done
    ls /sys/class/udc >"$usb/UDC"
    ;;
unplug)
    kill -9 "$(cat "$here/adbd.pid")"
    while [ -e "/proc/$(cat "$here/adbd.pid")" ]; do sleep 0.02; done
    [ -z "$(cat "$usb/UDC")" ] || echo >"$usb/UDC"
    ;;
udevd)
    LD_LIBRARY_PATH=$QDA_USB_UDEVD_LIBRARIES "$QDA_USB_UDEVD" --daemon --resolve-names=never
    ;;
*)
    echo "gadget.sh: make SERIAL, plug, unplug or udevd" >&2
    exit 3
    ;;
esac
