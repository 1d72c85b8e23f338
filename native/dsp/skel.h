/* SPDX-License-Identifier: MIT */
#ifndef QDA_DSP_SKEL_H
#define QDA_DSP_SKEL_H

#include "dsp/hap.h"
#include "dsp/qbench.h"
#include "rpcmsg/message.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Inside the skel. It runs in a 32-bit process on the DSP without a C library: what it needs of one is in mem.c. Methods trust no
 * count and no length: what they are given comes from another processor.
 */

/* remote_arg as a process on the DSP sees it. */
union qb_arg {
    struct {
        void *at;
        uint32_t len;
    } buf;
    struct {
        int32_t fd;
        uint32_t offset;
    } dma;
    uint64_t h64;
};
_Static_assert(sizeof(union qb_arg) == 8, "remote_arg");

#define QB_EBADPARM ((int)(QDA_AEE_REMOTE + QDA_AEE_EBADPARM))
#define QB_EUNSUPPORTED ((int)(QDA_AEE_REMOTE + QDA_AEE_EUNSUPPORTED))
#define QB_ENOMEMORY ((int)(QDA_AEE_REMOTE + QDA_AEE_ENOMEMORY))

/* The one exported function. */
int qbench_skel_handle_invoke(uint64_t h, uint32_t sc, union qb_arg *args);

/* One method: its scalars without method and attributes were checked already, where it does not take any number of buffers. */
typedef int (*qb_method)(const union qb_arg *args, uint32_t sc);
int qb_ping(const union qb_arg *args, uint32_t sc);
int qb_info(const union qb_arg *args, uint32_t sc);
int qb_log(const union qb_arg *args, uint32_t sc);
int qb_args_in(const union qb_arg *args, uint32_t sc);
int qb_args_out(const union qb_arg *args, uint32_t sc);
int qb_touch_in(const union qb_arg *args, uint32_t sc);
int qb_touch_out(const union qb_arg *args, uint32_t sc);
int qb_touch_dma(const union qb_arg *args, uint32_t sc);
int qb_sum(const union qb_arg *args, uint32_t sc);
int qb_fill(const union qb_arg *args, uint32_t sc);
int qb_copy(const union qb_arg *args, uint32_t sc);
int qb_frame(const union qb_arg *args, uint32_t sc);
int qb_sum_dma(const union qb_arg *args, uint32_t sc);
int qb_fill_dma(const union qb_arg *args, uint32_t sc);
int qb_copy_dma(const union qb_arg *args, uint32_t sc);
int qb_cache(const union qb_arg *args, uint32_t sc);
int qb_doorbell(const union qb_arg *args, uint32_t sc);
int qb_stress(const union qb_arg *args, uint32_t sc);

/* ---- Arguments. */
#define QB_LINE 128u /* bytes: what work is shared out by, and a vector */
static inline bool qb_aligned(const void *at, uint32_t to)
{
    return ((uintptr_t)at & (to - 1)) == 0;
}
/* Is the argument's buffer one of `len` bytes exactly, at a multiple of 4? Without a branch: those cost, the more so in an emulator. */
static inline bool qb_is(const union qb_arg *arg, uint32_t len)
{
    return (arg->buf.len == len) & (arg->buf.at != NULL) & qb_aligned(arg->buf.at, 4);
}
/* Copies the struct out (the CPU may write to it meanwhile); false: it is not one of `len` bytes. */
static inline bool qb_take(const union qb_arg *arg, void *out, uint32_t len)
{
    if (!qb_is(arg, len))
        return false;
    const volatile uint32_t *from = arg->buf.at;
    uint32_t *to = out;
#pragma clang loop unroll(full)
    for (uint32_t i = 0; i < len / 4; i++)
        to[i] = from[i];
    return true;
}

/* ---- Stamps. */
/* Retired instructions of this thread: control register c21 of qemu-hexagon. Hardware has no such register. */
uint32_t qb_instructions(void);
/* `out`, between the two, is the beginning; `flags`: QBENCH_COUNT. */
static inline void qb_begin(struct qbench_times *out, uint32_t flags)
{
    out->pcycles = HAP_perf_get_pcycles();
    out->instructions = (flags & QBENCH_COUNT) != 0 ? qb_instructions() : 0;
    out->begin_ticks = HAP_perf_get_qtimer_count();
    out->end_ticks = out->begin_ticks;
}
static inline void qb_end(struct qbench_times *out, uint32_t flags)
{
    out->end_ticks = HAP_perf_get_qtimer_count();
    if ((flags & QBENCH_COUNT) != 0)
        out->instructions = qb_instructions() - (uint32_t)out->instructions;
    out->pcycles = HAP_perf_get_pcycles() - out->pcycles;
}

/* ---- Buffers behind dma handles. */
struct qb_mapping {
    uint8_t *base; /* of the buffer */
    uint8_t *at;   /* where the work begins */
    int len;       /* bytes that were mapped */
    int fd;
    bool got; /* a mapping that stood: given back by HAP_mmap_put */
};
/* work->length bytes at work->offset behind the handle. 0 or an AEE code. */
int qb_map(const union qb_arg *handle, const struct qbench_work *work, struct qb_mapping *out);
void qb_unmap(const struct qb_mapping *mapping);

/* ---- Kernels: whole lines at multiples of QB_LINE. */
struct qb_kernel {
    uint32_t (*sum)(const void *from, uint32_t bytes);
    void (*fill)(void *to, uint32_t bytes, uint32_t first);
    void (*copy)(void *to, const void *from, uint32_t bytes);
};
uint32_t qb_scalar_sum(const void *from, uint32_t bytes);
void qb_scalar_fill(void *to, uint32_t bytes, uint32_t first);
void qb_scalar_copy(void *to, const void *from, uint32_t bytes);
uint32_t qb_hvx_sum(const void *from, uint32_t bytes);
void qb_hvx_fill(void *to, uint32_t bytes, uint32_t first);
void qb_hvx_copy(void *to, const void *from, uint32_t bytes);
uint32_t qb_hvx_l2_sum(const void *from, uint32_t bytes);
void qb_hvx_l2_copy(void *to, const void *from, uint32_t bytes);

/* ---- Sharing out. `from` NULL: fill, `to` NULL: sum, both: copy. */
struct qb_job {
    const struct qb_kernel *kernel;
    const uint8_t *from;
    uint8_t *to;
    uint32_t bytes;
    uint32_t first; /* fill: word 0 */
    uint32_t threads;
    uint32_t flags;
};
/* Does the job with job->threads threads; result->value (sum), bytes and work are filled in. 0 or an AEE code. */
int qb_run(const struct qb_job *job, struct qbench_result *result);
/* The kernel of `number`, NULL: there is none. */
const struct qb_kernel *qb_kernel_of(uint32_t number);

/* ---- Caches, over the lines that [at, at + bytes) touches; `operation`: QBENCH_CLEAN ... */
void qb_cache_lines(const void *at, uint32_t bytes, uint32_t operation);

#endif
