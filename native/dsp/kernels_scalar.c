/* SPDX-License-Identifier: MIT */
#include "dsp/skel.h"

/* Kernels of 64-bit register pairs, and the cache operations. */

typedef uint32_t pair __attribute__((vector_size(8)));

uint32_t qb_scalar_sum(const void *from, uint32_t bytes)
{
    const pair *in = from;
    pair a = { 0, 0 }, b = { 0, 0 };
    for (uint32_t i = 0; i < bytes / sizeof(pair); i += 2) {
        a += in[i];
        b += in[i + 1];
    }
    a += b;
    return a[0] + a[1];
}

void qb_scalar_fill(void *to, uint32_t bytes, uint32_t first)
{
    pair *out = to;
    pair value = { first, first + QBENCH_STEP };
    const pair step = { 2 * QBENCH_STEP, 2 * QBENCH_STEP };
    for (uint32_t i = 0; i < bytes / sizeof(pair); i++) {
        out[i] = value;
        value += step;
    }
}

void qb_scalar_copy(void *to, const void *from, uint32_t bytes)
{
    pair *out = to;
    const pair *in = from;
    for (uint32_t i = 0; i < bytes / sizeof(pair); i++)
        out[i] = in[i];
}

/* Lines of the L1 data cache, the smallest of the family; the operations reach L2 through the same address (from memory of the
 * programmer's reference manuals). */
#define L1_LINE 32u

void qb_cache_lines(const void *at, uint32_t bytes, uint32_t operation)
{
    if (bytes == 0)
        return;
    const uintptr_t end = (uintptr_t)at + bytes;
    for (uintptr_t line = (uintptr_t)at & ~(uintptr_t)(L1_LINE - 1); line < end; line += L1_LINE) {
        if (operation == QBENCH_CLEAN)
            __asm__ volatile("dccleana(%0)" ::"r"(line) : "memory");
        else if (operation == QBENCH_INVALIDATE)
            __asm__ volatile("dcinva(%0)" ::"r"(line) : "memory");
        else
            __asm__ volatile("dccleaninva(%0)" ::"r"(line) : "memory");
    }
    __asm__ volatile("syncht" ::: "memory"); /* until the operations are done */
}
