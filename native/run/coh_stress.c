/* SPDX-License-Identifier: MIT */
#include "run/dsp_work.h"
#include "run/families.h"

#include <errno.h>
#include <stdlib.h>

/*
 * coh.stress: turns on one shared buffer of 64 KiB. In each, the CPU or the DSP (at random) writes a pattern of its own to a range at
 * random, word-aligned, so that the two often write to one line. A sample is one turn, one call: the DSP writes; or checks what the CPU
 * wrote; or checks what was written last, and writes. The time of a turn is no headline: it contains the checks.
 *
 * Checked in each turn: the other side sees every word of the range, and all bytes of the lines (128) that it touches, also those
 * around the range, are what was last written to them. Mismatches must be 0. This is what the benchmark is for: it checks also
 * where the plan verifies nothing.
 */
#define BYTES 65536u
#define WORDS (BYTES / 4)
#define LINE_WORDS (QDA_DSP_LINE / 4)
#define LONGEST 2048u /* words of a range */

enum owner { CPU_WRITES, DSP_WRITES, DSP_CHECKS_AND_WRITES, OWNERS };

struct range {
    uint32_t from, count; /* words */
    uint32_t first;       /* word 0 of the pattern: word i of the buffer is first + i * QBENCH_STEP */
};

struct state {
    struct qda_run run;
    struct qda_skel skel;
    struct qda_dspbuf buf;
    uint64_t random;
    struct range last;     /* written last: the whole of it stands */
    uint32_t want[WORDS];  /* what the buffer holds */
};

/* xorshift64*; its state is never 0. */
static uint32_t random_below(struct state *st, uint32_t limit)
{
    st->random ^= st->random >> 12;
    st->random ^= st->random << 25;
    st->random ^= st->random >> 27;
    return (uint32_t)((st->random * UINT64_C(0x2545f4914f6cdd1d)) >> 33) % limit;
}

static struct range random_range(struct state *st)
{
    struct range range = {.from = random_below(st, WORDS), .first = random_below(st, UINT32_MAX)};
    uint32_t room = WORDS - range.from;
    range.count = 1 + random_below(st, room < LONGEST ? room : LONGEST);
    return range;
}

static void expect(struct state *st, const struct range *range)
{
    for (uint32_t i = range->from; i < range->from + range->count; i++)
        st->want[i] = range->first + i * QBENCH_STEP;
}

static int cpu_writes(struct state *st, const struct range *range)
{
    uint32_t *words = st->buf.buf.map;
    int err = qda_dspbuf_sync(&st->run, &st->buf, QDA_SYNC_START | QDA_SYNC_WRITE);
    if (err < 0)
        return err;
    for (uint32_t i = range->from; i < range->from + range->count; i++)
        words[i] = range->first + i * QBENCH_STEP;
    return qda_dspbuf_sync(&st->run, &st->buf, QDA_SYNC_END | QDA_SYNC_WRITE);
}

/* All words of the lines that the range touches. */
static int cpu_checks(struct state *st, const struct range *range)
{
    struct qda_run *run = &st->run;
    const volatile uint32_t *words = st->buf.buf.map;
    uint32_t end = (range->from + range->count + LINE_WORDS - 1) / LINE_WORDS * LINE_WORDS, wrong = 0;
    int err = qda_dspbuf_sync(run, &st->buf, QDA_SYNC_START | QDA_SYNC_READ);
    if (err < 0)
        return err;
    for (uint32_t i = range->from / LINE_WORDS * LINE_WORDS; i < end; i++)
        wrong += words[i] != st->want[i];
    qda_run_check(run, wrong == 0, "turn %llu: the CPU sees %u wrong words in the lines of [%u, %u)",
                  (unsigned long long)run->iteration, wrong, range->from * 4, (range->from + range->count) * 4);
    return qda_dspbuf_sync(run, &st->buf, QDA_SYNC_END | QDA_SYNC_READ);
}

/* The DSP checks `seen` and writes `made`; either may be empty. */
static int dsp_turn(struct state *st, const struct range *seen, const struct range *made)
{
    struct qda_run *run = &st->run;
    struct qbench_stress in = {.check = seen->first,
                               .write = made->first,
                               .offset = (uint64_t)seen->from * 4,
                               .length = (uint64_t)seen->count * 4,
                               .write_offset = (uint64_t)made->from * 4,
                               .write_length = (uint64_t)made->count * 4};
    struct qda_dsp_call call = {
        .method = QBENCH_STRESS, .in = &in, .in_len = sizeof in, .to = qda_dsp_data_of(&st->buf, BYTES)};
    struct qbench_result result;
    uint64_t ns;
    int err = qda_dsp_call(run, &st->skel, &call, &result, &ns);
    if (err < 0)
        return err;
    qda_run_check(run, result.value == 0, "turn %llu: the DSP sees %llu wrong words in [%u, %u)", (unsigned long long)run->iteration,
                  (unsigned long long)result.value, seen->from * 4, (seen->from + seen->count) * 4);
    return 0;
}

static int take_turn(struct state *st)
{
    static const struct range none;
    enum owner owner = random_below(st, OWNERS);
    struct range made = random_range(st);
    int err = owner == CPU_WRITES ? cpu_writes(st, &made) : 0;
    if (err == 0 && owner == CPU_WRITES)
        err = dsp_turn(st, &made, &none);
    else if (err == 0)
        err = dsp_turn(st, owner == DSP_WRITES ? &none : &st->last, &made);
    if (err < 0)
        return err;
    expect(st, &made);
    st->last = made;
    return cpu_checks(st, &made);
}

static int sample(void *arg, uint64_t *ns)
{
    struct state *st = arg;
    uint64_t begin = qda_now(st->run.sys);
    int err = take_turn(st);
    *ns = qda_now(st->run.sys) - begin;
    return err;
}

static int start(struct qda_run_ctx *ctx, const struct qda_point *point, struct qda_point_result *result, void **state)
{
    static const char *const names[] = {"turn"};
    struct state *st = *state = qda_run_new(ctx, point, result, sizeof *st);
    if (!st)
        return -1;
    struct qda_run *run = &st->run;
    st->buf = QDA_DSPBUF_NONE;
    st->random = point->seed ^ ((uint64_t)point->repeat + 1) * UINT64_C(0x9e3779b97f4a7c15);
    st->random += st->random == 0;
    qda_run_series(run, 1, names);
    int err = qda_skel_open(run, &st->skel);
    if (err < 0 || (err = qda_dspbuf_make(run, st->skel.rpc, point->source, BYTES, &st->buf)) < 0)
        return err;
    if ((err = qda_dsp_prove(run, st->skel.rpc, st->skel.handle, &st->buf)) < 0)
        return err;
    st->last = (struct range){.count = WORDS, .first = (uint32_t)st->random};
    expect(st, &st->last);
    return cpu_writes(st, &st->last);
}

static int step(struct qda_run_ctx *ctx, void *state, struct qda_point_result *result)
{
    return qda_run_loop(state, ctx, result, sample);
}

static void stop(struct qda_run_ctx *ctx, void *state)
{
    struct state *st = state;
    (void)ctx;
    if (st)
        qda_dspbuf_free(&st->run, st->skel.rpc, &st->buf);
    free(st);
}

const struct qda_run_ops qda_coh_stress = {.id = "coh.stress", .start = start, .step = step, .stop = stop, .needs_dsp = true};
