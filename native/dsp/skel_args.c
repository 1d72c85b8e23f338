/* SPDX-License-Identifier: MIT */
#include "dsp/skel.h"

#include "wire/build_id.h"

/* Methods that do next to nothing with what they are given: what a call itself costs. */

int qb_ping(const union qb_arg *args, uint32_t sc)
{
    (void)sc;
    struct qbench_ping in;
    if (!qb_take(&args[0], &in, sizeof(in)) || !qb_is(&args[1], sizeof(struct qbench_ping_out)))
        return QB_EBADPARM;
    if ((in.flags & ~QBENCH_COUNT) != 0)
        return QB_EBADPARM;

    struct qbench_ping_out out = { .seq = in.seq };
    qb_begin(&out.times, in.flags);
    qb_end(&out.times, in.flags);
    *(struct qbench_ping_out *)args[1].buf.at = out;
    return 0;
}

int qb_info(const union qb_arg *args, uint32_t sc)
{
    (void)sc;
    if (!qb_is(&args[0], sizeof(struct qbench_info)))
        return QB_EBADPARM;
    struct qbench_info info = { .version = QBENCH_VERSION, .arch = __HEXAGON_ARCH__, .hvx = QB_LINE };
    for (size_t i = 0; i + 1 < sizeof(info.build_id) && qda_build_id[i] != '\0'; i++)
        info.build_id[i] = qda_build_id[i];
    *(struct qbench_info *)args[0].buf.at = info;
    return 0;
}

#define LOG_MAX 200u

int qb_log(const union qb_arg *args, uint32_t sc)
{
    (void)sc;
    const uint32_t len = args[0].buf.len;
    if (len == 0 || len > LOG_MAX || args[0].buf.at == NULL)
        return QB_EBADPARM;
    char text[LOG_MAX + 1] = "";
    const volatile char *from = args[0].buf.at;
    for (uint32_t i = 0; i < len; i++)
        text[i] = from[i];
    HAP_debug_v2(HAP_LEVEL_HIGH, "qbench", __LINE__, "%s", text);
    return 0;
}

static bool has_word(const union qb_arg *arg)
{
    return arg->buf.len >= 4 && arg->buf.at != NULL && qb_aligned(arg->buf.at, 4);
}

static uint32_t word_at(const union qb_arg *arg, uint32_t offset)
{
    return *(const volatile uint32_t *)((const uint8_t *)arg->buf.at + offset);
}

int qb_args_in(const union qb_arg *args, uint32_t sc)
{
    const uint32_t n = QDA_SCALARS_IN(sc);
    if ((sc & 0xffffu) != QDA_SCALARS_BUILD(0, 0, 0, 1, 0, 0) || !qb_is(&args[n], sizeof(struct qbench_result)))
        return QB_EBADPARM;
    for (uint32_t i = 0; i < n; i++)
        if (!has_word(&args[i]))
            return QB_EBADPARM;

    struct qbench_result result = { 0 };
    qb_begin(&result.times, 0);
    uint32_t value = 0;
    for (uint32_t i = 0; i < n; i++)
        value ^= word_at(&args[i], 0);
    qb_end(&result.times, 0);
    result.value = value;
    result.bytes = (uint64_t)n * 4;
    result.work = result.times;
    *(struct qbench_result *)args[n].buf.at = result;
    return 0;
}

int qb_args_out(const union qb_arg *args, uint32_t sc)
{
    const uint32_t n = QDA_SCALARS_OUT(sc);
    if ((sc & 0xff00ffu) != 0 || n == 0)
        return QB_EBADPARM;
    uint32_t value = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (!has_word(&args[i]))
            return QB_EBADPARM;
        value ^= args[i].buf.len;
    }
    *(volatile uint32_t *)args[0].buf.at = value;
    return 0;
}

/* Is it a buffer of whole words, or an empty one? */
static bool is_words(const union qb_arg *arg)
{
    return arg->buf.len == 0 || (arg->buf.len % 4 == 0 && has_word(arg));
}

static uint64_t first_and_last(const union qb_arg *data)
{
    if (data->buf.len == 0)
        return 0;
    return (uint64_t)word_at(data, 0) << 32 | word_at(data, data->buf.len - 4);
}

int qb_touch_in(const union qb_arg *args, uint32_t sc)
{
    (void)sc;
    if (!is_words(&args[0]) || !qb_is(&args[1], sizeof(struct qbench_result)))
        return QB_EBADPARM;
    struct qbench_result result = { .bytes = args[0].buf.len };
    qb_begin(&result.times, 0);
    result.value = first_and_last(&args[0]);
    qb_end(&result.times, 0);
    result.work = result.times;
    *(struct qbench_result *)args[1].buf.at = result;
    return 0;
}

int qb_touch_out(const union qb_arg *args, uint32_t sc)
{
    (void)sc;
    struct qbench_work work;
    if (!qb_take(&args[0], &work, sizeof(work)) || !qb_is(&args[1], sizeof(struct qbench_result)))
        return QB_EBADPARM;
    const union qb_arg *data = &args[2];
    if (!is_words(data) || work.length > data->buf.len || work.offset != 0 || (work.flags & ~QBENCH_COUNT) != 0)
        return QB_EBADPARM;

    struct qbench_result result = { .value = work.value, .bytes = data->buf.len };
    qb_begin(&result.times, work.flags);
    if (data->buf.len > 0) {
        volatile uint32_t *words = data->buf.at;
        words[0] = work.value;
        words[data->buf.len / 4 - 1] = work.value;
    }
    qb_end(&result.times, work.flags);
    result.work = result.times;
    *(struct qbench_result *)args[1].buf.at = result;
    return 0;
}

int qb_touch_dma(const union qb_arg *args, uint32_t sc)
{
    (void)sc;
    struct qbench_work work;
    if (!qb_take(&args[0], &work, sizeof(work)) || !qb_is(&args[1], sizeof(struct qbench_result)))
        return QB_EBADPARM;
    if (work.length % 4 != 0 || work.offset % 4 != 0 || args[2].dma.offset % 4 != 0)
        return QB_EBADPARM;
    if ((work.flags & ~(QBENCH_COUNT | QBENCH_MAP_GET)) != 0)
        return QB_EBADPARM;

    struct qbench_result result = { .bytes = work.length };
    struct qb_mapping mapping;
    qb_begin(&result.times, work.flags);
    const int err = qb_map(&args[2], &work, &mapping);
    if (err != 0)
        return err;
    qb_begin(&result.work, work.flags);
    const union qb_arg data = { .buf = { mapping.at, (uint32_t)work.length } };
    result.value = first_and_last(&data);
    qb_end(&result.work, work.flags);
    qb_unmap(&mapping);
    qb_end(&result.times, work.flags);
    *(struct qbench_result *)args[1].buf.at = result;
    return 0;
}
