/* SPDX-License-Identifier: MIT */
#include "probe/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/lines.h"
#include "probe/status.h"
#include "probe/trace_instance.h"
#include "probe/trace_line.h"

/*
 * The dma tier: what the trace events say, read from an instance of our own, so that nobody else's tracing is touched.
 *
 * Limits that come from the kernel: an event larger than a page of its ring buffer is never written and not counted as
 * lost. dma_map_sg is capped at 128 entries; dma_unmap_sg of kernels up to 6.18 is not, so the unmapping of some 500 pieces
 * and more is not seen. Whoever needs to know compares with bufinfo.
 */
#define LINE_BYTES 32768 /* 128 entries print in about 7 KiB; an unmap of 64 KiB pages may be longer */
#define EVENTS_A_READ 4096

struct qda_trace {
    struct qda_sys *sys;
    struct probe_instance instance;
    int fd;
    uint64_t since_ns;
    uint64_t lost;
    uint64_t bad; /* lines that could not be understood */
    struct probe_lines lines;
    struct probe_trace_line line;
    char memory[LINE_BYTES];
};

static void fill_status(const struct qda_trace *trace, struct qda_tier_status *status)
{
    probe_status_begin(status, QDA_TIER_DMA, trace->instance.pipe);
    status->available = true;
    status->lost_events = trace->lost;
    status->since_ns = trace->since_ns;
    probe_copy(status->reason, sizeof(status->reason), trace->instance.gaps);
    if (trace->bad > 0)
        probe_append(status->reason, sizeof(status->reason), "%" PRIu64 " lines could not be understood", trace->bad);
    if (trace->lines.overlong > 0)
        probe_append(status->reason, sizeof(status->reason), "%" PRIu64 " lines were longer than %d bytes and left out",
                     trace->lines.overlong, LINE_BYTES - 2);
}

static struct qda_trace *new_trace(struct qda_sys *sys, unsigned options, struct qda_tier_status *status)
{
    struct qda_trace *trace = calloc(1, sizeof(*trace));
    if (trace == NULL) {
        probe_reason(status->reason, sizeof(status->reason), status->source, -ENOMEM, "");
        return NULL;
    }
    trace->sys = sys;
    probe_lines_init(&trace->lines, trace->memory, sizeof(trace->memory));
    int err = probe_instance_open(&trace->instance, sys, options, status);
    if (err < 0) {
        free(trace);
        return NULL;
    }
    return trace;
}

struct qda_trace *qda_trace_open_with(struct qda_sys *sys, unsigned options, struct qda_tier_status *status)
{
    probe_status_begin(status, QDA_TIER_DMA, PROBE_TRACEFS);
    struct qda_trace *trace = new_trace(sys, options, status);
    if (trace == NULL)
        return NULL;
    trace->since_ns = sys->ops->now_ns(sys);
    trace->fd = sys->ops->open(sys, trace->instance.pipe, O_RDONLY | O_NONBLOCK);
    if (trace->fd < 0) {
        probe_reason(status->reason, sizeof(status->reason), trace->instance.pipe, trace->fd,
                     probe_tracefs_advice(sys, trace->fd));
        probe_instance_close(&trace->instance, sys);
        free(trace);
        return NULL;
    }
    fill_status(trace, status);
    return trace;
}

struct qda_trace *qda_trace_open(struct qda_sys *sys, struct qda_tier_status *status)
{
    return qda_trace_open_with(sys, 0, status);
}

int qda_trace_fd(const struct qda_trace *trace)
{
    return trace->fd;
}

/* Lines that stand in the buffer. */
static int give_lines(struct qda_trace *trace, qda_dma_event_fn fn, void *arg, unsigned *given)
{
    for (char *text = probe_lines_next(&trace->lines); text != NULL; text = probe_lines_next(&trace->lines)) {
        enum probe_line_kind kind = probe_trace_parse(text, &trace->line);
        trace->lost += trace->line.lost;
        trace->bad += kind == PROBE_LINE_BAD;
        if (kind != PROBE_LINE_EVENT)
            continue;
        *given += 1;
        int stop = fn(arg, &trace->line.event);
        if (stop != 0)
            return stop;
    }
    return 0;
}

int qda_trace_read(struct qda_trace *trace, qda_dma_event_fn fn, void *arg)
{
    unsigned given = 0;
    int stop = give_lines(trace, fn, arg, &given); /* those behind one at which the receiver stopped */
    while (stop == 0 && given < EVENTS_A_READ) {
        ssize_t got = probe_lines_fill(&trace->lines, trace->sys, trace->fd);
        if (got == -EAGAIN || got == -EINTR)
            return 0;
        if (got <= 0)
            return got < 0 ? (int)got : -EPIPE;
        stop = give_lines(trace, fn, arg, &given);
    }
    return stop;
}

void qda_trace_status(const struct qda_trace *trace, struct qda_tier_status *status)
{
    fill_status(trace, status);
}

void qda_trace_close(struct qda_trace *trace)
{
    if (trace == NULL)
        return;
    trace->sys->ops->close(trace->sys, trace->fd); /* an open pipe keeps the instance busy */
    probe_instance_close(&trace->instance, trace->sys);
    free(trace);
}
