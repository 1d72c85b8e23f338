/* SPDX-License-Identifier: MIT */
#include "hexagon/bare.h"

/* Eight bytes in, the same eight bytes out, until the input ends: what a round trip to an emulated program costs at least. */
int bare_main(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    uint64_t word;
    while (bare_call(BARE_READ, 0, (long)(uintptr_t)&word, sizeof(word), 0) == (long)sizeof(word))
        if (bare_call(BARE_WRITE, 1, (long)(uintptr_t)&word, sizeof(word), 0) != (long)sizeof(word))
            return 1;
    return 0;
}
