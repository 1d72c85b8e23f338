/* SPDX-License-Identifier: MIT */
#include "dsp/skel.h"

/* Sum, fill and copy over buffers and over dma handles. */

static const struct qb_kernel kernels[] = {
    [QBENCH_SCALAR] = { qb_scalar_sum, qb_scalar_fill, qb_scalar_copy },
    [QBENCH_HVX] = { qb_hvx_sum, qb_hvx_fill, qb_hvx_copy },
    /* A fill reads nothing that could be fetched ahead. */
    [QBENCH_HVX_L2] = { qb_hvx_l2_sum, qb_hvx_fill, qb_hvx_l2_copy },
};

const struct qb_kernel *qb_kernel_of(uint32_t number)
{
    return number < sizeof(kernels) / sizeof(kernels[0]) ? &kernels[number] : NULL;
}

/* Takes the work of args[0] into *work, and looks at where the result goes. 0 or an AEE code. */
static int take_work(const union qb_arg *args, const union qb_arg *result, uint32_t flags, struct qbench_work *work)
{
    if (!qb_take(&args[0], work, sizeof(*work)) || !qb_is(result, sizeof(struct qbench_result)))
        return QB_EBADPARM;
    if (work->threads != 1 && work->threads != 2 && work->threads != 4)
        return QB_EBADPARM;
    if (work->length % QB_LINE != 0 || (work->flags & ~flags) != 0)
        return QB_EBADPARM;
    return qb_kernel_of(work->kernel) != NULL ? 0 : QB_EUNSUPPORTED;
}

/* Does `work` lie in the argument's buffer, at whole lines? */
static bool fits(const union qb_arg *arg, const struct qbench_work *work)
{
    return work->offset == 0 && work->length <= arg->buf.len && qb_aligned(arg->buf.at, QB_LINE);
}

/* Does the work and writes the result out; result->times was begun. */
static int do_work(const struct qbench_work *work, const void *from, void *to, struct qbench_result *result)
{
    const struct qb_job job = {
        .kernel = qb_kernel_of(work->kernel),
        .from = from,
        .to = to,
        .bytes = (uint32_t)work->length,
        .first = work->value,
        .threads = work->threads,
        .flags = work->flags,
    };
    return qb_run(&job, result);
}

static int over_buffers(const union qb_arg *args, const union qb_arg *out, const union qb_arg *from, const union qb_arg *to)
{
    struct qbench_work work;
    const int bad = take_work(args, out, QBENCH_COUNT, &work);
    if (bad != 0)
        return bad;
    if ((from != NULL && !fits(from, &work)) || (to != NULL && !fits(to, &work)))
        return QB_EBADPARM;

    struct qbench_result result = { 0 };
    qb_begin(&result.times, work.flags);
    const int err = do_work(&work, from != NULL ? from->buf.at : NULL, to != NULL ? to->buf.at : NULL, &result);
    qb_end(&result.times, work.flags);
    if (err == 0)
        *(struct qbench_result *)out->buf.at = result;
    return err;
}

int qb_sum(const union qb_arg *args, uint32_t sc)
{
    (void)sc;
    return over_buffers(args, &args[2], &args[1], NULL);
}

int qb_fill(const union qb_arg *args, uint32_t sc)
{
    (void)sc;
    return over_buffers(args, &args[1], NULL, &args[2]);
}

int qb_copy(const union qb_arg *args, uint32_t sc)
{
    (void)sc;
    return over_buffers(args, &args[2], &args[1], &args[3]);
}

int qb_frame(const union qb_arg *args, uint32_t sc)
{
    (void)sc;
    struct qbench_work work;
    const int bad = take_work(args, &args[2], QBENCH_COUNT, &work);
    if (bad != 0)
        return bad;
    if (!fits(&args[1], &work) || !fits(&args[3], &work))
        return QB_EBADPARM;

    struct qbench_result result = { 0 }, filled = { 0 };
    qb_begin(&result.times, work.flags);
    int err = do_work(&work, args[1].buf.at, NULL, &result);
    if (err == 0)
        err = do_work(&work, NULL, args[3].buf.at, &filled);
    if (err != 0)
        return err;
    result.work.end_ticks = filled.work.end_ticks;
    result.work.pcycles += filled.work.pcycles;
    result.work.instructions += filled.work.instructions;
    qb_end(&result.times, work.flags);
    *(struct qbench_result *)args[2].buf.at = result;
    return 0;
}

/* The same between mappings of handles; each NULL or a handle. */
static int mapped(const struct qbench_work *work, const union qb_arg *from, const union qb_arg *to,
                  struct qbench_result *result)
{
    struct qb_mapping in = { 0 }, out = { 0 };
    int err = from != NULL ? qb_map(from, work, &in) : 0;
    if (err != 0)
        return err;
    err = to != NULL ? qb_map(to, work, &out) : 0;
    if (err == 0) {
        err = do_work(work, in.at, out.at, result);
        if (to != NULL)
            qb_unmap(&out);
    }
    if (from != NULL)
        qb_unmap(&in);
    return err;
}

static bool handle_fits(const union qb_arg *handle)
{
    return handle == NULL || handle->dma.offset % QB_LINE == 0;
}

static int over_handles(const union qb_arg *args, const union qb_arg *from, const union qb_arg *to)
{
    struct qbench_work work;
    const int bad = take_work(args, &args[1], QBENCH_COUNT | QBENCH_MAP_GET, &work);
    if (bad != 0)
        return bad;
    if (work.offset % QB_LINE != 0 || !handle_fits(from) || !handle_fits(to))
        return QB_EBADPARM;

    struct qbench_result result = { 0 };
    qb_begin(&result.times, work.flags);
    const int err = mapped(&work, from, to, &result);
    qb_end(&result.times, work.flags);
    if (err == 0)
        *(struct qbench_result *)args[1].buf.at = result;
    return err;
}

int qb_sum_dma(const union qb_arg *args, uint32_t sc)
{
    (void)sc;
    return over_handles(args, &args[2], NULL);
}

int qb_fill_dma(const union qb_arg *args, uint32_t sc)
{
    (void)sc;
    return over_handles(args, NULL, &args[2]);
}

int qb_copy_dma(const union qb_arg *args, uint32_t sc)
{
    (void)sc;
    return over_handles(args, &args[2], &args[3]);
}

int qb_cache(const union qb_arg *args, uint32_t sc)
{
    (void)sc;
    struct qbench_work work;
    if (!qb_take(&args[0], &work, sizeof(work)) || !qb_is(&args[1], sizeof(struct qbench_result)))
        return QB_EBADPARM;
    if (work.length % QB_LINE != 0 || !fits(&args[2], &work) || (work.flags & ~(QBENCH_COUNT | QBENCH_DIRTY)) != 0)
        return QB_EBADPARM;
    if (work.kernel > QBENCH_CLEAN_INVALIDATE)
        return QB_EUNSUPPORTED;

    struct qbench_result result = { .bytes = work.length };
    qb_begin(&result.times, work.flags);
    if ((work.flags & QBENCH_DIRTY) != 0)
        qb_scalar_fill(args[2].buf.at, (uint32_t)work.length, work.value);
    qb_begin(&result.work, work.flags);
    qb_cache_lines(args[2].buf.at, (uint32_t)work.length, work.kernel);
    qb_end(&result.work, work.flags);
    qb_end(&result.times, work.flags);
    *(struct qbench_result *)args[1].buf.at = result;
    return 0;
}
