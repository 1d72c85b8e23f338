/* SPDX-License-Identifier: MIT */
#include "dsp/shell/reverse.h"

#include "dsp/shell/call.h"
#include "dsp/shell/heap.h"
#include "dsp/shell/lock.h"
#include "dsp/shell/port.h"
#include "dsp/shell/space.h"
#include "dsp/shell/text.h"

#define LISTENERS 8u
#define FIRST_LISTENER_US 10000000u

/* A call to the CPU; lies on its caller's stack. */
struct reverse {
    uint32_t context, handle, sc;
    const struct qda_part *parts;
    bool handed, done;
    int32_t result;
    struct signal signal;
    struct reverse *next;
};

/* A next2 that waits: where its outputs go, and what was mapped for it. */
struct listener {
    uint64_t ctx;
    struct qda_reverse_call *out;
    uint8_t *inputs;
    uint32_t room;
    uint16_t ranges[4];
    uint32_t range_count;
};

static struct lock reverse_lock;
static struct listener listeners[LISTENERS];
static uint32_t listener_count;
static bool heard; /* a listener was there */
static struct reverse *queue, **queue_end = &queue; /* for a listener to come */
static struct reverse *handed;                      /* with the CPU */
static uint32_t contexts;

bool reverse_heard(void)
{
    return __atomic_load_n(&heard, __ATOMIC_RELAXED);
}

static size_t pack(const struct reverse *reverse, uint8_t *to, size_t room)
{
    struct qda_pack pack = {to, room, 0};
    uint32_t ins = QDA_SCALARS_IN(reverse->sc), outs = QDA_SCALARS_OUT(reverse->sc);
    for (uint32_t i = 0; i < ins; i++)
        qda_pack_buffer(&pack, reverse->parts[i].data, reverse->parts[i].len);
    for (uint32_t i = 0; i < outs; i++)
        qda_pack_length(&pack, reverse->parts[ins + i].len);
    return pack.len;
}

/* Answers a listener's call with a call of ours. With the lock. */
static void hand(struct listener *listener, struct reverse *reverse)
{
    uint32_t needed = (uint32_t)pack(reverse, listener->inputs, listener->room);
    *listener->out = (struct qda_reverse_call){reverse->context, reverse->handle, reverse->sc, needed};
    reverse->handed = true;
    reverse->next = handed;
    handed = reverse;
    if (listener->range_count) {
        lock_take(&space_lock);
        for (uint32_t i = 0; i < listener->range_count; i++)
            space_unmap(listener->ranges[i]);
        lock_release(&space_lock);
    }
    port_reply(listener->ctx, 0);
}

static void enqueue(struct reverse *reverse)
{
    *queue_end = reverse;
    queue_end = &reverse->next;
}

static void dequeue(struct reverse *reverse)
{
    struct reverse **at = &queue;
    while (*at != reverse)
        at = &(*at)->next;
    *at = reverse->next;
    if (!*at)
        queue_end = at;
}

int32_t reverse_call(uint32_t handle, uint32_t sc, const struct qda_part *parts)
{
    struct reverse reverse = {.handle = handle, .sc = sc, .parts = parts};
    lock_take(&reverse_lock);
    reverse.context = ++contexts ? contexts : ++contexts;
    if (listener_count)
        hand(&listeners[--listener_count], &reverse);
    else
        enqueue(&reverse);
    bool in_time = true;
    while (!reverse.done && (in_time || reverse.handed || heard))
        in_time = signal_wait(&reverse.signal, &reverse_lock, heard ? 0 : FIRST_LISTENER_US);
    if (!reverse.done) {
        dequeue(&reverse);
        reverse.result = REVERSE_NOBODY;
    }
    lock_release(&reverse_lock);
    return reverse.result;
}

/* The handed call of a context; NULL: none. */
static struct reverse **find_handed(uint32_t context)
{
    struct reverse **at = &handed;
    while (*at && (*at)->context != context)
        at = &(*at)->next;
    return *at ? at : NULL;
}

static void complete(const struct qda_reverse_done *done, const uint8_t *outputs, uint32_t len)
{
    struct reverse **at = find_handed(done->context), *reverse = at ? *at : NULL;
    if (!reverse)
        return;
    *at = reverse->next;
    reverse->result = done->result;
    const struct qda_part *outs = reverse->parts + QDA_SCALARS_IN(reverse->sc);
    if (!done->result && qda_unpack_outputs(reverse->sc, outputs, done->out_len < len ? done->out_len : len, outs) < 0)
        reverse->result = QDA_AEE_EBADPARM;
    reverse->done = true;
    signal_all(&reverse->signal);
}

/* next2: brings the outputs of the call before, waits for the next. */
static int32_t next2(struct call *call)
{
    struct qda_reverse_done done;
    const void *in = call_in(call, 0, sizeof(done));
    struct listener listener = {.ctx = call->request->ctx, .out = call_out(call, 0, sizeof(struct qda_reverse_call))};
    if (call->ins != 2 || call->outs != 2 || call->total != 4 || !in || !listener.out)
        return QDA_AEE_EBADPARM;
    memcpy(&done, in, sizeof(done));
    listener.inputs = call->args[3].buf.pv;
    listener.room = call->args[3].buf.len;
    if ((uint32_t)listener.inputs & 7 || (uint32_t)listener.out & 3)
        return QDA_AEE_EBADPARM;
    memcpy(listener.ranges, call->ranges, call->range_count * sizeof(call->ranges[0]));
    listener.range_count = call->range_count;
    lock_take(&reverse_lock);
    int32_t ret = CALL_LATER;
    if (done.context)
        complete(&done, call->args[1].buf.pv, call->args[1].buf.len);
    struct reverse *first = queue;
    if (first)
        dequeue(first);
    if (listener_count == LISTENERS && !first)
        ret = QDA_AEE_EFAILED;
    else
        call->range_count = 0; /* they stay until the answer */
    if (first)
        hand(&listener, first);
    else if (ret == CALL_LATER)
        listeners[listener_count++] = listener;
    heard = true;
    lock_release(&reverse_lock);
    return ret;
}

/* get_in_bufs2, in {context, offset, room}; out {bytes there are}, bytes: inputs that did not fit into what next2 offered. */
static int32_t get_in_bufs2(struct call *call)
{
    uint32_t in[3], *needed = call_out(call, 0, sizeof(*needed));
    const void *from = call_in(call, 0, sizeof(in));
    if (!from || !needed || call->outs != 2)
        return QDA_AEE_EBADPARM;
    memcpy(in, from, sizeof(in));
    uint32_t room = call_out_len(call, 1);
    room = in[2] < room ? in[2] : room;
    lock_take(&reverse_lock);
    struct reverse **at = find_handed(in[0]);
    size_t len = at ? pack(*at, NULL, 0) : 0;
    uint8_t *all = at ? malloc(len) : NULL;
    if (all) {
        pack(*at, all, len);
        if (in[1] < len)
            memcpy(call->args[call->ins + 1].buf.pv, all + in[1], len - in[1] < room ? len - in[1] : room);
        *needed = (uint32_t)len;
    }
    lock_release(&reverse_lock);
    free(all);
    return all ? 0 : QDA_AEE_ENOSUCH;
}

int32_t on_listener(struct call *call, uint32_t first)
{
    uint32_t method = QDA_SCALARS_METHOD(call->request->sc);
    if (method == first)
        return 0; /* init2 */
    if (method == first + 1)
        return next2(call);
    return method == first + 2 ? get_in_bufs2(call) : QDA_AEE_EUNSUPPORTED;
}
