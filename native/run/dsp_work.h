/* SPDX-License-Identifier: MIT */
#ifndef QDA_RUN_DSP_WORK_H
#define QDA_RUN_DSP_WORK_H

#include "run/dsp.h"

/*
 * What the families that let our skel work on buffers have in common: the call, its two clocks, and the pattern of QBENCH_FILL
 * on the CPU's side (32-bit words, word i = first + i * QBENCH_STEP).
 */
struct qda_skel {
    struct qda_rpc *rpc;
    uint32_t handle;
};
/* 0, or negative with the result filled in. */
int qda_skel_open(struct qda_run *run, struct qda_skel *out);

/* An argument that is data: a shared buffer, or inline memory (ref 0). ptr NULL: this call has none. */
struct qda_dsp_data {
    void *ptr;
    uint64_t len; /* bytes */
    int32_t ref;
};
#define QDA_DSP_NO_DATA ((struct qda_dsp_data){0})
static inline struct qda_dsp_data qda_dsp_data_of(const struct qda_dspbuf *buf, uint64_t len)
{
    return (struct qda_dsp_data){buf->buf.map, len, buf->ref};
}

/* One call: in `in` (a struct of in_len bytes), `from`; out a result, `to`. */
struct qda_dsp_call {
    uint32_t method;
    const void *in;
    uint32_t in_len;
    struct qda_dsp_data from, to;
};
/* The result and the time of the call as the CPU sees it. 0, or negative with the result of the point filled in. */
int qda_dsp_call(struct qda_run *run, const struct qda_skel *skel, const struct qda_dsp_call *call, struct qbench_result *result,
                 uint64_t *call_ns);

/* end - begin in ns: steps of 52 ns, the DSP's timer runs at 19.2 MHz. */
uint64_t qda_dsp_ns(const struct qbench_times *times);
/* The counter "instructions" of what the kernel alone retired; nothing where the DSP gives no count. */
void qda_dsp_count(struct qda_run *run, const struct qbench_times *work);
/* QBENCH_COUNT where this board may be asked, else 0. */
uint32_t qda_dsp_flags(const struct qda_run *run);

/* Pages of a buffer may be more than what a call works on. */
void qda_words_fill(void *at, uint64_t bytes, uint32_t first);
/* Of `bytes`, the words that differ. */
uint64_t qda_words_wrong(const void *at, uint64_t bytes, uint32_t first);
uint32_t qda_words_sum(const void *at, uint64_t bytes);
/* The sum of the pattern, without reading anything. */
uint32_t qda_words_sum_of(uint64_t bytes, uint32_t first);

/* Up to 64 lines of 128 bytes, evenly spread: the same for two ways of filling. `bytes` is a multiple of 128. */
#define QDA_DSP_LINE 128u
unsigned qda_lines(uint64_t bytes);
void qda_lines_fill(void *at, uint64_t bytes, uint32_t first);
uint64_t qda_lines_wrong(const void *at, uint64_t bytes, uint32_t first);

/* First word of the pattern of this iteration; another one each time. */
uint32_t qda_dsp_first(const struct qda_run *run);

#endif
