/* SPDX-License-Identifier: MIT */
#include "run/dsp.h"
#include "run/families.h"

#include <stdlib.h>

/*
 * dsp.map: one buffer of the source, mapped into the DSP process and unmapped again in each iteration. Timed are REMOTE_MAP and
 * REMOTE_MUNMAP. Variant: 0 the legacy request, 1 the one with attributes. The buffer is not mapped for the CPU: nothing is
 * read or written here.
 *
 * Checked: the DSP's address is not 0, begins a page, lies in 32 bits with all of the buffer, and nowhere in a second buffer that
 * stays mapped all the time.
 */
#define PAGE 4096u
#define NEIGHBOUR 65536u

struct state {
    struct qda_run run;
    struct qda_rpc *rpc;
    uint32_t request;
    struct qda_dspbuf buf, neighbour;
};

static void check_address(struct state *st, uint64_t address)
{
    struct qda_run *run = &st->run;
    uint64_t end = address + st->buf.buf.size, other = st->neighbour.address;
    qda_run_check(run, address != 0 && address % PAGE == 0, "the DSP's address 0x%llx is none or begins no page",
                  (unsigned long long)address);
    qda_run_check(run, end <= UINT64_C(1) << 32, "the buffer ends at 0x%llx, outside of the DSP's 32-bit space",
                  (unsigned long long)end);
    qda_run_check(run, end <= other || address >= other + st->neighbour.buf.size,
                  "the buffer at 0x%llx overlaps another one at 0x%llx", (unsigned long long)address,
                  (unsigned long long)other);
}

static int sample(void *arg, uint64_t *ns)
{
    struct state *st = arg;
    struct qda_run *run = &st->run;
    uint64_t size = st->buf.buf.size, begin = qda_now(run->sys);
    int result = qda_rpc_map(st->rpc, st->request, st->buf.ref, size, &st->buf.address);
    ns[0] = qda_now(run->sys) - begin;
    if (!qda_dsp_ok(run, "REMOTE_MAP", result)) {
        st->buf.address = 0;
        return -1;
    }
    st->buf.request = st->request;
    if (run->point.verify)
        check_address(st, st->buf.address);
    begin = qda_now(run->sys);
    result = qda_rpc_unmap(st->rpc, st->request, st->buf.ref, st->buf.address, size);
    ns[1] = qda_now(run->sys) - begin;
    st->buf.address = 0;
    return qda_dsp_ok(run, "REMOTE_MUNMAP", result) ? 0 : -1;
}

static int make_buffers(struct state *st)
{
    struct qda_run *run = &st->run;
    int err = qda_dspbuf_make_unmapped(run, st->rpc, run->point.source, run->size, &st->buf);
    if (err < 0 || !run->point.verify)
        return err;
    err = qda_dspbuf_make_unmapped(run, st->rpc, run->point.source, NEIGHBOUR, &st->neighbour);
    return err < 0 ? err : qda_dspbuf_dsp_map(run, st->rpc, st->request, &st->neighbour);
}

static int start(struct qda_run_ctx *ctx, const struct qda_point *point, struct qda_point_result *result, void **state)
{
    static const char *const names[] = {"map", "unmap"};
    struct state *st = *state = qda_run_new(ctx, point, result, sizeof *st);
    if (!st)
        return -1;
    struct qda_run *run = &st->run;
    st->buf = st->neighbour = QDA_DSPBUF_NONE;
    st->request = point->variant == 0 ? 1 : 2;
    if (!qda_run_needs_size(run))
        return -1;
    if (st->request == 1 && !ctx->node->driver->gem)
        return qda_run_skip(run, "%s has no legacy request that maps a buffer (its MMAP makes memory of its own): ask for the one "
                                 "with attributes",
                            ctx->node->driver->title);
    qda_run_series(run, 2, names);
    st->rpc = qda_dsp_session(run);
    return st->rpc ? make_buffers(st) : -1;
}

static int step(struct qda_run_ctx *ctx, void *state, struct qda_point_result *result)
{
    return qda_run_loop(state, ctx, result, sample);
}

static void stop(struct qda_run_ctx *ctx, void *state)
{
    struct state *st = state;
    (void)ctx;
    if (st && st->rpc) {
        qda_dspbuf_free(&st->run, st->rpc, &st->neighbour);
        qda_dspbuf_free(&st->run, st->rpc, &st->buf);
    }
    free(st);
}

const struct qda_run_ops qda_dsp_map = {.id = "dsp.map", .start = start, .step = step, .stop = stop, .needs_dsp = true};
