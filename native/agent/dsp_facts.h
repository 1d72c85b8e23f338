/* SPDX-License-Identifier: MIT */
#ifndef QDA_AGENT_DSP_FACTS_H
#define QDA_AGENT_DSP_FACTS_H

#include "agent/worker.h"
#include "wire/put.h"

/*
 * What is known of DSP processes of our own, from what the workers said: the self tier of the memory picture. Of a worker that
 * died before its session ended, the DSP may still own what is listed: that is kept, marked `ended`, until the next plan.
 */
#define DSP_FACT_SESSIONS 4u
#define DSP_FACT_MAPS 1024u
#define DSP_FACT_CALLS 64u

struct dsp_facts {
    struct dsp_session {
        uint32_t pid; /* of the worker; 0: none */
        bool ended;
        char node[64];
        struct worker_session is;
    } sessions[DSP_FACT_SESSIONS];
    struct dsp_map {
        uint32_t pid;
        struct worker_mapped is;
    } maps[DSP_FACT_MAPS];
    struct dsp_call {
        uint32_t pid;
        struct worker_call is;
    } calls[DSP_FACT_CALLS];
    size_t map_count, call_count;
    uint64_t unlisted; /* mappings that found no room here, since the last plan began */
};

void dsp_facts_session(struct dsp_facts *facts, uint32_t pid, const char *node, const struct worker_session *is);
void dsp_facts_mapped(struct dsp_facts *facts, uint32_t pid, const struct worker_mapped *is);
void dsp_facts_unmapped(struct dsp_facts *facts, uint32_t pid, uint64_t address);
/* since_ns 0: the call ended. */
void dsp_facts_call(struct dsp_facts *facts, uint32_t pid, const struct worker_call *is);
/* The worker is no more. */
void dsp_facts_worker_gone(struct dsp_facts *facts, uint32_t pid);
/* A new plan begins: what ended before is history. */
void dsp_facts_forget_ended(struct dsp_facts *facts);

/* The call of that worker that lasts longest; NULL: none is known to. */
const struct worker_call *dsp_facts_longest(const struct dsp_facts *facts, uint32_t pid);
/* Mappings of that worker: how many, and bytes. */
size_t dsp_facts_held(const struct dsp_facts *facts, uint32_t pid, uint64_t *bytes);

/* MemoryChunk.records, each at most FACT_BYTES. */
void put_dsp_session(struct qda_put *put, const struct dsp_session *session);
void put_dsp_map(struct qda_put *put, const struct dsp_map *map);
void put_dsp_call(struct qda_put *put, const struct dsp_call *call);

#endif
