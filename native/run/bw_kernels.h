/* SPDX-License-Identifier: MIT */
#ifndef QDA_RUN_BW_KERNELS_H
#define QDA_RUN_BW_KERNELS_H

#include <stddef.h>
#include <stdint.h>

/*
 * The loops of cpu.bw, alone in a file because they are always optimised for speed. Memory is counted in lines of 64
 * bytes. Word j of line i is written as base[j] + i, so that every line differs and the sum of all is known beforehand.
 */
#define QDA_BW_WORDS 8u

struct qda_bw_base {
    uint64_t word[QDA_BW_WORDS];
};

void qda_bw_write(uint64_t *to, size_t lines, const struct qda_bw_base *base);
/* Sum of all words. */
uint64_t qda_bw_read(const uint64_t *from, size_t lines);
void qda_bw_copy(uint64_t *to, const uint64_t *from, size_t lines);
/* What qda_bw_read gives after qda_bw_write. */
uint64_t qda_bw_sum(size_t lines, const struct qda_bw_base *base);
/* Words of the lines 0, step, 2 * step ... that differ from what qda_bw_write writes. */
uint64_t qda_bw_wrong(const uint64_t *at, size_t lines, size_t step, const struct qda_bw_base *base);

#endif
