/* SPDX-License-Identifier: MIT */
#include <stdint.h>

/*
 * Helpers that a compiler for Hexagon calls for divisions (and that a skel may import). Names: compiler-rt's for Hexagon.
 * 64 bits shift and subtract; a small divisor of a small dividend takes the 32-bit way.
 */
struct quotient {
    uint64_t value, rest;
};

static struct quotient divide(uint64_t a, uint64_t b)
{
    if (b == 0)
        return (struct quotient){~(uint64_t)0, a};
    if (b > a)
        return (struct quotient){0, a};
    unsigned shift = (unsigned)__builtin_clzll(b) - (unsigned)__builtin_clzll(a);
    struct quotient q = {0, a};
    b <<= shift;
    for (unsigned i = 0; i <= shift; i++, b >>= 1) {
        q.value <<= 1;
        if (q.rest >= b) {
            q.rest -= b;
            q.value |= 1;
        }
    }
    return q;
}

static uint64_t size_of(int64_t a)
{
    return a < 0 ? 0 - (uint64_t)a : (uint64_t)a;
}

uint64_t __hexagon_udivdi3(uint64_t a, uint64_t b);
uint64_t __hexagon_udivdi3(uint64_t a, uint64_t b)
{
    return divide(a, b).value;
}

uint64_t __hexagon_umoddi3(uint64_t a, uint64_t b);
uint64_t __hexagon_umoddi3(uint64_t a, uint64_t b)
{
    return divide(a, b).rest;
}

int64_t __hexagon_divdi3(int64_t a, int64_t b);
int64_t __hexagon_divdi3(int64_t a, int64_t b)
{
    uint64_t q = divide(size_of(a), size_of(b)).value;
    return (int64_t)((a ^ b) < 0 ? 0 - q : q);
}

int64_t __hexagon_moddi3(int64_t a, int64_t b);
int64_t __hexagon_moddi3(int64_t a, int64_t b)
{
    uint64_t rest = divide(size_of(a), size_of(b)).rest;
    return (int64_t)(a < 0 ? 0 - rest : rest);
}

uint32_t __hexagon_udivsi3(uint32_t a, uint32_t b);
uint32_t __hexagon_udivsi3(uint32_t a, uint32_t b)
{
    return (uint32_t)divide(a, b).value;
}

uint32_t __hexagon_umodsi3(uint32_t a, uint32_t b);
uint32_t __hexagon_umodsi3(uint32_t a, uint32_t b)
{
    return (uint32_t)divide(a, b).rest;
}

int32_t __hexagon_divsi3(int32_t a, int32_t b);
int32_t __hexagon_divsi3(int32_t a, int32_t b)
{
    return (int32_t)__hexagon_divdi3(a, b);
}

int32_t __hexagon_modsi3(int32_t a, int32_t b);
int32_t __hexagon_modsi3(int32_t a, int32_t b)
{
    return (int32_t)__hexagon_moddi3(a, b);
}
