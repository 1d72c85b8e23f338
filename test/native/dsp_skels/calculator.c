/* SPDX-License-Identifier: MIT */
#include "dsp_skels/skel.h"

/*
 * A well-behaved skel that is not qbench, with arguments laid out as qaic does: the lengths in the first in buffer, the sequence in
 * the second. Methods: 2 sum, out s64; 3 max, out s32.
 */
SKEL_ENTRY(calculator)
{
    (void)h;
    if (open_or_close(sc, args))
        return 0;
    const uint32_t method = QDA_SCALARS_METHOD(sc);
    if (method != 2 && method != 3)
        return EUNSUPPORTED;
    if (sc != QDA_SCALARS_BUILD(0, method, 2, 1, 0, 0) || args[0].buf.len < 4)
        return EBADPARM;
    const uint32_t count = *(const uint32_t *)args[0].buf.at;
    if (count > args[1].buf.len / 4 || args[2].buf.len < (method == 2 ? 8u : 4u))
        return EBADPARM;

    const int32_t *values = args[1].buf.at;
    int64_t sum = 0;
    int32_t max = INT32_MIN;
    for (uint32_t i = 0; i < count; i++) {
        sum += values[i];
        max = values[i] > max ? values[i] : max;
    }
    if (method == 2)
        *(int64_t *)args[2].buf.at = sum;
    else
        *(int32_t *)args[2].buf.at = max;
    return 0;
}
