/* SPDX-License-Identifier: MIT */
#ifndef QDA_TEST_AGENT_HEARD_H
#define QDA_TEST_AGENT_HEARD_H

#include "agent_host.h"
#include "run/run.h"

/* What a plan of the test board's benchmarks has given so far; sample i of series s is i * 4 + s. */
struct heard {
    uint64_t block;                  /* newest number */
    uint64_t started, done;          /* points */
    uint64_t next[QDA_MAX_SERIES];   /* next sample expected of each series */
    uint64_t missing;                /* samples, by the gaps between blocks */
    uint64_t gaps;                   /* numbers that did not come */
    bool wrong;
    bool plan_done;
    struct host_frame last; /* PointDone or PlanDone, body valid until the next frame */
};

qdalab_PlanPoint heard_point(const char *benchmark, uint32_t index, uint32_t samples, uint32_t series);
/* Takes one frame into account. False: it was no block. */
bool heard_take(struct heard *heard, const struct host_frame *from);
/* Hears everything up to the next frame of a kind, acknowledging each block. False: the connection was closed. */
bool heard_until(struct heard *heard, struct host *host, struct host_frame *frame, uint32_t tag);

#endif
