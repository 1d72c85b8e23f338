/* SPDX-License-Identifier: MIT */
#include "dsp/skel.h"

/* Kernels of 128-byte vectors. The only file that may use them: compiled with -mhvx, everything else stays scalar. */

typedef uint32_t vector __attribute__((vector_size(QB_LINE)));
#define WORDS (QB_LINE / 4)

/* How much is fetched ahead into L2 at a time: a box of `AHEAD / QB_LINE` lines. */
#define AHEAD 8192u

/* The next box of [at, end), if it begins in there. The operand: width, height and stride of the box, in the order of the bits. */
static inline void fetch_ahead(const uint8_t *at, const uint8_t *end)
{
    if (at >= end)
        return;
    const uint32_t left = (uint32_t)(end - at);
    const uint32_t lines = (left < AHEAD ? left : AHEAD) / QB_LINE;
    const uint64_t box = (uint64_t)QB_LINE << 32 | (uint64_t)QB_LINE << 16 | lines;
    __asm__ volatile("l2fetch(%0,%1)" ::"r"(at), "r"(box));
}

/* Adds vectors of [in, end) to four sums: one waits for the load before, the others need not. */
static inline void add_lines(vector sums[4], const vector *in, const vector *end)
{
    vector a = sums[0], b = sums[1], c = sums[2], d = sums[3];
    for (; end - in >= 4; in += 4) {
        a += in[0];
        b += in[1];
        c += in[2];
        d += in[3];
    }
    for (; in < end; in++)
        a += *in;
    sums[0] = a;
    sums[1] = b;
    sums[2] = c;
    sums[3] = d;
}

static uint32_t total(const vector sums[4])
{
    const vector all = (sums[0] + sums[1]) + (sums[2] + sums[3]);
    uint32_t value = 0;
    for (uint32_t i = 0; i < WORDS; i++)
        value += all[i];
    return value;
}

uint32_t qb_hvx_sum(const void *from, uint32_t bytes)
{
    vector sums[4] = { { 0 }, { 0 }, { 0 }, { 0 } };
    const vector *in = from;
    add_lines(sums, in, in + bytes / QB_LINE);
    return total(sums);
}

uint32_t qb_hvx_l2_sum(const void *from, uint32_t bytes)
{
    vector sums[4] = { { 0 }, { 0 }, { 0 }, { 0 } };
    const uint8_t *at = from, *end = at + bytes;
    fetch_ahead(at, end);
    for (; at < end; at += AHEAD) {
        const uint8_t *next = end - at > (ptrdiff_t)AHEAD ? at + AHEAD : end;
        fetch_ahead(next, end);
        add_lines(sums, (const vector *)(const void *)at, (const vector *)(const void *)next);
    }
    return total(sums);
}

void qb_hvx_fill(void *to, uint32_t bytes, uint32_t first)
{
    vector *out = to;
    vector value, step;
    for (uint32_t i = 0; i < WORDS; i++) {
        value[i] = first + i * QBENCH_STEP;
        step[i] = WORDS * QBENCH_STEP;
    }
    for (uint32_t i = 0; i < bytes / QB_LINE; i++) {
        out[i] = value;
        value += step;
    }
}

static inline void copy_lines(vector *out, const vector *in, uint32_t lines)
{
    for (uint32_t i = 0; i < lines; i++)
        out[i] = in[i];
}

void qb_hvx_copy(void *to, const void *from, uint32_t bytes)
{
    copy_lines(to, from, bytes / QB_LINE);
}

void qb_hvx_l2_copy(void *to, const void *from, uint32_t bytes)
{
    uint8_t *out = to;
    const uint8_t *at = from, *end = at + bytes;
    fetch_ahead(at, end);
    while (at < end) {
        const uint32_t now = end - at > (ptrdiff_t)AHEAD ? AHEAD : (uint32_t)(end - at);
        fetch_ahead(at + now, end);
        copy_lines((vector *)(void *)out, (const vector *)(const void *)at, now / QB_LINE);
        at += now;
        out += now;
    }
}
