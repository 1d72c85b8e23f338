/* SPDX-License-Identifier: MIT */
#ifndef VQ_DSP_SPAWN_H
#define VQ_DSP_SPAWN_H

#include <stddef.h>

/* A process of the DSP as the board holds it. Descriptors are close-on-exec and non-blocking. */
struct vq_spawned {
    int pid;
    int pidfd; /* readable when it has ended */
    int port;  /* its other end is QDA_PORT_FD in the process */
    int words; /* what it and the emulator say on stderr */
};

/*
 * Starts the emulator in its sandbox with exactly these bytes as its program. The process has the port, its program, and
 * nothing else of this one's; it dies with this process. 0 or -errno; after -errno nothing is left of it.
 */
int vq_spawn(const void *program, size_t len, struct vq_spawned *out);

/* Does the kernel filter the system calls of this process? */
int vq_spawn_is_filtered(int pid);

#endif
