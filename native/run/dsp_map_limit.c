/* SPDX-License-Identifier: MIT */
#include "run/dsp.h"
#include "run/families.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/*
 * dsp.map_limit: buffers of 64 MiB (or of the point's size) are mapped into the DSP process until one does not fit, then all are
 * unmapped and freed; that is a round. Timed is each REMOTE_MAP that went through. The limit is what the first round mapped, MiB.
 * The buffers are not touched: a board that makes memory as it is used has to have little of it.
 *
 * Checked: the mappings of a round do not overlap; each later round comes to 95 % of the first at least, or the DSP's address
 * space is not given back.
 */
#define STEP_BYTES (64u << 20)
#define MAX_BUFFERS 1024u
#define LEAST_ROUNDS 2u
#define MIB (1u << 20)

struct state {
    struct qda_run run;
    struct qda_rpc *rpc;
    uint64_t step_bytes;
    struct qda_dspbuf *bufs; /* MAX_BUFFERS */
    uint32_t mapped, peak_of_first;
    uint32_t round, rounds;
    char stopped_by[120]; /* call and name of what ended the first round */
};

static void free_all(struct state *st)
{
    while (st->mapped > 0)
        qda_dspbuf_free(&st->run, st->rpc, &st->bufs[--st->mapped]);
}

static void check_overlap(struct state *st, const struct qda_dspbuf *buf)
{
    for (uint32_t i = 0; i < st->mapped; i++) {
        const struct qda_dspbuf *other = &st->bufs[i];
        bool apart = buf->address + buf->buf.size <= other->address || other->address + other->buf.size <= buf->address;
        qda_run_check(&st->run, apart && buf->address != 0, "buffer %u at 0x%llx overlaps buffer %u at 0x%llx", st->mapped,
                      (unsigned long long)buf->address, i, (unsigned long long)other->address);
    }
}

/* What a full space says: memory or addresses are at an end. Anything else is an error of the point. */
static bool is_full(int result)
{
    if (qda_rpc_is_errno(result))
        return result == -ENOMEM || result == -ENOSPC;
    return true; /* DSPs give several codes for it; the words name the one */
}

static void note_stop(struct state *st, const char *call, int result)
{
    char name[40];
    qda_rpc_result_name(result, name, sizeof name);
    if (st->round == 0)
        snprintf(st->stopped_by, sizeof st->stopped_by, "%s answered %s", call, name);
}

/* 1: one more is mapped; 0: the space is full; negative: an error. */
static int map_one(struct state *st, uint64_t *ns)
{
    struct qda_run *run = &st->run;
    struct qda_point_result before = *run->result;
    struct qda_dspbuf *buf = &st->bufs[st->mapped];
    int err = qda_dspbuf_make_unmapped(run, st->rpc, run->point.source, st->step_bytes, buf);
    if (err == -ENOMEM) { /* the board has no memory or no DMA addresses left: a limit as well */
        *run->result = before;
        note_stop(st, "making the buffer", err);
        return 0;
    }
    if (err < 0)
        return err;
    uint64_t begin = qda_now(run->sys);
    int result = qda_rpc_map(st->rpc, 2, buf->ref, buf->buf.size, &buf->address);
    *ns = qda_now(run->sys) - begin;
    if (result == 0) {
        buf->request = 2;
        if (run->point.verify)
            check_overlap(st, buf);
        st->mapped++;
        return 1;
    }
    buf->address = 0;
    qda_dspbuf_free(run, st->rpc, buf);
    note_stop(st, "REMOTE_MAP", result);
    return is_full(result) ? 0 : (qda_dsp_ok(run, "REMOTE_MAP", result), -1);
}

static uint64_t mib_of(const struct state *st, uint32_t count)
{
    return count * st->step_bytes / MIB;
}

/* True: there is another one. */
static bool end_round(struct state *st)
{
    struct qda_run *run = &st->run;
    if (st->round == 0) {
        st->peak_of_first = st->mapped;
        run->result->limit = mib_of(st, st->mapped);
        run->result->has_limit = st->stopped_by[0] != '\0';
    }
    qda_run_check(run, st->mapped > 0, "not one buffer of %llu MiB could be mapped: %s",
                  (unsigned long long)(st->step_bytes / MIB), st->stopped_by);
    qda_run_check(run, st->mapped * 100 >= st->peak_of_first * 95,
                  "round %u mapped %llu MiB, the first %llu MiB: the DSP does not get its address space back", st->round + 1,
                  (unsigned long long)mib_of(st, st->mapped), (unsigned long long)mib_of(st, st->peak_of_first));
    free_all(st);
    return ++st->round < st->rounds && st->peak_of_first > 0;
}

static int finish(struct state *st)
{
    struct qda_run *run = &st->run;
    if (run->result->has_limit)
        qda_run_note(run, "limit reached at %llu MiB: %s", (unsigned long long)run->result->limit, st->stopped_by);
    else
        qda_run_note(run, "no limit met up to %llu MiB", (unsigned long long)run->result->limit);
    return 0;
}

static int step(struct qda_run_ctx *ctx, void *state, struct qda_point_result *result)
{
    struct state *st = state;
    uint64_t ns = 0;
    st->run.ctx = ctx;
    st->run.result = result;
    if (!ctx->sink.room(ctx->sink.arg, 1))
        return 1;
    int got = st->mapped < MAX_BUFFERS ? map_one(st, &ns) : 0;
    if (got < 0)
        return 0;
    if (got > 0) {
        ctx->sink.append(ctx->sink.arg, 0, ns);
        return 1;
    }
    return end_round(st) ? 1 : finish(st);
}

static int start(struct qda_run_ctx *ctx, const struct qda_point *point, struct qda_point_result *result, void **state)
{
    static const char *const names[] = {"map"};
    struct state *st = *state = qda_run_new(ctx, point, result, sizeof *st);
    if (!st)
        return -1;
    struct qda_run *run = &st->run;
    st->step_bytes = run->size ? run->size : STEP_BYTES;
    st->rounds = point->samples > LEAST_ROUNDS ? point->samples : LEAST_ROUNDS;
    st->bufs = calloc(MAX_BUFFERS, sizeof *st->bufs);
    if (!st->bufs)
        return qda_run_error(run, "malloc", -ENOMEM);
    qda_run_series(run, 1, names);
    st->rpc = qda_dsp_session(run);
    return st->rpc ? 0 : -1;
}

/* A space that was full once may be left in pieces: what follows gets a process of its own. */
static void stop(struct qda_run_ctx *ctx, void *state)
{
    struct state *st = state;
    if (st && st->bufs && st->rpc) {
        free_all(st);
        qda_dsp_end(ctx->dsp);
    }
    if (st)
        free(st->bufs);
    free(st);
}

const struct qda_run_ops qda_dsp_map_limit = {
    .id = "dsp.map_limit", .exhaustive = true, .start = start, .step = step, .stop = stop, .needs_dsp = true};
