/* SPDX-License-Identifier: MIT */
#ifndef QDA_AGENT_WORKER_H
#define QDA_AGENT_WORKER_H

#include "agent/options.h"
#include "run/run.h"

/*
 * The worker: a child process of the agent (this very program, executed again with --worker) that owns one DSP session and runs
 * the points of the benchmarks that need it. Its calls may block; the agent's loop never does. It ends when its socket
 * (descriptor 3, SOCK_SEQPACKET) ends. The agent kills it when the node went, when a point makes no step for longer than its budget plus
 * a grace time (a hung call), and on cancel if it does not stop by itself; what the DSP may still own is reported then.
 *
 * One message a packet: struct worker_head and its struct. Both ends are one program, so plain structs travel; pointers in them
 * mean nothing at the other end.
 *
 * The DMA address of a shared buffer is read by the agent out of a trace of its own that runs only while that buffer is set up:
 * the worker says WORKER_TRACE and waits for WORKER_GO, makes the buffer, and (where it was told that a trace runs) says
 * WORKER_TRACED and waits for WORKER_GO again, after which none runs any more. Only points that verify ask for it.
 */
#define WORKER_FD 3

enum worker_kind {
    /* to the worker */
    WORKER_HELLO = 1, /* struct worker_hello, first */
    WORKER_POINT,     /* struct qda_point */
    WORKER_CANCEL,    /* head only: stop the point that runs */
    WORKER_GO,        /* struct worker_go: the answer to WORKER_TRACE and WORKER_TRACED */
    /* from it */
    WORKER_SERIES = 64, /* struct worker_series: a series of the point is declared */
    WORKER_STARTED,     /* head only: start() went through */
    WORKER_SAMPLES,     /* struct worker_samples */
    WORKER_DONE,        /* struct worker_done */
    WORKER_LOG,         /* struct worker_log: a line of the DSP's log */
    WORKER_SESSION,     /* struct worker_session: the DSP session came, changed or went */
    WORKER_MAPPED,      /* struct worker_mapped */
    WORKER_UNMAPPED,    /* the same: only address counts */
    WORKER_CALL,        /* struct worker_call: a call of the session begins to last (over 100 ms), or ended (since_ns 0) */
    WORKER_TRACE,       /* head only: a shared buffer is about to be set up */
    WORKER_TRACED,      /* struct worker_traced: it is */
};

struct worker_head {
    uint32_t kind;
    uint32_t len; /* bytes that follow */
};
/* Longest packet: WORKER_SAMPLES. */
#define WORKER_MAX_BODY 4608u
struct worker_hello {
    struct qda_node node; /* driver: by generation, the pointer means nothing in the other process */
    uint32_t generation;
    char shell_path[256];
    char dsp_files[256]; /* a folder of the board, "": none */
    bool signed_pd;
};
struct worker_series {
    uint32_t series;
    char name[32];
};
#define WORKER_MAX_SAMPLES 512u
struct worker_samples {
    uint32_t series;
    uint32_t count;
    uint64_t ns[WORKER_MAX_SAMPLES];
};
#define WORKER_COUNTER_NAME 24u
#define WORKER_COUNTER_UNIT 8u
struct worker_done {
    struct qda_point_result result; /* the names of its counters are those below */
    char name[QDA_MAX_COUNTERS][WORKER_COUNTER_NAME];
    char unit[QDA_MAX_COUNTERS][WORKER_COUNTER_UNIT];
};
struct worker_log {
    int32_t level; /* as HAP_debug: 0 low .. 3 error, 4 fatal */
    char text[256];
};
struct worker_session {
    bool alive;
    bool unsigned_pd;
    char shell[128]; /* path */
    uint64_t shell_bytes;
    uint8_t shell_sha256[32];
    uint64_t process_memory; /* bytes that the driver holds for it; 0: not known */
    uint64_t address_space;  /* bytes of its 32-bit space that can be used; 0: not known */
    uint64_t reverse_calls;  /* served so far */
    uint64_t since_ns;
};
struct worker_mapped {
    char kind[16]; /* "buffer", "heap" */
    uint64_t address;
    uint64_t size;
    uint64_t ino; /* 0: none */
    uint64_t since_ns;
};
struct worker_call {
    char name[20]; /* "INVOKE", "SESSION_CREATE", "REMOTE_MAP", "REMOTE_MUNMAP" */
    uint32_t tid;
    uint32_t handle; /* of the others: that of the kernel's own messages */
    uint32_t sc;
    uint64_t since_ns; /* when it was first seen to last; it began up to 100 ms before */
};
struct worker_traced {
    uint32_t tid; /* of the thread that made or imported the buffer */
    uint64_t size;
    uint64_t ino;
};
struct worker_go {
    bool traced; /* a trace runs now */
};
_Static_assert(sizeof(struct worker_samples) <= WORKER_MAX_BODY, "a packet takes the longest message");
_Static_assert(sizeof(struct worker_done) <= WORKER_MAX_BODY, "a packet takes the longest message");

/* Entry point of the worker process; `options` are those that it was started with. Returns an exit code. */
int worker_main(struct qda_sys *sys, const struct agent_options *options);

#endif
