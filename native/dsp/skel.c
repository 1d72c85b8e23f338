/* SPDX-License-Identifier: MIT */
#include "dsp/skel.h"

/* The entry: every call of the process that loaded us comes through here. */

/* Any number of in (out) buffers; the method checks. */
#define ANY_COUNT 0xffffffffu
#define COUNTS(in, out, in_handles) QDA_SCALARS_BUILD(0, 0, in, out, in_handles, 0)

static const struct {
    uint32_t counts;
    qb_method call;
} methods[QBENCH_METHODS] = {
    [QBENCH_PING] = { COUNTS(1, 1, 0), qb_ping },
    [QBENCH_SUM] = { COUNTS(2, 1, 0), qb_sum },
    [QBENCH_FILL] = { COUNTS(1, 2, 0), qb_fill },
    [QBENCH_COPY] = { COUNTS(2, 2, 0), qb_copy },
    [QBENCH_SUM_DMA] = { COUNTS(1, 1, 1), qb_sum_dma },
    [QBENCH_FILL_DMA] = { COUNTS(1, 1, 1), qb_fill_dma },
    [QBENCH_COPY_DMA] = { COUNTS(1, 1, 2), qb_copy_dma },
    [QBENCH_CACHE] = { COUNTS(1, 2, 0), qb_cache },
    [QBENCH_DOORBELL] = { COUNTS(1, 2, 0), qb_doorbell },
    [QBENCH_INFO] = { COUNTS(0, 1, 0), qb_info },
    [QBENCH_ARGS_IN] = { ANY_COUNT, qb_args_in },
    [QBENCH_ARGS_OUT] = { ANY_COUNT, qb_args_out },
    [QBENCH_TOUCH_IN] = { COUNTS(1, 1, 0), qb_touch_in },
    [QBENCH_TOUCH_OUT] = { COUNTS(1, 2, 0), qb_touch_out },
    [QBENCH_TOUCH_DMA] = { COUNTS(1, 1, 1), qb_touch_dma },
    [QBENCH_STRESS] = { COUNTS(1, 2, 0), qb_stress },
    [QBENCH_LOG] = { COUNTS(1, 0, 0), qb_log },
    [QBENCH_FRAME] = { COUNTS(2, 2, 0), qb_frame },
};

/* What open gives and every later call brings along. */
#define HANDLE 0x71626e63u

static int open_handle(uint32_t sc, union qb_arg *args)
{
    uint32_t uri_len = 0;
    if (QDA_SCALARS_BUILD(0, 0, 2, 0, 0, 1) != (sc & 0x00ffffffu))
        return QB_EBADPARM;
    if (!qb_take(&args[0], &uri_len, sizeof(uri_len)) || uri_len == 0 || uri_len > args[1].buf.len)
        return QB_EBADPARM;
    args[2].h64 = HANDLE;
    return 0;
}

static int close_handle(uint32_t sc)
{
    return QDA_SCALARS_BUILD(0, 0, 0, 0, 1, 0) == (sc & 0x00ffffffu) ? 0 : QB_EBADPARM;
}

__attribute__((visibility("default"))) int qbench_skel_handle_invoke(uint64_t h, uint32_t sc, union qb_arg *args)
{
    const uint32_t method = QDA_SCALARS_METHOD(sc);

    /* What is right goes through one branch: those are what an emulator is slow at. */
    const uint32_t at = method < QBENCH_METHODS ? method : QBENCH_OPEN;
    const uint32_t counts = methods[at].counts;
    const bool known = (methods[at].call != NULL) & (method < QBENCH_METHODS);
    const bool counted = (counts == ANY_COUNT) | (counts == (sc & 0x00ffffffu));
    if (known & (h == HANDLE) & counted)
        return methods[at].call(args, sc);
    if (method == QBENCH_OPEN)
        return open_handle(sc, args);
    if (method == QBENCH_CLOSE)
        return close_handle(sc);
    return known ? QB_EBADPARM : QB_EUNSUPPORTED;
}
