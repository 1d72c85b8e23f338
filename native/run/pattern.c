/* SPDX-License-Identifier: MIT */
#include "run/pattern.h"

#define WORDS_A_LINE (QDA_LINE / 8)
#define SAMPLED_LINES 64u

static uint64_t xorshift(uint64_t x)
{
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return x;
}

/* splitmix64's finisher: neighbouring seeds, iterations and blocks give unrelated words. Never 0. */
static uint64_t mix(uint64_t x)
{
    x ^= x >> 30;
    x *= 0xbf58476d1ce4e5b9u;
    x ^= x >> 27;
    x *= 0x94d049bb133111ebu;
    x ^= x >> 31;
    return x ? x : 1;
}

uint64_t qda_pattern_word(struct qda_pattern pattern, uint64_t block)
{
    return mix(mix(pattern.seed ^ pattern.k) + block * 0x9e3779b97f4a7c15u);
}

static size_t block_end(size_t begin, size_t size)
{
    return size - begin < QDA_PATTERN_BLOCK ? size : begin + QDA_PATTERN_BLOCK;
}

uint64_t qda_pattern_fill(void *to, size_t size, struct qda_pattern pattern)
{
    uint64_t *word = to, sum = 0;
    for (size_t at = 0; at < size; at = block_end(at, size)) {
        uint64_t x = qda_pattern_word(pattern, at / QDA_PATTERN_BLOCK);
        for (size_t i = at / 8; i < block_end(at, size) / 8; i++, x = xorshift(x)) {
            word[i] = x;
            sum += x;
        }
    }
    return sum;
}

uint64_t qda_pattern_compare(const void *at, size_t size, struct qda_pattern pattern)
{
    const uint64_t *word = at;
    uint64_t wrong = 0;
    for (size_t begin = 0; begin < size; begin = block_end(begin, size)) {
        uint64_t x = qda_pattern_word(pattern, begin / QDA_PATTERN_BLOCK);
        for (size_t i = begin / 8; i < block_end(begin, size) / 8; i++, x = xorshift(x))
            wrong += word[i] != x;
    }
    return wrong;
}

static uint64_t compare_line(const uint64_t *word, size_t line, struct qda_pattern pattern)
{
    size_t in_block = line * QDA_LINE % QDA_PATTERN_BLOCK / 8;
    uint64_t x = qda_pattern_word(pattern, line * QDA_LINE / QDA_PATTERN_BLOCK), wrong = 0;
    for (size_t i = 0; i < in_block; i++)
        x = xorshift(x);
    for (size_t i = 0; i < WORDS_A_LINE; i++, x = xorshift(x))
        wrong += word[line * WORDS_A_LINE + i] != x;
    return wrong;
}

uint64_t qda_pattern_sample(const void *at, size_t size, struct qda_pattern pattern)
{
    size_t lines = size / QDA_LINE;
    uint64_t spread = mix(pattern.k + 1), wrong = 0;
    for (unsigned i = 0; i < SAMPLED_LINES && lines > 0; i++, spread = xorshift(spread))
        wrong += compare_line(at, (size_t)(spread % lines), pattern);
    return wrong;
}

uint64_t qda_sum(const void *at, size_t size)
{
    const uint64_t *word = at;
    uint64_t sum = 0;
    for (size_t i = 0; i < size / 8; i++)
        sum += word[i];
    return sum;
}

static uint64_t nonzero_words(const uint64_t *word, size_t count)
{
    uint64_t wrong = 0;
    for (size_t i = 0; i < count; i++)
        wrong += word[i] != 0;
    return wrong;
}

uint64_t qda_nonzero(const void *at, size_t size, bool all, uint64_t spread)
{
    const uint64_t *word = at;
    size_t lines = size / QDA_LINE;
    uint64_t wrong = 0;
    if (all)
        return nonzero_words(word, size / 8);
    spread = mix(spread + 1);
    for (unsigned i = 0; i < SAMPLED_LINES && lines > 0; i++, spread = xorshift(spread))
        wrong += nonzero_words(word + spread % lines * WORDS_A_LINE, WORDS_A_LINE);
    return wrong;
}
