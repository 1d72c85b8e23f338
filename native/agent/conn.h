/* SPDX-License-Identifier: MIT */
#ifndef QDA_AGENT_CONN_H
#define QDA_AGENT_CONN_H

#include <stdbool.h>

#include "wire/frame.h"

/*
 * The one live connection: frames in, frames out, both in fixed buffers. A frame goes out whole or the connection is dropped.
 */
#define CONN_OUT_BYTES (256u * 1024)
#define CONN_IN_BYTES (QDA_FRAME_MAX + QDA_FRAME_PREFIX)

struct conn {
    int fd;                 /* -1: nobody */
    uint64_t seq;           /* of the last frame made */
    size_t out_start;       /* bytes of `out` already written */
    size_t out_end;
    uint64_t stuck_since_ns; /* since when nothing could be written although something waits; 0: not so */
    struct qda_frame_reader reader;
    uint8_t out[CONN_OUT_BYTES];
    uint8_t in[CONN_IN_BYTES];
};

void conn_init(struct conn *conn);
bool conn_live(const struct conn *conn);
/* Takes over a connected socket, and the bytes that were already read from it. */
void conn_open(struct conn *conn, int fd, const uint8_t *read, size_t len);
void conn_close(struct conn *conn);

/* Bytes that wait to be written. */
size_t conn_pending(const struct conn *conn);
/* Can a body of `len` bytes be queued without waiting? */
bool conn_has_room(const struct conn *conn, size_t len);
/*
 * Queues one frame. Where the queue is full it waits for the peer, at most ten seconds without progress; then, or if the peer
 * is gone, the connection is closed. False: the frame did not get out.
 */
bool conn_send(struct conn *conn, uint64_t reply_to, const struct qda_body *body);
/* Writes what the socket takes. Closes the connection if the peer is gone. */
void conn_flush(struct conn *conn);
/* Writes everything, waiting like conn_send. */
void conn_drain(struct conn *conn);
/* Reads what waits into the reader. False: the peer is gone and the connection closed. */
bool conn_fill(struct conn *conn);

/* Throws away what the peer sent, so that closing does not take the last words from it; then closes. */
void socket_close_politely(int fd);

#endif
