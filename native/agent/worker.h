/* SPDX-License-Identifier: MIT */
#ifndef QDA_AGENT_WORKER_H
#define QDA_AGENT_WORKER_H

#include "run/run.h"

/*
 * The worker: a child process of the agent (this very program, executed again with --worker) that owns one DSP session and runs
 * the points of the benchmarks that need it. Its calls may block; the agent's loop never does. It ends when its socket
 * (descriptor 3, SOCK_SEQPACKET) ends. The agent kills it when the node went, when a point makes no step for longer than its budget plus
 * a grace time (a hung call), and on cancel if it does not stop by itself; what the DSP may still own is reported then.
 *
 * One message a packet: struct worker_head and its struct. Both ends are one program, so plain structs travel.
 */
#define WORKER_FD 3

enum worker_kind {
    /* to the worker */
    WORKER_HELLO = 1, /* struct worker_hello, first */
    WORKER_POINT,     /* struct qda_point */
    WORKER_CANCEL,    /* head only: stop the point that runs */
    /* from it */
    WORKER_SERIES = 64, /* struct worker_series: a series of the point is declared */
    WORKER_STARTED,     /* head only: start() went through */
    WORKER_SAMPLES,     /* struct worker_samples */
    WORKER_DONE,        /* struct qda_point_result */
    WORKER_LOG,         /* struct worker_log: a line of the DSP's log */
    WORKER_SESSION,     /* struct worker_session: the DSP session came, changed or went */
    WORKER_MAPPED,      /* struct worker_mapped */
    WORKER_UNMAPPED,    /* the same: only address counts */
    WORKER_CALL,        /* struct worker_call: a call of the session begins to last (over 100 ms), or ended (since_ns 0) */
};

struct worker_head {
    uint32_t kind;
    uint32_t len; /* bytes that follow */
};
struct worker_hello {
    struct qda_node node; /* driver: by generation, the pointer means nothing in the other process */
    uint32_t generation;
    char shell_path[256];
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
    uint32_t tid;
    uint32_t handle;
    uint32_t sc;
    uint64_t since_ns;
};

/* Entry point of the worker process. Returns an exit code. */
int worker_main(struct qda_sys *sys);

#endif
