/* SPDX-License-Identifier: MIT */
#ifndef QDA_AGENT_EVENTS_H
#define QDA_AGENT_EVENTS_H

#include "agent/conn.h"
#include "agent/facts.h"

/*
 * Trace events of the dma tier, from the trace's pipe to the connection in batches: at most EVENTS_BATCH events, at most
 * EVENTS_NS old. Between two reads of a quiet pipe it rests, so that a trickle of events does not wake the agent each time.
 */
#define EVENTS_BATCH 256u
#define EVENTS_BATCH_BYTES (96u * 1024)
#define EVENTS_NS UINT64_C(50000000)

struct events {
    struct qda_trace *trace;  /* NULL: off */
    uint64_t rest_until_ns;   /* 0: the pipe may be read */
    unsigned count;           /* events in the batch */
    struct conn *conn;
    struct qda_put batch;     /* into buf */
    uint8_t buf[EVENTS_BATCH_BYTES];
};

void events_init(struct events *events, struct conn *conn);
/* 0, or -ENODEV with the reason in *status. */
int events_start(struct events *events, struct qda_sys *sys, struct qda_tier_status *status);
/* Sends what is left and ends the trace. */
void events_stop(struct events *events);
/* Descriptor to poll, or -1: off, resting, or the host is slow. */
int events_fd(const struct events *events);
/* Reads what waits and sends it. 0, or -errno if the trace broke (it is stopped then). */
int events_read(struct events *events);

#endif
