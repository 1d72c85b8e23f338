/* SPDX-License-Identifier: MIT */
#include "dsp_skels/skel.h"

/*
 * Reaches where it is told. In: {u32 address, u32 value}; out: u32. Methods: 2 writes the value to the address, 3 reads a word from it
 * into the out argument. Both give the address of the out argument itself where 0 is asked for.
 */
SKEL_ENTRY(wild)
{
    (void)h;
    if (open_or_close(sc, args))
        return 0;
    const uint32_t method = QDA_SCALARS_METHOD(sc);
    if (method != 2 && method != 3)
        return EUNSUPPORTED;
    if (sc != QDA_SCALARS_BUILD(0, method, 1, 1, 0, 0) || args[0].buf.len != 8 || args[1].buf.len != 4)
        return EBADPARM;

    const uint32_t *in = args[0].buf.at;
    uint32_t *out = args[1].buf.at;
    volatile uint32_t *where = (volatile uint32_t *)(uintptr_t)in[0];
    if (in[0] == 0)
        *out = (uint32_t)(uintptr_t)out;
    else if (method == 2)
        *where = in[1];
    else
        *out = *where;
    return 0;
}
