/* SPDX-License-Identifier: MIT */
#include "dsp_skels/skel.h"

/* No arguments. Methods: 2 writes to address 0, 3 reads from it, 4 jumps there, 5 runs what is no instruction, 6 returns 42. */
SKEL_ENTRY(crash)
{
    volatile uint32_t *volatile nowhere = NULL;
    int (*volatile jump)(void) = NULL;

    (void)h;
    if (open_or_close(sc, args))
        return 0;
    switch (QDA_SCALARS_METHOD(sc)) {
    case 2:
        *nowhere = 1;
        return 0;
    case 3:
        return (int)*nowhere;
    case 4:
        return jump();
    case 5:
        __asm__ volatile(".word 0xffffffff");
        return 0;
    case 6:
        return 42;
    default:
        return EUNSUPPORTED;
    }
}
