/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vqda/procfs/trace.h"

/* Like the kernel's saved_cmdlines: a small cache, so that what a thread leaves behind at its end still bears its name. */

#define COMMS 256

struct vq_comms {
    struct {
        int tid;
        char comm[16];
    } known[COMMS];
};

struct vq_comms *vq_comms_new(void)
{
    return calloc(1, sizeof(struct vq_comms));
}

void vq_comms_free(struct vq_comms *comms)
{
    free(comms);
}

static ssize_t read_comm(int tid, char comm[16])
{
    char path[32];
    snprintf(path, sizeof(path), "/proc/%d/comm", tid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    ssize_t got = read(fd, comm, 16);
    close(fd);
    if (got > 0)
        comm[got - 1] = '\0'; /* the newline */
    return got;
}

const char *vq_comm_of(struct vq_comms *comms, int tid)
{
    char comm[16];
    size_t slot = (size_t)(unsigned)tid % COMMS;
    if (read_comm(tid, comm) > 0) {
        comms->known[slot].tid = tid;
        memcpy(comms->known[slot].comm, comm, sizeof(comm));
    }
    return comms->known[slot].tid == tid ? comms->known[slot].comm : "<...>";
}
