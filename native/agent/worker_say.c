/* SPDX-License-Identifier: MIT */
#include "agent/worker_say.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "wire/text.h"

/* Samples wait at most this long for others, at the end of a step. */
#define FLUSH_NS 250000000u

static struct {
    bool cancelled;
    uint64_t flushed_ns;
    struct worker_samples series[QDA_MAX_SERIES];
} state;

/* The agent is gone, and with it whoever wants a result. What the DSP owns is the driver's to end with this process's files. */
static void end_without_agent(void)
{
    _exit(0);
}

void worker_say(enum worker_kind kind, const void *body, size_t len)
{
    struct worker_head head = {.kind = kind, .len = (uint32_t)len};
    struct iovec parts[] = {{&head, sizeof(head)}, {(void *)(uintptr_t)body, len}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = len > 0 ? 2 : 1};
    while (sendmsg(WORKER_FD, &message, MSG_NOSIGNAL) < 0) {
        if (errno != EINTR)
            end_without_agent();
    }
}

void worker_say_done(const struct qda_point_result *result)
{
    static struct worker_done done;
    done = (struct worker_done){.result = *result};
    for (unsigned i = 0; i < result->counter_count && i < QDA_MAX_COUNTERS; i++) {
        qda_text_copy(done.name[i], sizeof(done.name[i]), result->counters[i].name);
        qda_text_copy(done.unit[i], sizeof(done.unit[i]), result->counters[i].unit);
    }
    worker_say(WORKER_DONE, &done, sizeof(done));
}

/* ---- hearing */
static struct {
    struct worker_head head;
    uint8_t body[WORKER_MAX_BODY];
} heard;

/* Kind of a packet; 0: none waits (MSG_DONTWAIT) or the agent said its last. */
static uint32_t hear(int flags, bool *ended)
{
    ssize_t got;
    *ended = false;
    do
        got = recv(WORKER_FD, &heard, sizeof(heard), flags);
    while (got < 0 && errno == EINTR);
    if (got < 0 && (flags & MSG_DONTWAIT) && errno == EAGAIN)
        return 0;
    *ended = got < (ssize_t)sizeof(heard.head);
    return *ended ? 0 : heard.head.kind;
}

bool worker_await_go(void)
{
    bool ended;
    for (;;) {
        uint32_t kind = hear(0, &ended);
        if (kind == WORKER_GO)
            return ((const struct worker_go *)(const void *)heard.body)->traced;
        if (kind == WORKER_CANCEL)
            state.cancelled = true;
        if (ended)
            return false;
    }
}

bool worker_is_cancelled(void)
{
    bool ended;
    if (hear(MSG_DONTWAIT, &ended) == WORKER_CANCEL || ended)
        state.cancelled = true;
    return state.cancelled;
}

void worker_forget_cancel(void)
{
    state.cancelled = false;
}

uint32_t worker_listen(void *out, size_t cap)
{
    bool ended;
    uint32_t kind = hear(0, &ended);
    memcpy(out, heard.body, heard.head.len < cap ? heard.head.len : cap);
    return ended ? 0 : kind;
}

/* ---- samples */
static void declare(void *arg, unsigned series, const char *name)
{
    (void)arg;
    struct worker_series message = {.series = series};
    qda_text_copy(message.name, sizeof(message.name), name);
    worker_say(WORKER_SERIES, &message, sizeof(message));
}

static void flush_series(uint32_t series)
{
    struct worker_samples *from = &state.series[series];
    if (from->count == 0)
        return;
    from->series = series;
    worker_say(WORKER_SAMPLES, from, offsetof(struct worker_samples, ns) + from->count * sizeof(from->ns[0]));
    from->count = 0;
}

static void append(void *arg, unsigned series, uint64_t ns)
{
    (void)arg;
    struct worker_samples *to = &state.series[series];
    to->ns[to->count++] = ns;
    if (to->count == WORKER_MAX_SAMPLES)
        flush_series(series);
}

/* Sending waits where the agent has no room. */
static bool room(void *arg, size_t samples)
{
    (void)arg;
    (void)samples;
    return true;
}

struct qda_sink worker_sink(void)
{
    return (struct qda_sink){.declare = declare, .append = append, .room = room};
}

void worker_sink_flush(struct qda_sys *sys, bool now_and_then)
{
    uint64_t now = sys->ops->now_ns(sys);
    if (now_and_then && now - state.flushed_ns < FLUSH_NS)
        return;
    state.flushed_ns = now;
    for (uint32_t i = 0; i < QDA_MAX_SERIES; i++)
        flush_series(i);
}
