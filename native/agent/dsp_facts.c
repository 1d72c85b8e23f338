/* SPDX-License-Identifier: MIT */
#include "agent/dsp_facts.h"

#include "wire/text.h"

static struct dsp_session *session_of(struct dsp_facts *facts, uint32_t pid)
{
    for (size_t i = 0; i < DSP_FACT_SESSIONS; i++) {
        if (facts->sessions[i].pid == pid)
            return &facts->sessions[i];
    }
    return NULL;
}

static void drop_map(struct dsp_facts *facts, size_t at)
{
    facts->maps[at] = facts->maps[--facts->map_count];
}

static void drop_call(struct dsp_facts *facts, size_t at)
{
    facts->calls[at] = facts->calls[--facts->call_count];
}

static void drop_all_of(struct dsp_facts *facts, uint32_t pid)
{
    for (size_t i = facts->map_count; i-- > 0;) {
        if (facts->maps[i].pid == pid)
            drop_map(facts, i);
    }
    for (size_t i = facts->call_count; i-- > 0;) {
        if (facts->calls[i].pid == pid)
            drop_call(facts, i);
    }
    struct dsp_session *session = session_of(facts, pid);
    if (session)
        *session = (struct dsp_session){0};
}

/* A free place; where there is none, that of one that ended. */
static struct dsp_session *place(struct dsp_facts *facts)
{
    struct dsp_session *free = session_of(facts, 0);
    for (size_t i = 0; !free && i < DSP_FACT_SESSIONS; i++) {
        if (!facts->sessions[i].ended)
            continue;
        drop_all_of(facts, facts->sessions[i].pid);
        free = &facts->sessions[i];
    }
    return free;
}

void dsp_facts_session(struct dsp_facts *facts, uint32_t pid, const char *node, const struct worker_session *is)
{
    if (!is->alive) {
        drop_all_of(facts, pid);
        return;
    }
    struct dsp_session *session = session_of(facts, pid);
    if (!session)
        session = place(facts);
    if (!session)
        return;
    session->pid = pid;
    session->is = *is;
    session->is.shell[sizeof(session->is.shell) - 1] = '\0';
    qda_text_copy(session->node, sizeof(session->node), node);
}

static size_t find_map(const struct dsp_facts *facts, uint32_t pid, uint64_t address)
{
    size_t i = 0;
    while (i < facts->map_count && (facts->maps[i].pid != pid || facts->maps[i].is.address != address))
        i++;
    return i;
}

void dsp_facts_mapped(struct dsp_facts *facts, uint32_t pid, const struct worker_mapped *is)
{
    size_t at = find_map(facts, pid, is->address);
    if (at == DSP_FACT_MAPS) {
        facts->unlisted++;
        return;
    }
    facts->maps[at] = (struct dsp_map){.pid = pid, .is = *is};
    facts->maps[at].is.kind[sizeof(is->kind) - 1] = '\0';
    if (at == facts->map_count)
        facts->map_count++;
}

void dsp_facts_unmapped(struct dsp_facts *facts, uint32_t pid, uint64_t address)
{
    size_t at = find_map(facts, pid, address);
    if (at < facts->map_count)
        drop_map(facts, at);
}

void dsp_facts_call(struct dsp_facts *facts, uint32_t pid, const struct worker_call *is)
{
    size_t at = 0;
    while (at < facts->call_count && (facts->calls[at].pid != pid || facts->calls[at].is.tid != is->tid))
        at++;
    if (is->since_ns == 0) {
        if (at < facts->call_count)
            drop_call(facts, at);
        return;
    }
    if (at == DSP_FACT_CALLS)
        return;
    facts->calls[at] = (struct dsp_call){.pid = pid, .is = *is};
    facts->calls[at].is.name[sizeof(is->name) - 1] = '\0';
    if (at == facts->call_count)
        facts->call_count++;
}

void dsp_facts_worker_gone(struct dsp_facts *facts, uint32_t pid)
{
    struct dsp_session *session = session_of(facts, pid);
    if (session)
        session->ended = true;
    else
        drop_all_of(facts, pid);
}

void dsp_facts_forget_ended(struct dsp_facts *facts)
{
    for (size_t i = 0; i < DSP_FACT_SESSIONS; i++) {
        if (facts->sessions[i].ended)
            drop_all_of(facts, facts->sessions[i].pid);
    }
    facts->unlisted = 0;
}

const struct worker_call *dsp_facts_longest(const struct dsp_facts *facts, uint32_t pid)
{
    const struct worker_call *longest = NULL;
    for (size_t i = 0; i < facts->call_count; i++) {
        const struct worker_call *is = &facts->calls[i].is;
        if (facts->calls[i].pid == pid && (!longest || is->since_ns < longest->since_ns))
            longest = is;
    }
    return longest;
}

size_t dsp_facts_held(const struct dsp_facts *facts, uint32_t pid, uint64_t *bytes)
{
    size_t count = 0;
    *bytes = 0;
    for (size_t i = 0; i < facts->map_count; i++) {
        if (facts->maps[i].pid != pid)
            continue;
        count++;
        *bytes += facts->maps[i].is.size;
    }
    return count;
}
