/* SPDX-License-Identifier: MIT */
#ifndef VQ_CLIENT_H
#define VQ_CLIENT_H

#include "sys/sys.h"

/*
 * A seam backend that talks to a virtual QDA. Code above the seam cannot tell it from the kernel; `simulated` is set.
 *
 * Where things come from:
 *   /dev, and what the board alone has below /sys    asked from the virtual QDA
 *   /proc, /sys/devices/system/cpu, /sys/class/thermal, /etc/os-release
 *                                                    the machine that plays the board: its processes, CPU and clocks are
 *                                                    what is measured. Descriptors and mappings of this board's files and
 *                                                    dma-bufs read there as a kernel would show them
 *   anything else                                    ENOENT
 *
 * Known differences from a kernel, beside those that `vqda` itself names:
 *   - `count:` of a dma-buf's fdinfo is up to 1 s old (descriptors and mappings are counted in /proc), and so is a name that
 *     another process gave it, unless /proc was listed since.
 *   - A mapping made through the accel node and one made through the exported dma-buf cannot be told apart in
 *     /proc/PID/maps: both read as the dma-buf once there is one.
 *   - A mapping of a udmabuf reads as its memfd.
 *   - fstat of a dma-buf's descriptor gives the inode and device of its memory; the mode is that of a regular file.
 *   - Rewritten texts (fdinfo, maps, what is written to tracefs) exist for readers that go through the seam; a raw read(2)
 *     of such a descriptor shows the machine's own text.
 *
 * Threads: every function may be called from any thread. A forked child may go on using the backend and the files it
 * inherited.
 */

/*
 * Opens the board behind the abstract socket `abstract_name` (without the leading NUL; "qda-lab/<uid>/<board>/vqda").
 * NULL and *err = -errno on failure: -ECONNREFUSED nobody listens there, -EPROTO it is another build, -EINVAL no such name.
 */
struct qda_sys *vq_client_open(const char *abstract_name, int *err);

/* Frees the backend. Descriptors it handed out stay open. No other thread may be inside a call. NULL is fine. */
void vq_client_close(struct qda_sys *sys);

#endif
