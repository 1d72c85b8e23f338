/* SPDX-License-Identifier: MIT */
#include "dsp/skel.h"

/*
 * Methods that meet the CPU in a shared buffer while the call lasts. The DSP's caches are not looked into by the CPU, on any of the
 * chips that we know of: so a line is cleaned after it was written, and invalidated before it is read again.
 */

/* How many looks between two at the timer, which is dear on the virtual board. */
#define LOOKS 64u

static uint32_t fresh_word(const volatile uint32_t *at)
{
    qb_cache_lines((const void *)at, QB_LINE, QBENCH_CLEAN_INVALIDATE);
    return *at;
}

/* Waits for the word to become `value`; false: not within `ticks`, or never. */
static bool see(const volatile uint32_t *word, uint32_t value, uint64_t ticks)
{
    const uint64_t until = HAP_perf_get_qtimer_count() + ticks;
    for (;;) {
        for (uint32_t i = 0; i < LOOKS; i++) {
            const uint32_t seen = fresh_word(word);
            if (seen == value || seen == QBENCH_HANG_UP)
                return seen == value;
        }
        if (HAP_perf_get_qtimer_count() > until)
            return false;
    }
}

int qb_doorbell(const union qb_arg *args, uint32_t sc)
{
    (void)sc;
    struct qbench_doorbell in;
    const union qb_arg *shared = &args[2];
    if (!qb_take(&args[0], &in, sizeof(in)) || !qb_is(&args[1], sizeof(struct qbench_result)))
        return QB_EBADPARM;
    if (shared->buf.len < 2 * QB_LINE || shared->buf.at == NULL || !qb_aligned(shared->buf.at, QB_LINE))
        return QB_EBADPARM;
    if (in.rounds >= QBENCH_HANG_UP || (in.flags & ~QBENCH_COUNT) != 0)
        return QB_EBADPARM;

    const volatile uint32_t *bell = shared->buf.at;
    volatile uint32_t *answer = (volatile uint32_t *)((uint8_t *)shared->buf.at + QB_LINE);
    const uint64_t ticks = (uint64_t)in.timeout_us * 19 + in.timeout_us / 5; /* 19.2 a microsecond */
    struct qbench_result result = { .bytes = 2 * QB_LINE };
    qb_begin(&result.times, in.flags);
    uint32_t round = 0;
    while (round < (uint32_t)in.rounds && see(bell, round + 1, ticks)) {
        *answer = ++round;
        qb_cache_lines((const void *)answer, QB_LINE, QBENCH_CLEAN);
    }
    qb_end(&result.times, in.flags);
    result.value = round;
    result.work = result.times;
    *(struct qbench_result *)args[1].buf.at = result;
    return 0;
}

static bool in_range(uint64_t offset, uint64_t length, uint32_t len)
{
    return offset % 4 == 0 && length % 4 == 0 && offset <= len && length <= len - offset;
}

static uint32_t count_wrong(const uint8_t *base, const struct qbench_stress *in)
{
    const volatile uint32_t *words = (const volatile uint32_t *)base;
    const uint32_t first = (uint32_t)in->offset / 4, last = first + (uint32_t)in->length / 4;
    uint32_t wrong = 0;
    qb_cache_lines(base + in->offset, (uint32_t)in->length, QBENCH_CLEAN_INVALIDATE);
    for (uint32_t i = first; i < last; i++)
        if (words[i] != in->check + i * QBENCH_STEP)
            wrong++;
    return wrong;
}

/* A range may begin and end within a line: what the CPU wrote to the rest of it must not be written over by an older copy. */
static void write_pattern(uint8_t *base, const struct qbench_stress *in)
{
    volatile uint32_t *words = (volatile uint32_t *)base;
    const uint32_t first = (uint32_t)in->write_offset / 4, last = first + (uint32_t)in->write_length / 4;
    qb_cache_lines(base + in->write_offset, (uint32_t)in->write_length, QBENCH_CLEAN_INVALIDATE);
    for (uint32_t i = first; i < last; i++)
        words[i] = in->write + i * QBENCH_STEP;
    qb_cache_lines(base + in->write_offset, (uint32_t)in->write_length, QBENCH_CLEAN);
}

int qb_stress(const union qb_arg *args, uint32_t sc)
{
    (void)sc;
    struct qbench_stress in;
    const union qb_arg *shared = &args[2];
    if (!qb_take(&args[0], &in, sizeof(in)) || !qb_is(&args[1], sizeof(struct qbench_result)))
        return QB_EBADPARM;
    if (shared->buf.at == NULL || !qb_aligned(shared->buf.at, 4) ||
        !in_range(in.offset, in.length, shared->buf.len) || !in_range(in.write_offset, in.write_length, shared->buf.len))
        return QB_EBADPARM;

    struct qbench_result result = { .bytes = in.length + in.write_length };
    qb_begin(&result.times, 0);
    result.value = count_wrong(shared->buf.at, &in);
    write_pattern(shared->buf.at, &in);
    qb_end(&result.times, 0);
    result.work = result.times;
    *(struct qbench_result *)args[1].buf.at = result;
    return 0;
}
