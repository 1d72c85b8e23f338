/* SPDX-License-Identifier: MIT */
#include "agent/events.h"

#include <errno.h>

#include "agent/clock.h"
#include "wire/gen/qda_lab.pb.h"

_Static_assert(EVENT_BYTES < EVENTS_BATCH_BYTES / 2, "an empty batch takes any event");

void events_init(struct events *events, struct conn *conn)
{
    events->trace = NULL;
    events->conn = conn;
}

static void begin_batch(struct events *events)
{
    events->count = 0;
    events->batch = qda_put_into(events->buf, sizeof(events->buf));
}

int events_start(struct events *events, struct qda_sys *sys, struct qda_tier_status *status)
{
    if (events->trace)
        return 0;
    begin_batch(events);
    events->rest_until_ns = 0;
    events->trace = qda_trace_open(sys, status);
    return events->trace ? 0 : -ENODEV;
}

static bool send_batch(struct events *events)
{
    if (events->count == 0)
        return true;
    struct qda_tier_status status = {0};
    qda_trace_status(events->trace, &status);
    qda_put_uint(&events->batch, qdalab_MemoryEvents_lost_tag, status.lost_events);
    struct qda_body body = {qdalab_FromAgent_events_tag, events->buf, events->batch.len};
    begin_batch(events);
    return conn_send(events->conn, 0, &body);
}

void events_stop(struct events *events)
{
    if (!events->trace)
        return;
    if (conn_live(events->conn))
        send_batch(events);
    qda_trace_close(events->trace);
    events->trace = NULL;
}

int events_fd(const struct events *events)
{
    bool slow_host = conn_pending(events->conn) > CONN_OUT_BYTES / 4;
    if (!events->trace || slow_host || events->rest_until_ns > clock_now_ns())
        return -1;
    return qda_trace_fd(events->trace);
}

static int take_event(void *arg, const struct qda_dma_event *event)
{
    struct events *events = arg;
    put_event(&events->batch, event);
    events->count++;
    bool full = events->count == EVENTS_BATCH || events->batch.cap - events->batch.len < EVENT_BYTES + 16;
    return !full || send_batch(events) ? 0 : -EPIPE;
}

int events_read(struct events *events)
{
    int err = qda_trace_read(events->trace, take_event, events);
    send_batch(events);
    events->rest_until_ns = clock_now_ns() + EVENTS_NS;
    if (err < 0)
        events_stop(events);
    return err < 0 && conn_live(events->conn) ? err : 0;
}
