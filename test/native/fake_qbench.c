/* SPDX-License-Identifier: MIT */
#include "fake_qbench.h"

#include "rpcmsg/aee.h"

#include <stdatomic.h>
#include <string.h>
#include <time.h>

struct fake_qbench fake_qbench;

#define EBADPARM ((int)(QDA_AEE_REMOTE + QDA_AEE_EBADPARM))
#define EUNSUPPORTED ((int)(QDA_AEE_REMOTE + QDA_AEE_EUNSUPPORTED))

static struct qbench_times stamps(uint32_t flags)
{
    struct qbench_times times = {.begin_ticks = fake_qbench.ticks, .end_ticks = fake_qbench.ticks + 12};
    fake_qbench.ticks += 24;
    if (fake_qbench.spoil.clock_back)
        times.end_ticks = times.begin_ticks - 1;
    times.instructions = flags & QBENCH_COUNT ? 1000 : 0;
    return times;
}

static int finish(const struct qda_rpc_arg *out, uint64_t value, uint64_t bytes, uint32_t flags)
{
    struct qbench_result result = {.value = value, .bytes = bytes - (fake_qbench.spoil.not_all ? 128 : 0)};
    result.times = stamps(flags);
    result.work = stamps(flags);
    memcpy(out->ptr, &result, sizeof result);
    return 0;
}

static uint32_t sum(const uint32_t *words, uint64_t bytes)
{
    uint32_t value = fake_qbench.spoil.wrong_sum;
    for (uint64_t i = 0; i < bytes / 4; i++)
        value += words[i];
    return value;
}

static void fill(uint32_t *words, uint64_t bytes, uint32_t first)
{
    for (uint64_t i = 0; i < bytes / 4 - fake_qbench.spoil.loses_words; i++)
        words[i] = first + (uint32_t)i * QBENCH_STEP;
}

/* sum, fill, copy, frame, cache: by which data arguments there are. */
static int work_on(uint32_t method, uint32_t sc, const struct qda_rpc_arg *args)
{
    struct qbench_work work;
    unsigned ins = QDA_SCALARS_IN(sc);
    const struct qda_rpc_arg *from = ins == 2 ? &args[1] : NULL, *to = QDA_SCALARS_OUT(sc) == 2 ? &args[ins + 1] : NULL;
    if (args[0].len != sizeof work || args[ins].len != sizeof(struct qbench_result))
        return EBADPARM;
    memcpy(&work, args[0].ptr, sizeof work);
    fake_qbench.flags |= work.flags;
    if ((from && work.length > from->len) || (to && work.length > to->len) || work.length % 128 != 0)
        return EBADPARM;
    uint32_t value = from && method != QBENCH_COPY ? sum(from->ptr, work.length) : 0;
    if (method == QBENCH_COPY)
        memcpy(to->ptr, from->ptr, work.length - 4 * fake_qbench.spoil.loses_words);
    else if (to && (method != QBENCH_CACHE || work.flags & QBENCH_DIRTY))
        fill(to->ptr, work.length, work.value);
    return finish(&args[ins], value, work.length, work.flags);
}

static int touch(uint32_t method, const struct qda_rpc_arg *args)
{
    const struct qda_rpc_arg *data = method == QBENCH_TOUCH_IN ? &args[0] : &args[2];
    uint32_t *words = data->ptr;
    uint64_t last = data->len / 4 - 1, value = 0;
    if (method == QBENCH_TOUCH_OUT)
        words[0] = words[last] = ((const struct qbench_work *)args[0].ptr)->value;
    else if (data->len > 0)
        value = (uint64_t)words[0] << 32 | words[last];
    return finish(&args[1], value, data->len, 0);
}

static uint64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000;
}

static bool see(_Atomic(uint32_t) *bell, uint32_t number, uint64_t timeout_us)
{
    uint64_t until = now_us() + timeout_us;
    while (now_us() < until) {
        uint32_t seen = atomic_load(bell);
        if (seen == number || seen == QBENCH_HANG_UP)
            return seen == number;
    }
    return false;
}

static int doorbell(const struct qda_rpc_arg *args)
{
    struct qbench_doorbell in;
    memcpy(&in, args[0].ptr, sizeof in);
    _Atomic(uint32_t) *bell = args[2].ptr, *answer = (_Atomic(uint32_t) *)((char *)args[2].ptr + 128);
    uint32_t round = 0;
    while (round < in.rounds && see(bell, fake_qbench.spoil.mute ? QBENCH_HANG_UP - 1 : round + 1, in.timeout_us))
        atomic_store(answer, ++round);
    return finish(&args[1], round + fake_qbench.spoil.wrong_sum, 256, 0);
}

static int stress(const struct qda_rpc_arg *args)
{
    struct qbench_stress in;
    uint32_t *words = args[2].ptr, wrong = fake_qbench.spoil.wrong_sum;
    memcpy(&in, args[0].ptr, sizeof in);
    if (in.offset + in.length > args[2].len || in.write_offset + in.write_length > args[2].len)
        return EBADPARM;
    for (uint64_t i = in.offset / 4; i < (in.offset + in.length) / 4; i++)
        wrong += words[i] != in.check + (uint32_t)i * QBENCH_STEP;
    uint64_t end = (in.write_offset + in.write_length) / 4;
    for (uint64_t i = in.write_offset / 4; i + fake_qbench.spoil.loses_words < end; i++)
        words[i] = in.write + (uint32_t)i * QBENCH_STEP;
    if (fake_qbench.spoil.spills && in.write_length > 0 && end % 32 != 0)
        words[end] ^= 1;
    return finish(&args[1], wrong, in.length + in.write_length, 0);
}

static int info(const struct qda_rpc_arg *out)
{
    struct qbench_info info = {.version = QBENCH_VERSION, .arch = 66, .hvx = 128};
    memcpy(info.build_id, fake_qbench.build_id, sizeof info.build_id);
    memcpy(out->ptr, &info, sizeof info);
    return 0;
}

static int ping(const struct qda_rpc_arg *args)
{
    struct qbench_ping in;
    memcpy(&in, args[0].ptr, sizeof in);
    struct qbench_ping_out out = {.seq = in.seq + fake_qbench.spoil.wrong_sum, .times = stamps(in.flags)};
    memcpy(args[1].ptr, &out, sizeof out);
    return 0;
}

static int arguments_in(uint32_t sc, const struct qda_rpc_arg *args)
{
    uint32_t value = fake_qbench.spoil.wrong_sum, n = QDA_SCALARS_IN(sc);
    for (uint32_t i = 0; i < n; i++)
        value ^= *(const uint32_t *)args[i].ptr;
    return finish(&args[n], value, n * 4, 0);
}

static int arguments_out(uint32_t sc, const struct qda_rpc_arg *args)
{
    uint32_t value = fake_qbench.spoil.wrong_sum;
    for (uint32_t i = 0; i < QDA_SCALARS_OUT(sc); i++)
        value ^= (uint32_t)args[i].len;
    *(uint32_t *)args[0].ptr = value;
    return 0;
}

static int method_of(struct fake_dsp *dsp, uint32_t handle, uint32_t sc, const struct qda_rpc_arg *args)
{
    uint32_t method = QDA_SCALARS_METHOD(sc);
    (void)dsp, (void)handle;
    if (method < QBENCH_METHODS)
        fake_qbench.by_method[method]++;
    if (fake_qbench.spoil.fails_at && ++fake_qbench.calls >= fake_qbench.spoil.fails_at)
        return fake_qbench.spoil.failure;
    switch (method) {
    case QBENCH_PING:
        return ping(args);
    case QBENCH_SUM:
    case QBENCH_FILL:
    case QBENCH_COPY:
    case QBENCH_FRAME:
    case QBENCH_CACHE:
        return work_on(method, sc, args);
    case QBENCH_TOUCH_IN:
    case QBENCH_TOUCH_OUT:
        return touch(method, args);
    case QBENCH_DOORBELL:
        return doorbell(args);
    case QBENCH_STRESS:
        return stress(args);
    case QBENCH_INFO:
        return info(&args[0]);
    case QBENCH_ARGS_IN:
        return arguments_in(sc, args);
    case QBENCH_ARGS_OUT:
        return arguments_out(sc, args);
    default:
        return EUNSUPPORTED;
    }
}

void fake_qbench_on(struct fake_dsp *dsp)
{
    fake_qbench = (struct fake_qbench){.build_id = "0123456789abcdef"};
    dsp->method = method_of;
}
