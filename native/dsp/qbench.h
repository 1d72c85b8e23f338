/* SPDX-License-Identifier: MIT */
#ifndef QDA_QBENCH_H
#define QDA_QBENCH_H

#include <stdint.h>

/*
 * The interface of libqbench_skel.so: what runs on the DSP for the benchmarks. The same header for the skel (32-bit) and for the
 * agent (64-bit); all structs have one layout on both, little-endian.
 *
 * A method answers 0, or AEE_EBADPARM (0x0e) where counts, lengths or addresses of its arguments are not those below,
 * AEE_EUNSUPPORTED (0x14) for an unknown method or kernel, AEE_ENOMEMORY (0x02) where a thread or a mapping cannot be had; each
 * with QDA_AEE_REMOTE (0x80000400) added by the skel itself, as Qualcomm's current skels do: 0x8000040e.
 *
 * Addresses: what is worked on by SUM, FILL, COPY, CACHE and the shared buffer of DOORBELL start at a multiple of 128, all else at a
 * multiple of 4.
 */
#define QBENCH_FILE "libqbench_skel.so"
#define QBENCH_ENTRY "qbench_skel_handle_invoke"
/* With the domain's name appended: "cdsp". */
#define QBENCH_URI "file:///" QBENCH_FILE "?" QBENCH_ENTRY "&_modver=1.0&_idlver=1.0.0&_dom="
#define QBENCH_VERSION 1u

enum qbench_method {
    QBENCH_OPEN = 0,  /* remotectl's: in {u32 uri_len}, uri; out handle */
    QBENCH_CLOSE = 1, /* in handle */
    QBENCH_PING = 2,  /* in qbench_ping; out qbench_ping_out */
    QBENCH_SUM,       /* in qbench_work, data;      out qbench_result: 32-bit sum of the words */
    QBENCH_FILL,      /* in qbench_work;            out qbench_result, data: words of the arithmetic pattern */
    QBENCH_COPY,      /* in qbench_work, from;      out qbench_result, to */
    QBENCH_SUM_DMA,   /* in qbench_work;            out qbench_result;  in handle: buffer */
    QBENCH_FILL_DMA,  /* the same */
    QBENCH_COPY_DMA,  /* in qbench_work;            out qbench_result;  in handles: from, to */
    QBENCH_CACHE,     /* in qbench_work (op);       out qbench_result, data */
    QBENCH_DOORBELL,  /* in qbench_doorbell;        out qbench_result, shared buffer (at least two lines of 128 bytes) */
    QBENCH_INFO,      /* out qbench_info */
    QBENCH_ARGS_IN,   /* in n buffers (0..255), each at least 4 bytes; out qbench_result: xor of their first words */
    QBENCH_ARGS_OUT,  /* out n buffers (1..255): the first word of the first becomes the xor of their lengths */
    QBENCH_TOUCH_IN,  /* in data;                   out qbench_result: first word << 32 | last word; 0 bytes: 0 */
    QBENCH_TOUCH_OUT, /* in qbench_work (value);    out qbench_result, data: first and last word become the value */
    QBENCH_TOUCH_DMA, /* in qbench_work;            out qbench_result: as TOUCH_IN;  in handle: buffer */
    QBENCH_STRESS,    /* in qbench_stress;          out qbench_result (mismatches), shared buffer */
    QBENCH_LOG,       /* in text (1..200 bytes): one line of the DSP's log, level high */
    QBENCH_FRAME,     /* in qbench_work, from;      out qbench_result, to: sum of `from`, then `to` filled as FILL does; may be one buffer */
    QBENCH_METHODS
};

/* Stamps of one call, taken by the skel. Ticks are the 19.2 MHz timer of HAP_perf_get_qtimer_count. */
struct qbench_times {
    uint64_t begin_ticks; /* entry */
    uint64_t end_ticks;   /* before the return */
    uint64_t pcycles;     /* HAP_perf_get_pcycles, end - begin; 0: the DSP gives none */
    uint64_t instructions; /* retired, end - begin, where QBENCH_COUNT asked for it; else 0. Modulo 2^32: the counter is 32 bits wide */
};
#define QBENCH_TICKS_PER_SECOND 19200000u

/* Kernels. */
#define QBENCH_SCALAR 0u
#define QBENCH_HVX 1u
#define QBENCH_HVX_L2 2u /* with l2fetch ahead */
/* Flags. */
#define QBENCH_COUNT 1u    /* read the emulator's counter of retired instructions; hardware has none: never ask there */
#define QBENCH_MAP_GET 2u  /* dma handles: HAP_mmap_get of a mapping that stands, instead of HAP_mmap */
/* Operations of QBENCH_CACHE, in `kernel`. */
#define QBENCH_CLEAN 0u
#define QBENCH_INVALIDATE 1u
#define QBENCH_CLEAN_INVALIDATE 2u
/* cache: lines are dirtied before, outside the stamps. */
#define QBENCH_DIRTY 4u

struct qbench_work {
    uint32_t kernel;
    uint32_t threads; /* 1, 2 or 4; each takes a share of whole 128-byte lines */
    uint32_t flags;
    uint32_t value;  /* TOUCH_OUT; FILL: first word of the pattern */
    uint64_t offset; /* dma handles: first byte in the buffer, beside the handle's own offset; otherwise 0 */
    uint64_t length; /* bytes to work on: a multiple of 128 (cache, sum, fill, copy) or 4 (touch), at most what the argument has */
};

/* FILL: word i (32 bits) is value + i * QBENCH_STEP, modulo 2^32. SUM: sum of 32-bit words modulo 2^32. */
#define QBENCH_STEP 0x9e3779b9u

struct qbench_result {
    uint64_t value;
    uint64_t bytes; /* worked on */
    struct qbench_times times; /* instructions: of the calling thread */
    struct qbench_times work;  /* around the kernel alone, after threads and mappings stand; instructions: of all its threads */
};

struct qbench_ping {
    uint64_t seq;
    uint32_t flags;
    uint32_t pad;
};
struct qbench_ping_out {
    uint64_t seq; /* the same */
    struct qbench_times times;
};

/*
 * Doorbell: the CPU writes word 0 of line 0, the DSP answers the same number in word 0 of line 1; rounds 1 .. rounds, fewer than
 * 2^32 - 1, 32-bit words, lines of 128 bytes. The DSP gives up (value = rounds done) after timeout_us without the next number,
 * or at once when it sees QBENCH_HANG_UP.
 */
#define QBENCH_HANG_UP 0xffffffffu
struct qbench_doorbell {
    uint64_t rounds;
    uint32_t timeout_us;
    uint32_t flags;
};

/*
 * Stress: the DSP checks that [offset, offset + length) holds the pattern of `check` (word i of the buffer = check + i * QBENCH_STEP),
 * counts mismatching words, then writes the pattern of `write` to [write_offset, + write_length). Multiples of 4.
 */
struct qbench_stress {
    uint32_t check;
    uint32_t write;
    uint64_t offset;
    uint64_t length;
    uint64_t write_offset;
    uint64_t write_length;
};

struct qbench_info {
    uint32_t version; /* QBENCH_VERSION */
    uint32_t arch;    /* 66 */
    uint32_t hvx;     /* bytes of a vector, 0: none */
    uint32_t threads; /* hardware threads, 0: unknown */
    char build_id[64]; /* hex, NUL-terminated: the one of the build that made skel and agent */
};

_Static_assert(sizeof(struct qbench_times) == 32, "qbench_times");
_Static_assert(sizeof(struct qbench_work) == 32, "qbench_work");
_Static_assert(sizeof(struct qbench_result) == 80, "qbench_result");
_Static_assert(sizeof(struct qbench_ping_out) == 40, "qbench_ping_out");
_Static_assert(sizeof(struct qbench_doorbell) == 16, "qbench_doorbell");
_Static_assert(sizeof(struct qbench_stress) == 40, "qbench_stress");
_Static_assert(sizeof(struct qbench_info) == 80, "qbench_info");

#endif
