/* SPDX-License-Identifier: MIT */
#ifndef QDA_AGENT_FACTS_H
#define QDA_AGENT_FACTS_H

#include "probe/probe.h"
#include "run/run.h"
#include "wire/put.h"

/* Records of the memory picture, written straight into a body: one call, one repeated field. */

/* Longest record: every text at its cap, and the numbers. Texts over the cap are cut. */
#define FACT_TEXT_MAX 160
#define FACT_BYTES 512u
#define EVENT_BYTES (QDA_MAX_SG * 40u + 2 * FACT_TEXT_MAX + 64u)

void put_fact(struct qda_put *put, const struct qda_fact *fact);                   /* MemoryChunk.records */
void put_self(struct qda_put *put, const struct qda_self_buffer *buffer);          /* MemoryChunk.records */
void put_tier(struct qda_put *put, const struct qda_tier_status *status);          /* MemoryChunk.tiers */
void put_event(struct qda_put *put, const struct qda_dma_event *event);            /* MemoryEvents.events */
void put_reading(struct qda_put *put, uint32_t tag, const struct qda_reading *reading); /* Identity or Environment .readings */

#endif
