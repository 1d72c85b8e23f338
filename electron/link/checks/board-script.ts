/**
 * What the shell of a board is asked before an agent is there: one script for whatever shell that is (Android's mksh with toybox, busybox,
 * dash, bash), as the user that the agent would run as, reading only. It prints "key=value" lines, fields of a value apart by '|'.
 */
export const BOARD_SCRIPT = `
a(){ r=-;w=-;[ -r "$1" ]&&r=r;[ -w "$1" ]&&w=w;echo "$r$w"; }
c(){ cat "$1" 2>/dev/null; }
echo "model=$(c /sys/firmware/devicetree/base/model)"
echo "selinux=$(c /sys/fs/selinux/enforce||getenforce 2>/dev/null)|$(c /proc/self/attr/current)"
for n in /dev/accel/accel* /dev/fastrpc-*;do [ -e "$n" ]||continue
s=/sys/class/accel/\${n##*/};[ -e $s ]||s=/sys/class/misc/\${n##*/}
d=$(readlink $s/device/driver 2>/dev/null)
echo "node=$n|$(a $n)|\${d##*/}|$(c $s/device/of_node/label)|$(ls -ld $n 2>/dev/null)";done
ls /dev/accel >/dev/null 2>&1&&echo accel=listed
for m in qda fastrpc;do k=;b=;[ -d /sys/module/$m ]&&k=loaded;[ -r /sys/kernel/btf/$m ]&&b=btf
echo "module=$m|$k|$b";done
[ -r /sys/kernel/btf/vmlinux ]&&echo vmlinux=btf
for f in /sys/class/remoteproc/remoteproc*;do [ -e $f ]&&echo "dsp=$(c $f/name)|$(c $f/state)|$f/state";done
for f in $(find /vendor/dsp /usr/lib/rfsa/adsp /usr/lib/dsp /vendor/lib/rfsa/adsp /dsp /usr/share/qcom -name 'fastrpc_shell*' 2>/dev/null);do
echo "shell=$f|$(a $f)";done
for h in /dev/dma_heap/*;do [ -e $h ]&&echo "heap=$h|$(a $h)";done
[ -r /proc/mounts ]&&while read d m t r;do case $t in debugfs|tracefs)echo "mount=$t|$m";;esac;done </proc/mounts
[ -r /sys/kernel/debug/dma_buf/bufinfo ]&&echo bufinfo=readable
for t in /sys/kernel/tracing /sys/kernel/debug/tracing;do [ -r $t/events/dma/dma_map_sg/enable ]&&echo "events=$t";done
for g in /sys/devices/system/cpu/cpufreq/policy*;do [ -e $g ]&&echo "governor=\${g##*/}|$(c $g/scaling_governor)";done
for z in /sys/class/thermal/thermal_zone*;do t=$(c $z/temp)&&echo "zone=$t|$z/temp";done
`.trim();
