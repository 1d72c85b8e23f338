/* SPDX-License-Identifier: MIT */
#ifndef QDA_RUN_PATTERN_H
#define QDA_RUN_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What is written into buffers to see later that it is what was written. The words of iteration k are the xorshift64
 * sequence that begins at seed ^ k, begun anew in each 4 KiB with the number of that block mixed in: data of an earlier
 * iteration or of another block never fits, and one block can be checked without the ones before it.
 */
struct qda_pattern {
    uint64_t seed;
    uint64_t k; /* iteration */
};

#define QDA_PATTERN_BLOCK 4096u
#define QDA_LINE 64u

/* First word of the pattern's block: also a nonce of the iteration. */
uint64_t qda_pattern_word(struct qda_pattern pattern, uint64_t block);
/* Fills `size` bytes (a multiple of 8); returns the 64-bit sum of all words. */
uint64_t qda_pattern_fill(void *to, size_t size, struct qda_pattern pattern);
/* Words of `size` bytes that differ. */
uint64_t qda_pattern_compare(const void *at, size_t size, struct qda_pattern pattern);
/* Words that differ in up to 64 lines of 64 bytes, spread by the pattern itself. */
uint64_t qda_pattern_sample(const void *at, size_t size, struct qda_pattern pattern);
/* 64-bit sum of the words of `size` bytes. */
uint64_t qda_sum(const void *at, size_t size);

/* Words of `size` bytes that are not 0: all of them, or those in up to 64 spread lines. */
uint64_t qda_nonzero(const void *at, size_t size, bool all, uint64_t spread);

#endif
