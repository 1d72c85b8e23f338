/* SPDX-License-Identifier: MIT */
#ifndef QDA_RUN_H
#define QDA_RUN_H

#include "driver/driver.h"

/*
 * One file a benchmark family. A family runs one *point* (one benchmark at one set of parameters) in steps, so that the
 * agent's poll loop stays alive between them. A step never lasts much longer than `slice_ns`.
 */

enum qda_source { QDA_SRC_QDA = 0, QDA_SRC_HEAP_SYSTEM, QDA_SRC_HEAP_CMA, QDA_SRC_UDMABUF, QDA_SRC_RENDER, QDA_SRC_MALLOC, QDA_SRC_DMABUF, QDA_SRC_COUNT };

/* One point of a plan, as the host sent it. Zero means "not set" only where a comment says so. */
struct qda_point {
    uint32_t index;         /* place in the plan */
    char benchmark[32];     /* public id: "mem.alloc" */
    uint64_t size;          /* bytes; 0 where the benchmark has no size */
    enum qda_source source; /* exporter or kind of mapping */
    uint32_t count;         /* mem.import_scale: buffers; rpc.null, rpc.ping: idle gap, us; rpc.null_mt: threads; rpc.argc: buffers;
                             * dsp.read, .write, .copy: DSP threads; 0: the benchmark's own */
    uint32_t variant;       /* meaning by benchmark: QDA_VAR_* below */
    uint32_t samples;       /* wanted per series */
    uint32_t warmups;
    uint64_t budget_ns;     /* wall time of the point; at least min_samples are taken all the same */
    uint32_t min_samples;
    uint32_t repeat;        /* which of the independent runs this is (fresh fd), from 0 */
    uint64_t seed;          /* pattern seed */
    bool verify;
};

/*
 * Variants.
 *   base.ioctl      0 VERSION, 1 QUERY
 *   cpu.sync        bits 0-1 direction (1 read, 2 write, 3 both), bit 2 dirtied, bit 3 attached
 *   session.create  0 unsigned, 1 signed
 *   mem.handoff     0 to another process; QDA_HANDOFF_COLD and _WARM: to it and through the DSP, the whole path in one go
 *   rpc.null_mt     0 all threads on one file, 1 a file a thread
 *   dsp.map         0 legacy request, 1 request with attributes
 *   rpc.argc        bit 0 direction (0 in, 1 out), bits 1-2 kind of passing (QDA_PASS_COPY or QDA_PASS_BUFFER)
 *   rpc.argsize     bit 0 direction, bits 1-2 kind of passing (all four)
 *   dsp.read/write/copy  bits 0-1 kernel (QBENCH_SCALAR, _HVX, _HVX_L2)
 *   dsp.cache       bits 0-1 operation (QBENCH_CLEAN, ...), bit 2 dirtied
 *   e2e.frame       bits 1-2 kind of passing: QDA_PASS_COPY (staged), _BUFFER, _MAPPED
 */
#define QDA_PASS_COPY 0u   /* inline: the kernel copies */
#define QDA_PASS_BUFFER 1u /* a buffer named in each call */
#define QDA_PASS_MAPPED 2u /* a buffer that stands mapped on the DSP */
#define QDA_PASS_DMA 3u    /* a dma handle that the DSP maps itself */
#define QDA_VARIANT_OUT(variant) ((variant)&1u)
#define QDA_VARIANT_PASS(variant) (((variant) >> 1) & 3u)

#define QDA_HANDOFF_COLD 1u /* a new buffer each time */
#define QDA_HANDOFF_WARM 2u /* the same buffer again: what can stay stays */

enum qda_status { QDA_ST_PASS = 0, QDA_ST_FAIL, QDA_ST_ERROR, QDA_ST_SKIP, QDA_ST_CANCELLED };

#define QDA_MAX_SERIES 16
#define QDA_MAX_COUNTERS 8
#define QDA_REASON_LEN 240

/* What a point came to. Filled by the family. */
struct qda_point_result {
    enum qda_status status;
    int error;                         /* -errno of the failing call, else 0 */
    char call[32];                     /* the failing call: "GEM_CREATE" */
    char reason[QDA_REASON_LEN];       /* a sentence for fail, error, skip; also "limit reached at k=..." notes */
    uint64_t limit;                    /* import_scale: how far it came; 0: no limit met */
    bool has_limit;
    uint64_t verified;                 /* checks made outside the timed region */
    uint64_t mismatches;
    uint64_t bytes_per_sample;         /* for bandwidth; 0: none */
    bool node_gone;                    /* with -ENODEV: the node itself does not answer any more, so no later point can run; false where
                                        * only that call was refused (an import without a free context bank is ENODEV too) */
    /* Figures that are no times: "instructions" a sample, "reverse-calls" ... `name` is a literal. */
    struct qda_counter {
        const char *name;
        const char *unit;
        uint64_t value;
    } counters[QDA_MAX_COUNTERS];
    unsigned counter_count;
    /* Zero copy: what was seen of the buffer that CPU and DSP share. Filled by families whose figure claims it. */
    struct qda_zero_copy {
        bool claimed;
        uint64_t ino;         /* of the dma-buf that the CPU maps */
        uint64_t import_ino;  /* of the object that the driver gave the DSP, exported again; 0: could not be had */
        uint64_t dsp_address; /* DSP virtual address, 0: not known */
        bool nonce_to_dsp;    /* written by the CPU, read by the DSP */
        bool nonce_from_dsp;
    } zero_copy;
    uint64_t left_behind;              /* bytes that this point leaves held in the driver until reboot (known leaks) */
};

/* Where samples go. `series` < QDA_MAX_SERIES; names are declared once by start(). Appending never blocks and never allocates. */
struct qda_sink {
    void *arg;
    void (*declare)(void *arg, unsigned series, const char *name);
    void (*append)(void *arg, unsigned series, uint64_t ns);
    bool (*room)(void *arg, size_t samples); /* false: the step should return and wait (back-pressure) */
};

struct qda_dsp;

struct qda_run_ctx {
    struct qda_sys *sys;
    struct qda_dsp *dsp; /* DSP families (run/dsp.h): the session of this worker; NULL in the agent itself */
    const struct qda_node *node; /* the chosen DSP's node; its driver is not NULL */
    const char *self_exe;        /* for helper processes: argv[0] of a re-exec */
    const char *const *helper_args; /* NULL-terminated arguments that make a re-exec a helper on the same seam: e.g. {"--helper", "--vqda", NAME, NULL} */
    struct qda_sink sink;
    uint64_t slice_ns;
};

struct qda_run_ops {
    const char *id;    /* public id */
    bool exhaustive;   /* exhausts or holds much: only on request */
    /* 0, or -errno/skip already put into *result. *state is the family's own, freed by stop(). */
    int (*start)(struct qda_run_ctx *ctx, const struct qda_point *point, struct qda_point_result *result, void **state);
    int (*step)(struct qda_run_ctx *ctx, void *state, struct qda_point_result *result); /* 1: more to do, 0: done */
    /* Releases everything, also after a failed start or a cancel; state may be NULL. */
    void (*stop)(struct qda_run_ctx *ctx, void *state);
    bool needs_dsp; /* runs in the worker, the child process that owns the DSP session; its calls may block */
    uint32_t dsp_variants; /* without needs_dsp: bit n, variant n runs there all the same */
};
/* Does this point run in the worker? */
static inline bool qda_run_on_dsp(const struct qda_run_ops *ops, const struct qda_point *point)
{
    return ops->needs_dsp || (point->variant < 32 && (ops->dsp_variants >> point->variant & 1u));
}

/* NULL-terminated. */
extern const struct qda_run_ops *const qda_runs[];
const struct qda_run_ops *qda_run_find(const char *id);
/* The helper process of mem.handoff: serves on descriptor 3 until it is closed. Returns an exit code. */
int qda_run_helper(struct qda_sys *sys, const struct qda_node *node);
/* Cost of one now_ns() call in ns, median of `n` back-to-back pairs. */
uint64_t qda_clock_cost(struct qda_sys *sys, unsigned n);
/* Writes every sharing relation of the agent's own open buffers (the `self` tier) through fn; used by the agent. */
struct qda_self_buffer {
    const char *node;
    uint32_t handle;
    uint64_t size;
    uint64_t ino;       /* 0: never exported or imported */
    uint64_t since_ns;
    bool imported;
    bool mapped;
};
void qda_self_each(void (*fn)(void *arg, const struct qda_self_buffer *buffer), void *arg);

#endif
