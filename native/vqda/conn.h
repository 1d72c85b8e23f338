/* SPDX-License-Identifier: MIT */
#ifndef VQ_CONN_H
#define VQ_CONN_H

#include "vqda/core/call.h"
#include "vqda/server.h"

/* Inside the server: one connection, its request and its reply. */

struct vq_server {
    struct vq_board *board;
    struct vq_texts texts;
    struct vq_watch *watch;
    int fd;
    int spare; /* given up for a moment when descriptors run out, so that a client is refused instead of left waiting */
    struct vq_list conns;
};

struct vq_conn {
    struct vq_list link;
    struct vq_server *server;
    struct vq_watch *watch;
    int fd;
    int pid;
    uint32_t uid;
    int tid;              /* last one seen and found to be a thread of pid; 0: none yet */
    char cookie[8];       /* the peer's autobind name */
    struct vq_file *file; /* a file connection after its hello */
    struct vq_list late;  /* replies that FAULT_DELAY holds back */
    struct vq_waiter waiter;
    const char *pending_dsp, *pending_call; /* of the call that waits for the DSP */
};

/* A request as it was received. */
struct vq_incoming {
    struct vq_request head;
    char *data; /* head.data_len bytes and a NUL */
    int *fds;
    size_t fd_count;
};

/* Carries a request out and replies, now or later. 0, or -errno where the connection cannot go on. */
int vq_conn_serve(struct vq_conn *conn, const struct vq_incoming *in);

/*
 * Replies with `out` after `delay_ns` (0: now), and closes out->fd in any case. 0, or -errno where the connection cannot
 * go on.
 */
int vq_reply_send(struct vq_conn *conn, int64_t result, struct vq_answer *out, uint64_t delay_ns);
/* The answer of a call that waited for the DSP: struct vq_waiter's. */
void vq_conn_answer(struct vq_waiter *waiter, int64_t result, const void *data, size_t len);
/* The connection ends: what is late is dropped. */
void vq_reply_drop_all(struct vq_conn *conn);

#endif
