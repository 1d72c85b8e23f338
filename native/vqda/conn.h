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
    struct vq_conn *watched; /* whose bell is looked at before the loop sleeps; NULL: none */
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
    struct vq_bell *bell; /* NULL: none */
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
/* bell.c. VQ_BELL: makes the connection's bell. 0 or -errno. */
int vq_bell_give(struct vq_conn *conn, struct vq_answer *out);
/* Answers by the bell if the client looks at it. False: it does not, or it does not fit. */
bool vq_bell_answer(struct vq_conn *conn, int64_t result, const struct vq_answer *out);
/* What vq_loop_before_sleep() is given: is there a request at the bell of who was answered last; serves it. */
bool vq_bell_look(void *server);
void vq_bell_serve(void *server);
/* The connection ends. */
void vq_bell_free(struct vq_conn *conn);
/* Ends a connection that cannot go on. */
void vq_conn_end(struct vq_conn *conn);
/* The connection ends: what is late is dropped. */
void vq_reply_drop_all(struct vq_conn *conn);

#endif
