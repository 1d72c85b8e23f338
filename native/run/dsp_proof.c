/* SPDX-License-Identifier: MIT */
#include "run/dsp_impl.h"

#include <fcntl.h>

/*
 * The zero-copy proof: the same words through both ends of one buffer, and one inode before and behind the driver. The DMA
 * address in it is the agent's finding (agent/dsp_window.h).
 */

static volatile uint32_t *last_word(const struct qda_dspbuf *buf)
{
    return (volatile uint32_t *)buf->buf.map + buf->size / 4 - 1;
}

/* Never 0, and another one each time: what was there before must not pass for it. */
static uint32_t nonce(const struct qda_run *run, uint32_t salt)
{
    uint64_t mixed = (run->point.seed ^ qda_now(run->sys)) * UINT64_C(0x9e3779b97f4a7c15) + salt;
    return (uint32_t)(mixed >> 32) | 1u;
}

/* The object that the driver gave the DSP, exported again. Own memory or an import: it must be the dma-buf that the CPU maps. */
static int prove_ino(struct qda_run *run, const struct qda_dspbuf *buf)
{
    struct qda_zero_copy *seen = &run->result->zero_copy;
    int again = -1;
    int err = qda_fd_ino(run, buf->buf.dmabuf, &seen->ino);
    if (err < 0 || buf->buf.handle == 0)
        return err;
    err = qda_prime_export(run->sys, buf->buf.accel, buf->buf.handle, O_CLOEXEC | O_RDWR, &again);
    if (err < 0)
        return qda_run_error(run, "PRIME_HANDLE_TO_FD", err);
    err = qda_fd_ino(run, again, &seen->import_ino);
    qda_fd_close(run, &again);
    if (err == 0)
        qda_run_check(run, seen->import_ino == seen->ino, "the driver's object has inode %llu in place of %llu: the DSP got another buffer",
                      (unsigned long long)seen->import_ino, (unsigned long long)seen->ino);
    return err;
}

static int prove_to_dsp(struct qda_run *run, struct qda_rpc *rpc, uint32_t handle, const struct qda_dspbuf *buf)
{
    struct qbench_result result = {0};
    struct qda_rpc_arg args[] = {{.ptr = buf->buf.map, .len = buf->size, .ref = buf->ref}, {.ptr = &result, .len = sizeof result}};
    uint32_t first = nonce(run, 1), last = nonce(run, 2);
    int err = qda_dspbuf_sync(run, buf, QDA_SYNC_START | QDA_SYNC_WRITE);
    if (err < 0)
        return err;
    *(volatile uint32_t *)buf->buf.map = first;
    *last_word(buf) = last;
    if ((err = qda_dspbuf_sync(run, buf, QDA_SYNC_END | QDA_SYNC_WRITE)) < 0)
        return err;
    if (!qda_dsp_ok(run, "qbench touch", qda_rpc_invoke(rpc, handle, QDA_SCALARS_BUILD(0, QBENCH_TOUCH_IN, 1, 1, 0, 0), args)))
        return -1;
    bool same = result.value == ((uint64_t)first << 32 | last);
    run->result->zero_copy.nonce_to_dsp = same;
    qda_run_check(run, same, "the DSP read other words than the CPU wrote: it does not see the same memory");
    return 0;
}

static int prove_from_dsp(struct qda_run *run, struct qda_rpc *rpc, uint32_t handle, const struct qda_dspbuf *buf)
{
    struct qbench_result result = {0};
    struct qbench_work work = {.value = nonce(run, 3), .threads = 1, .length = buf->size};
    struct qda_rpc_arg args[] = {{.ptr = &work, .len = sizeof work},
                                 {.ptr = &result, .len = sizeof result},
                                 {.ptr = buf->buf.map, .len = buf->size, .ref = buf->ref}};
    if (!qda_dsp_ok(run, "qbench touch", qda_rpc_invoke(rpc, handle, QDA_SCALARS_BUILD(0, QBENCH_TOUCH_OUT, 1, 2, 0, 0), args)))
        return -1;
    int err = qda_dspbuf_sync(run, buf, QDA_SYNC_START | QDA_SYNC_READ);
    if (err < 0)
        return err;
    bool same = *(volatile uint32_t *)buf->buf.map == work.value && *last_word(buf) == work.value;
    run->result->zero_copy.nonce_from_dsp = same;
    qda_run_check(run, same, "the CPU reads other words than the DSP wrote: it does not see the same memory");
    return qda_dspbuf_sync(run, buf, QDA_SYNC_END | QDA_SYNC_READ);
}

/* Where there are no handles, the driver attaches a dma-buf that does not stand mapped in the call itself. */
static bool trace_calls(struct qda_run *run, const struct qda_dspbuf *buf)
{
    const struct qda_dsp_tell *tell = &run->ctx->dsp->setup.tell;
    return buf->buf.handle == 0 && buf->address == 0 && run->point.verify && tell->trace && tell->trace(tell->arg);
}

int qda_dsp_prove(struct qda_run *run, struct qda_rpc *rpc, uint32_t handle, struct qda_dspbuf *buf)
{
    const struct qda_dsp_tell *tell = &run->ctx->dsp->setup.tell;
    struct qda_zero_copy *seen = &run->result->zero_copy;
    *seen = (struct qda_zero_copy){.claimed = true, .dsp_address = buf->address};
    int err = prove_ino(run, buf);
    if (err < 0)
        return err;
    bool traces = trace_calls(run, buf);
    err = prove_to_dsp(run, rpc, handle, buf);
    if (err == 0)
        err = prove_from_dsp(run, rpc, handle, buf);
    if (traces)
        tell->traced(tell->arg, buf->buf.size, seen->ino);
    return err;
}
