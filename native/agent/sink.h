/* SPDX-License-Identifier: MIT */
#ifndef QDA_AGENT_SINK_H
#define QDA_AGENT_SINK_H

#include "agent/blocks.h"
#include "run/run.h"

/*
 * Where the samples of the running point go: one buffer a series, put into the ring as a block when it is full.
 */
#define SINK_BLOCK_SAMPLES 4096u
#define SINK_NAME_LEN 16

struct sink_series {
    char name[SINK_NAME_LEN];
    uint32_t fill;  /* samples in `ns` */
    uint64_t first; /* place of ns[0] in the series */
    uint64_t ns[SINK_BLOCK_SAMPLES];
};

struct sink {
    struct blocks *blocks;
    bool simulated;
    bool attended; /* somebody is connected: running out of room means waiting, not dropping */
    uint32_t index; /* of the point */
    unsigned declared;
    uint64_t taken;   /* samples, over all series */
    uint64_t dropped; /* samples that found no room */
    struct sink_series series[QDA_MAX_SERIES];
};

void sink_begin(struct sink *sink, uint32_t index);
/* Puts what is there into the ring as blocks. */
void sink_flush(struct sink *sink);
/* Is there room for a block of each series, or nobody to wait for? */
bool sink_has_room(const struct sink *sink);
/* What a family gets. */
struct qda_sink sink_face(struct sink *sink);

#endif
