/* SPDX-License-Identifier: MIT */
#include "vqda/dsp/port.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

/* The process may write there whatever it likes at any time: what comes is copied once, and checked like a packet. */

static bool change(uint32_t *state, uint32_t from, uint32_t to)
{
    return __atomic_compare_exchange_n(state, &from, to, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

static int map_bell(struct vq_port *port, int fd)
{
    if (ftruncate(fd, QDA_PORT_BELL_BYTES) != 0 || fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)
        return -errno;
    void *map = mmap(NULL, QDA_PORT_BELL_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED)
        return -errno;
    port->bell = map;
    return 0;
}

int vq_port_bell_make(struct vq_port *port)
{
    int fd = memfd_create("vqda-port-bell", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    int err = fd < 0 ? -errno : map_bell(port, fd);
    if (err && fd >= 0)
        close(fd);
    return err ? err : fd;
}

bool vq_port_bell_ring(struct vq_port *port, const struct qda_port_call *call)
{
    struct qda_port_bell *bell = port->bell;
    if (!bell || __atomic_load_n(&bell->call_state, __ATOMIC_ACQUIRE) != QDA_BELL_WATCHED)
        return false;
    bell->call = *call;
    return change(&bell->call_state, QDA_BELL_WATCHED, QDA_BELL_RUNG);
}

void vq_port_bell_watch(struct vq_port *port)
{
    if (port->bell)
        (void)change(&port->bell->reply_state, QDA_BELL_NOBODY, QDA_BELL_WATCHED);
}

size_t vq_port_bell_take(struct vq_port *port, struct qda_port_reply *reply, bool last)
{
    struct qda_port_bell *bell = port->bell;
    if (!bell || (last && change(&bell->reply_state, QDA_BELL_WATCHED, QDA_BELL_NOBODY)) ||
        __atomic_load_n(&bell->reply_state, __ATOMIC_ACQUIRE) != QDA_BELL_RUNG)
        return 0;
    *reply = bell->reply;
    __atomic_store_n(&bell->reply_state, QDA_BELL_NOBODY, __ATOMIC_SEQ_CST);
    return sizeof(*reply);
}

bool vq_port_bell_says_more(const struct vq_port *port)
{
    return !port->bell || __atomic_load_n(&port->bell->said, __ATOMIC_SEQ_CST) != port->heard;
}

void vq_port_bell_free(struct vq_port *port)
{
    if (port->bell)
        munmap(port->bell, QDA_PORT_BELL_BYTES);
    port->bell = NULL;
}
