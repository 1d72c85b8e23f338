/* SPDX-License-Identifier: MIT */
#include "run/dsp_work.h"

#include <errno.h>

int qda_skel_open(struct qda_run *run, struct qda_skel *out)
{
    out->rpc = qda_dsp_skel(run, &out->handle);
    return out->rpc ? 0 : -ENOTSUP;
}

static struct qda_rpc_arg argument(const struct qda_dsp_data *data)
{
    return (struct qda_rpc_arg){.ptr = data->ptr, .len = data->len, .ref = data->ref};
}

int qda_dsp_call(struct qda_run *run, const struct qda_skel *skel, const struct qda_dsp_call *call, struct qbench_result *result,
                 uint64_t *call_ns)
{
    struct qda_rpc_arg args[4];
    unsigned ins = 0, outs = 0;
    *result = (struct qbench_result){0};
    args[ins++] = (struct qda_rpc_arg){.ptr = (void *)(uintptr_t)call->in, .len = call->in_len};
    if (call->from.ptr)
        args[ins++] = argument(&call->from);
    args[ins + outs++] = (struct qda_rpc_arg){.ptr = result, .len = sizeof *result};
    if (call->to.ptr)
        args[ins + outs++] = argument(&call->to);

    uint32_t sc = QDA_SCALARS_BUILD(0, call->method, ins, outs, 0, 0);
    uint64_t begin = qda_now(run->sys);
    int got = qda_rpc_invoke(skel->rpc, skel->handle, sc, args);
    *call_ns = qda_now(run->sys) - begin;
    return qda_dsp_ok(run, "INVOKE", got) ? 0 : -EREMOTEIO;
}

uint64_t qda_dsp_ns(const struct qbench_times *times)
{
    uint64_t ticks = times->end_ticks - times->begin_ticks;
    _Static_assert(QBENCH_TICKS_PER_SECOND == 19200000u, "1e9 / 19200000 = 625 / 12");
    return ticks / 12 * 625 + ticks % 12 * 625 / 12;
}

uint32_t qda_dsp_flags(const struct qda_run *run)
{
    return qda_dsp_counts(run) ? QBENCH_COUNT : 0;
}

void qda_dsp_count(struct qda_run *run, const struct qbench_times *work)
{
    if (qda_dsp_counts(run))
        qda_run_counter(run, "instructions", "", work->instructions);
}

/* ---- the pattern */
void qda_words_fill(void *at, uint64_t bytes, uint32_t first)
{
    uint32_t *words = at;
    for (uint64_t i = 0; i < bytes / 4; i++)
        words[i] = first + (uint32_t)i * QBENCH_STEP;
}

uint64_t qda_words_wrong(const void *at, uint64_t bytes, uint32_t first)
{
    const uint32_t *words = at;
    uint64_t wrong = 0;
    for (uint64_t i = 0; i < bytes / 4; i++)
        wrong += words[i] != first + (uint32_t)i * QBENCH_STEP;
    return wrong;
}

uint32_t qda_words_sum(const void *at, uint64_t bytes)
{
    const uint32_t *words = at;
    uint32_t sum = 0;
    for (uint64_t i = 0; i < bytes / 4; i++)
        sum += words[i];
    return sum;
}

uint32_t qda_words_sum_of(uint64_t bytes, uint32_t first)
{
    uint64_t n = bytes / 4;
    uint64_t pairs = n % 2 ? n * ((n - 1) / 2) : n / 2 * (n - 1);
    return (uint32_t)n * first + (uint32_t)pairs * QBENCH_STEP;
}

/* ---- lines that stand for all */
#define SAMPLED_LINES 64u

unsigned qda_lines(uint64_t bytes)
{
    uint64_t lines = bytes / QDA_DSP_LINE;
    return lines < SAMPLED_LINES ? (unsigned)lines : SAMPLED_LINES;
}

/* Where the n-th of them begins. */
static uint64_t line_at(uint64_t bytes, unsigned n)
{
    return bytes / QDA_DSP_LINE * n / qda_lines(bytes) * QDA_DSP_LINE;
}

void qda_lines_fill(void *at, uint64_t bytes, uint32_t first)
{
    for (unsigned n = 0; n < qda_lines(bytes); n++) {
        uint64_t offset = line_at(bytes, n);
        qda_words_fill((char *)at + offset, QDA_DSP_LINE, first + (uint32_t)(offset / 4) * QBENCH_STEP);
    }
}

uint64_t qda_lines_wrong(const void *at, uint64_t bytes, uint32_t first)
{
    uint64_t wrong = 0;
    for (unsigned n = 0; n < qda_lines(bytes); n++) {
        uint64_t offset = line_at(bytes, n);
        wrong += qda_words_wrong((const char *)at + offset, QDA_DSP_LINE, first + (uint32_t)(offset / 4) * QBENCH_STEP);
    }
    return wrong;
}

uint32_t qda_dsp_first(const struct qda_run *run)
{
    /* Odd factors: two iterations never give the same word. */
    return (uint32_t)(run->point.seed >> 32) + (uint32_t)run->point.seed * 3 + (uint32_t)run->iteration * 0x85ebca6bu;
}
