/* SPDX-License-Identifier: MIT */
#include "agent_heard.h"

#include <stdio.h>
#include <string.h>

qdalab_PlanPoint heard_point(const char *benchmark, uint32_t index, uint32_t samples, uint32_t series)
{
    qdalab_PlanPoint made = {.index = index, .samples = samples, .count = series};
    snprintf(made.benchmark, sizeof(made.benchmark), "%s", benchmark);
    return made;
}

static void take_samples(struct heard *heard, const struct host_frame *block)
{
    struct host_frame ns;
    uint64_t series = field_uint(block, qdalab_SampleBlock_series_tag), first = field_uint(block, qdalab_SampleBlock_first_tag);
    if (!field_find(block->body, block->len, qdalab_SampleBlock_ns_tag, 0, &ns) || ns.len % 8 != 0 || ns.len > 8 * 4096 ||
        series >= QDA_MAX_SERIES || field_uint(block, qdalab_SampleBlock_simulated_tag) != 1 || first < heard->next[series]) {
        heard->wrong = true;
        return;
    }
    heard->missing += first - heard->next[series];
    for (size_t i = 0; i < ns.len / 8; i++) {
        uint64_t value;
        memcpy(&value, ns.body + 8 * i, 8);
        heard->wrong |= value != (first + i) * 4 + series;
    }
    heard->next[series] = first + ns.len / 8;
}

bool heard_take(struct heard *heard, const struct host_frame *from)
{
    uint32_t block_tag = from->tag == qdalab_FromAgent_samples_tag ? (uint32_t)qdalab_SampleBlock_block_tag : 2u;
    if (from->tag < qdalab_FromAgent_point_started_tag || from->tag > qdalab_FromAgent_plan_done_tag)
        return false;
    uint64_t number = field_uint(from, block_tag);
    heard->wrong |= number <= heard->block;
    heard->gaps += number - heard->block - 1;
    heard->block = number;
    if (from->tag == qdalab_FromAgent_samples_tag)
        take_samples(heard, from);
    if (from->tag == qdalab_FromAgent_point_started_tag) {
        heard->started++;
        memset(heard->next, 0, sizeof(heard->next));
    }
    heard->done += from->tag == qdalab_FromAgent_point_done_tag;
    heard->plan_done = from->tag == qdalab_FromAgent_plan_done_tag;
    heard->last = *from;
    return true;
}

bool heard_until(struct heard *heard, struct host *host, struct host_frame *frame, uint32_t tag)
{
    while (host_next(host, frame)) {
        if (heard_take(heard, frame))
            host_ack(host, heard->block);
        if (frame->tag == tag)
            return true;
    }
    return false;
}
