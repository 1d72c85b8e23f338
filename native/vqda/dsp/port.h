/* SPDX-License-Identifier: MIT */
#ifndef VQ_DSP_PORT_H
#define VQ_DSP_PORT_H

#include "rpcmsg/port.h"
#include "vqda/core/list.h"

#include <stdbool.h>
#include <sys/uio.h>

/*
 * The board's end of a DSP process' port (rpcmsg/port.h). Sending never waits: what the socket does not take is kept, up to a
 * bound.
 */
struct vq_port {
    int fd; /* -1: closed */
    struct qda_port_bell *bell; /* NULL: none */
    uint32_t heard;             /* packets taken from the socket */
    struct vq_list queue;
    size_t queued_bytes, queued_packets;
};
#define VQ_PORT_MAX_QUEUED_BYTES (4u << 20)
#define VQ_PORT_MAX_QUEUED_PACKETS 2048u

void vq_port_init(struct vq_port *port, int fd);
void vq_port_close(struct vq_port *port);

/* One packet, of at most two parts, with descriptors (which stay the caller's). */
struct vq_packet {
    struct iovec parts[2];
    const int *fds;
    size_t fd_count;
};
/* 0: it is on its way or kept; -ENOBUFS: too much is kept already; -EPIPE and others: nobody is there. */
int vq_port_send(struct vq_port *port, const struct vq_packet *packet);
/* The socket takes packets again. 0 or -errno; *left: some are still kept. */
int vq_port_flush(struct vq_port *port, bool *left);

/*
 * One packet into at[room]: its length (0 < len <= room), -EAGAIN where none is there, -EPROTO where it does not fit, -EPIPE
 * where the other end is closed. Descriptors that the process sends are dropped.
 */
int vq_port_receive(struct vq_port *port, void *at, size_t room);

/* bell.c: the board's end of struct qda_port_bell. */
/* Makes it: the descriptor that goes with START (the caller closes it), or -errno. */
int vq_port_bell_make(struct vq_port *port);
/* Gives a call over the bell. False: nobody looks at it. */
bool vq_port_bell_ring(struct vq_port *port, const struct qda_port_call *call);
/* Looks at the bell from now on. A reply that is there stays. */
void vq_port_bell_watch(struct vq_port *port);
/* A reply that came: its length, 0: none. Then, or if `last`, nobody looks any more. */
size_t vq_port_bell_take(struct vq_port *port, struct qda_port_reply *reply, bool last);
/* Has the socket something? True also where there is no bell. */
bool vq_port_bell_says_more(const struct vq_port *port);
void vq_port_bell_free(struct vq_port *port);

#endif
