/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "agent/agent.h"
#include "agent/facts.h"

/* A chunk goes out when it is this full: far under the frame cap, and small enough to be read while the next is made. */
#define CHUNK_BYTES (16u * 1024)

struct snapshot {
    struct agent *agent;
    uint64_t id;
    const qdalab_GetMemory *wanted;
    struct qda_put put;
    bool gone; /* the host does not listen any more */
};

static void begin_chunk(struct snapshot *snap)
{
    snap->put = qda_put_into(snap->agent->scratch, sizeof(snap->agent->scratch));
}

static void send_chunk(struct snapshot *snap)
{
    struct qda_body body = {qdalab_FromAgent_memory_tag, snap->put.buf, snap->put.len};
    if (!snap->gone && !conn_send(&snap->agent->conn, snap->id, &body))
        snap->gone = true;
    if (!snap->gone)
        conn_flush(&snap->agent->conn); /* the host decodes one chunk while the next is collected */
    begin_chunk(snap);
}

static int after_record(struct snapshot *snap)
{
    if (snap->put.len >= CHUNK_BYTES)
        send_chunk(snap);
    return snap->gone ? -EPIPE : 0;
}

static int take_fact(void *arg, const struct qda_fact *fact)
{
    struct snapshot *snap = arg;
    put_fact(&snap->put, fact);
    return after_record(snap);
}

static void take_self(void *arg, const struct qda_self_buffer *buffer)
{
    struct snapshot *snap = arg;
    put_self(&snap->put, buffer);
    after_record(snap);
}

/* Of DSP sessions of our own: what the worker said. */
static void collect_dsp(struct snapshot *snap)
{
    const struct dsp_facts *facts = &snap->agent->plan.dsp.facts;
    for (size_t i = 0; i < DSP_FACT_SESSIONS && !snap->gone; i++) {
        if (facts->sessions[i].pid != 0)
            put_dsp_session(&snap->put, &facts->sessions[i]);
    }
    for (size_t i = 0; i < facts->map_count && !snap->gone; i++) {
        put_dsp_map(&snap->put, &facts->maps[i]);
        after_record(snap);
    }
    for (size_t i = 0; i < facts->call_count && !snap->gone; i++) {
        put_dsp_call(&snap->put, &facts->calls[i]);
        after_record(snap);
    }
}

/* Buffers are those of the agent's own process; those that the worker made show in the proc tier and, mapped, among the DSP's. */
static void tier_self(struct snapshot *snap, struct qda_tier_status *status)
{
    uint64_t unlisted = snap->agent->plan.dsp.facts.unlisted;
    *status = (struct qda_tier_status){.tier = QDA_TIER_SELF, .available = true, .source = "the agent's own bookkeeping"};
    if (unlisted > 0)
        snprintf(status->reason, sizeof(status->reason), "%llu mappings on the DSP are not listed: there are more than %u at once",
                 (unsigned long long)unlisted, DSP_FACT_MAPS);
    qda_self_each(take_self, snap);
    collect_dsp(snap);
}

static bool is_wanted(const qdalab_GetMemory *wanted, const char *name)
{
    for (pb_size_t i = 0; i < wanted->tiers_count; i++) {
        if (strcmp(wanted->tiers[i], name) == 0)
            return true;
    }
    return wanted->tiers_count == 0;
}

/* What bufinfo says of a buffer is not read once more from fdinfo. */
static void tier_proc(struct snapshot *snap, struct qda_tier_status *status)
{
    struct qda_sys *sys = snap->agent->sys;
    bool bufinfo = is_wanted(snap->wanted, "bufinfo") && qda_probe_bufinfo_opens(sys);
    qda_probe_proc_with(sys, bufinfo ? QDA_PROC_NO_BUFFERS : 0, take_fact, snap, status);
}

static void tier_bufinfo(struct snapshot *snap, struct qda_tier_status *status)
{
    qda_probe_bufinfo(snap->agent->sys, take_fact, snap, status);
}

/* Its facts come as events; a snapshot says how the trace stands. */
static void tier_dma(struct snapshot *snap, struct qda_tier_status *status)
{
    *status = (struct qda_tier_status){
        .tier = QDA_TIER_DMA,
        .reason = "No trace runs on this connection: start events first. What happened before is unknown.",
        .source = "/sys/kernel/tracing",
    };
    if (snap->agent->events.trace)
        qda_trace_status(snap->agent->events.trace, status);
}

static const struct tier {
    const char *name;
    void (*collect)(struct snapshot *snap, struct qda_tier_status *status);
} tiers[] = {{"self", tier_self}, {"proc", tier_proc}, {"bufinfo", tier_bufinfo}, {"dma", tier_dma}};
#define TIERS (sizeof(tiers) / sizeof(tiers[0]))

/* The first name that is no tier's, or NULL. */
static const char *unknown_tier(const qdalab_GetMemory *wanted)
{
    for (pb_size_t i = 0; i < wanted->tiers_count; i++) {
        size_t known = 0;
        while (known < TIERS && strcmp(tiers[known].name, wanted->tiers[i]) != 0)
            known++;
        if (known == TIERS)
            return wanted->tiers[i];
    }
    return NULL;
}

static void collect(struct snapshot *snap)
{
    struct qda_sys *sys = snap->agent->sys;
    uint64_t taken_ns = sys->ops->now_ns(sys);
    struct qda_tier_status status[TIERS];
    size_t count = 0;
    for (size_t i = 0; i < TIERS && !snap->gone; i++) {
        if (is_wanted(snap->wanted, tiers[i].name))
            tiers[i].collect(snap, &status[count++]);
    }
    qda_put_uint(&snap->put, qdalab_MemoryChunk_last_tag, true);
    qda_put_uint(&snap->put, qdalab_MemoryChunk_taken_ns_tag, taken_ns);
    for (size_t i = 0; i < count; i++)
        put_tier(&snap->put, &status[i]);
    send_chunk(snap);
}

void on_get_memory(struct agent *agent, const struct agent_request *request)
{
    const qdalab_GetMemory *wanted = &request->message.request.get_memory;
    const char *unknown = unknown_tier(wanted);
    if (unknown) {
        agent_fail(agent, request->message.id, qdalab_FailureCode_FAILURE_BAD_REQUEST, -EINVAL,
                   "There is no memory tier '%s'; the tiers are self, proc, bufinfo and dma.", unknown);
        return;
    }
    struct snapshot snap = {.agent = agent, .id = request->message.id, .wanted = wanted};
    begin_chunk(&snap);
    collect(&snap);
}
