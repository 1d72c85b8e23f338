/* SPDX-License-Identifier: MIT */
#ifndef VQ_WORKLOAD_H
#define VQ_WORKLOAD_H

#include "driver/driver.h"

/*
 * Programs that hold and share buffers, for a virtual board to have somebody on it: real processes over the same seam as
 * the agent. Every kind works at a calm rate (it sleeps), is bounded, and ends with its parent, on SIGTERM and when the
 * board goes away.
 */
struct workload {
    struct qda_sys *sys;
    const struct qda_driver *driver;
    const char *board;     /* name */
    uint64_t size;         /* of a buffer, bytes; 0: the kind's own choice */
    uint32_t count;        /* of buffers; 0: the kind's own choice */
    int handover;          /* consumer: socket to its producer, -1: looks for one by name */
    int node;              /* /dev/accel/accel0, /dev/fastrpc-cdsp */
    void (*ready)(void);   /* the first state is reached */
};

/* Each kind returns 0 when told to end, or -errno after saying what failed. */
int workload_producer(struct workload *w);
int workload_consumer(struct workload *w);
int workload_share(struct workload *w); /* a producer with a consumer of its own */
int workload_leaker(struct workload *w);
int workload_churn(struct workload *w);
int workload_holder(struct workload *w);

/* Told to end (SIGTERM, SIGINT)? */
bool workload_stopped(void);
/* Sleeps; false when told to end. */
bool workload_pause(unsigned ms);
/* Says on stderr what failed; returns err. */
int workload_failed(const char *what, int err);

/* ---- own.c: buffers of the node; 0 or -errno, which is said */
/* A buffer of the driver's own memory, as a dma-buf. */
int workload_own(struct workload *w, uint64_t size, int *dmabuf);
/* Attaches a dma-buf to the bank. *handle: what to release; FastRPC: 0, it stays until the node is closed. */
int workload_import(struct workload *w, int dmabuf, uint64_t size, uint32_t *handle);
void workload_release(struct workload *w, uint32_t handle);

/* ---- frames.c: buffers of a producer */
struct frame {
    int dmabuf;
    uint64_t size;
    void *map;
};

/*
 * A frame named "frame-<number>": even numbers are of the node's own memory, odd ones come from the system heap.
 * 0 or -errno.
 */
int frame_make(struct workload *w, uint32_t number, struct frame *out);
/* Writes, or reads and returns, the frame's sequence number within a CPU access. */
int frame_write(struct workload *w, const struct frame *frame, uint64_t sequence);
int frame_read(struct workload *w, const struct frame *frame, uint64_t *sequence);
int frame_map(struct workload *w, struct frame *frame);
void frame_free(struct workload *w, struct frame *frame);

/* ---- handover.c: from producer to consumer */
struct handover {
    uint32_t number;
    uint32_t total;
    uint64_t size;
};
#define HANDOVER_SLOTS 8 /* producers with a name a board */

/* The socket that consumers connect to, or -errno (-EADDRINUSE: as many producers as there are names). */
int handover_listen(const char *board);
/* A socket to the first producer that listens, or -errno (-ECONNREFUSED: none). */
int handover_connect(const char *board);
int handover_send(struct workload *w, int sock, const struct frame *frames, uint32_t count);
/* One frame: its descriptor or -errno (-EPIPE: the producer is gone). */
int handover_receive(struct workload *w, int sock, struct handover *out);

#endif
