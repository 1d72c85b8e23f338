/* SPDX-License-Identifier: MIT */
#include "dsp_skels/skel.h"

/* Imports a function that no DSP process has. Method 2: calls it. */
int no_such_function(int value);

SKEL_ENTRY(unresolved)
{
    (void)h;
    if (open_or_close(sc, args))
        return 0;
    return QDA_SCALARS_METHOD(sc) == 2 ? no_such_function(3) : EUNSUPPORTED;
}
