/* SPDX-License-Identifier: MIT */
#include "run/dsp_work.h"
#include "run/families.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * rpc.argsize: a call with one buffer of the point's size, of which the method reads (in) or writes (out) the first and the last
 * word. Series: the call as the CPU sees it, the method by the DSP's clock, and the overhead: call minus dsp. Variant: direction,
 * and how the buffer is passed:
 *   copied   inline, by the kernel
 *   buffer   a shared buffer, named in the call
 *   mapped   the same, while it stands mapped in the DSP process (REMOTE_MAP with attributes)
 *   dma      a handle that the method maps and unmaps itself; the DSP's time has both in it; in only
 *
 * Checked: the first and the last word are those that the other side wrote. All but copied are proven to be shared.
 */
struct state {
    struct qda_run run;
    struct qda_skel skel;
    uint64_t bytes;
    struct qda_dspbuf buf; /* shared, or */
    uint8_t *copied;
    void *at; /* the CPU's address of either; NULL: no bytes */
    struct qbench_work work;
    struct qbench_result result;
};

static uint32_t pass_of(const struct state *st)
{
    return QDA_VARIANT_PASS(st->run.point.variant);
}

static bool is_out(const struct state *st)
{
    return QDA_VARIANT_OUT(st->run.point.variant);
}

static int cpu_access(struct state *st, uint64_t flags)
{
    return pass_of(st) == QDA_PASS_COPY ? 0 : qda_dspbuf_sync(&st->run, &st->buf, flags);
}

static volatile uint32_t *last_word(const struct state *st)
{
    return (volatile uint32_t *)st->at + st->bytes / 4 - 1;
}

static struct qda_rpc_arg data_argument(const struct state *st)
{
    return (struct qda_rpc_arg){.ptr = st->at, .len = st->bytes, .ref = pass_of(st) == QDA_PASS_COPY ? 0 : st->buf.ref};
}

static int call(struct state *st, uint64_t *ns)
{
    struct qda_run *run = &st->run;
    struct qda_rpc_arg work = {.ptr = &st->work, .len = sizeof st->work}, out = {.ptr = &st->result, .len = sizeof st->result};
    struct qda_rpc_arg data = data_argument(st), args[3] = {data, out};
    uint32_t sc = QDA_SCALARS_BUILD(0, QBENCH_TOUCH_IN, 1, 1, 0, 0);
    if (pass_of(st) == QDA_PASS_DMA || is_out(st)) {
        sc = is_out(st) ? QDA_SCALARS_BUILD(0, QBENCH_TOUCH_OUT, 1, 2, 0, 0) : QDA_SCALARS_BUILD(0, QBENCH_TOUCH_DMA, 1, 1, 1, 0);
        args[0] = work;
        args[1] = out;
        args[2] = data;
    }
    uint64_t begin = qda_now(run->sys);
    int result = qda_rpc_invoke(st->skel.rpc, st->skel.handle, sc, args);
    *ns = qda_now(run->sys) - begin;
    return qda_dsp_ok(run, "INVOKE", result) ? 0 : -1;
}

/* Words that are other ones each time: for the DSP to read, or for it to overwrite. */
static int put_words(struct state *st, uint32_t first, uint32_t last)
{
    if (!st->at)
        return 0;
    int err = cpu_access(st, QDA_SYNC_START | QDA_SYNC_WRITE);
    if (err < 0)
        return err;
    *(volatile uint32_t *)st->at = first;
    *last_word(st) = last;
    return cpu_access(st, QDA_SYNC_END | QDA_SYNC_WRITE);
}

static int check_out(struct state *st)
{
    struct qda_run *run = &st->run;
    if (!st->at)
        return 0;
    int err = cpu_access(st, QDA_SYNC_START | QDA_SYNC_READ);
    if (err < 0)
        return err;
    uint32_t first = *(volatile uint32_t *)st->at, last = *last_word(st);
    qda_run_check(run, first == st->work.value && last == st->work.value,
                  "the CPU reads 0x%08x and 0x%08x, the DSP wrote 0x%08x", first, last, st->work.value);
    return cpu_access(st, QDA_SYNC_END | QDA_SYNC_READ);
}

static void check_in(struct state *st, uint32_t first, uint32_t last)
{
    uint64_t want = st->at ? (uint64_t)first << 32 | last : 0;
    qda_run_check(&st->run, st->result.value == want, "the DSP read 0x%016llx, the CPU wrote 0x%016llx",
                  (unsigned long long)st->result.value, (unsigned long long)want);
}

static int sample(void *arg, uint64_t *ns)
{
    struct state *st = arg;
    struct qda_run *run = &st->run;
    uint32_t first = qda_dsp_first(run), last = st->bytes > 4 ? ~first : first;
    st->work.value = is_out(st) ? first ^ 0x5a5a5a5a : 0;
    memset(&st->result, 0, sizeof st->result);
    int err = put_words(st, first, last);
    if (err < 0 || (err = call(st, &ns[0])) < 0)
        return err;
    ns[1] = qda_dsp_ns(&st->result.times);
    ns[2] = ns[0] > ns[1] ? ns[0] - ns[1] : 0;
    if (!run->point.verify)
        return 0;
    qda_run_check(run, st->result.bytes == st->bytes, "the DSP saw %llu bytes of %llu",
                  (unsigned long long)st->result.bytes, (unsigned long long)st->bytes);
    if (is_out(st))
        return check_out(st);
    check_in(st, first, last);
    return 0;
}

static int make_copied(struct state *st)
{
    if (st->bytes == 0)
        return 0;
    st->at = st->copied = calloc(1, st->bytes);
    return st->copied ? 0 : qda_run_error(&st->run, "malloc", -ENOMEM);
}

static int make_shared(struct state *st)
{
    struct qda_run *run = &st->run;
    if (st->bytes == 0)
        return qda_run_skip(run, "a buffer of no bytes can only be copied");
    int err = qda_dspbuf_make(run, st->skel.rpc, run->point.source, st->bytes, &st->buf);
    if (err < 0)
        return err;
    st->at = st->buf.buf.map;
    if (pass_of(st) == QDA_PASS_MAPPED && (err = qda_dspbuf_dsp_map(run, st->skel.rpc, 2, &st->buf)) < 0)
        return err;
    return run->point.verify ? qda_dsp_prove(run, st->skel.rpc, st->skel.handle, &st->buf) : 0;
}

static int make_buffer(struct state *st)
{
    struct qda_run *run = &st->run;
    if (st->bytes % 4 != 0)
        return qda_run_error_because(run, "plan", -EINVAL, "rpc.argsize needs a size of whole 32-bit words: set one");
    if (pass_of(st) == QDA_PASS_DMA && is_out(st))
        return qda_run_skip(run, "the module has no method that writes two words through a dma handle; ask for the direction in");
    if (pass_of(st) == QDA_PASS_DMA || is_out(st))
        st->work = (struct qbench_work){.threads = 1, .length = st->bytes};
    return pass_of(st) == QDA_PASS_COPY ? make_copied(st) : make_shared(st);
}

static int start(struct qda_run_ctx *ctx, const struct qda_point *point, struct qda_point_result *result, void **state)
{
    static const char *const names[] = {"call", "dsp", "overhead"};
    struct state *st = *state = qda_run_new(ctx, point, result, sizeof *st);
    if (!st)
        return -1;
    st->bytes = point->size;
    st->buf = QDA_DSPBUF_NONE;
    qda_run_series(&st->run, 3, names);
    int err = qda_skel_open(&st->run, &st->skel);
    return err < 0 ? err : make_buffer(st);
}

static int step(struct qda_run_ctx *ctx, void *state, struct qda_point_result *result)
{
    return qda_run_loop(state, ctx, result, sample);
}

static void stop(struct qda_run_ctx *ctx, void *state)
{
    struct state *st = state;
    (void)ctx;
    if (st && st->skel.rpc)
        qda_dspbuf_free(&st->run, st->skel.rpc, &st->buf);
    if (st)
        free(st->copied);
    free(st);
}

const struct qda_run_ops qda_rpc_argsize = {
    .id = "rpc.argsize", .start = start, .step = step, .stop = stop, .needs_dsp = true};
