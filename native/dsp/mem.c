/* SPDX-License-Identifier: MIT */
#include <stddef.h>
#include <stdint.h>

/*
 * What clang calls on its own for structs. Compiled with -fno-builtin, or these loops would become calls of themselves. Hidden: no
 * other library in the process sees them.
 */
void *memcpy(void *restrict to, const void *restrict from, size_t len);
void *memset(void *at, int value, size_t len);
/* clang's own for copies of known size; the name says what it may rely on. */
void *__hexagon_memcpy_likely_aligned_min32bytes_mult8bytes(void *restrict to, const void *restrict from, size_t len);

void *memcpy(void *restrict to, const void *restrict from, size_t len)
{
    uint8_t *out = to;
    const uint8_t *in = from;
    for (size_t i = 0; i < len; i++)
        out[i] = in[i];
    return to;
}

void *__hexagon_memcpy_likely_aligned_min32bytes_mult8bytes(void *restrict to, const void *restrict from, size_t len)
{
    return memcpy(to, from, len);
}

void *memset(void *at, int value, size_t len)
{
    uint8_t *out = at;
    for (size_t i = 0; i < len; i++)
        out[i] = (uint8_t)value;
    return at;
}
