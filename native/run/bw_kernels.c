/* SPDX-License-Identifier: MIT */
#include "run/bw_kernels.h"

#include <string.h>

/* Not `line.word[j]++`: gcc 12.2 vectorises that to half wrong words at -O3. */
void qda_bw_write(uint64_t *to, size_t lines, const struct qda_bw_base *base)
{
    const struct qda_bw_base line = *base;
    for (uint64_t i = 0; i < lines; i++, to += QDA_BW_WORDS) {
        for (unsigned j = 0; j < QDA_BW_WORDS; j++)
            to[j] = line.word[j] + i;
    }
}

uint64_t qda_bw_read(const uint64_t *from, size_t lines)
{
    uint64_t sum[QDA_BW_WORDS] = {0}, all = 0;
    for (size_t i = 0; i < lines; i++, from += QDA_BW_WORDS) {
        for (unsigned j = 0; j < QDA_BW_WORDS; j++)
            sum[j] += from[j];
    }
    for (unsigned j = 0; j < QDA_BW_WORDS; j++)
        all += sum[j];
    return all;
}

void qda_bw_copy(uint64_t *to, const uint64_t *from, size_t lines)
{
    memcpy(to, from, lines * QDA_BW_WORDS * sizeof *to);
}

uint64_t qda_bw_sum(size_t lines, const struct qda_bw_base *base)
{
    uint64_t line = 0, n = lines, pairs = n % 2 ? (n - 1) / 2 * n : n / 2 * (n - 1);
    for (unsigned j = 0; j < QDA_BW_WORDS; j++)
        line += base->word[j];
    return n * line + QDA_BW_WORDS * (n ? pairs : 0);
}

uint64_t qda_bw_wrong(const uint64_t *at, size_t lines, size_t step, const struct qda_bw_base *base)
{
    uint64_t wrong = 0;
    for (size_t i = 0; i < lines; i += step) {
        for (unsigned j = 0; j < QDA_BW_WORDS; j++)
            wrong += at[i * QDA_BW_WORDS + j] != base->word[j] + i;
    }
    return wrong;
}
