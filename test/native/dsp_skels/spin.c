/* SPDX-License-Identifier: MIT */
#include "dsp_skels/skel.h"

/* No arguments. Methods: 2 never comes back, 3 does at once. */
SKEL_ENTRY(spin)
{
    volatile uint32_t turns = 0;

    (void)h;
    if (open_or_close(sc, args))
        return 0;
    while (QDA_SCALARS_METHOD(sc) == 2)
        turns++;
    return QDA_SCALARS_METHOD(sc) == 3 ? 0 : EUNSUPPORTED;
}
