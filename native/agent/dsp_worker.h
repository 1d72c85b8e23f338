/* SPDX-License-Identifier: MIT */
#ifndef QDA_AGENT_DSP_WORKER_H
#define QDA_AGENT_DSP_WORKER_H

#include "agent/worker.h"

/* The worker as the agent sees it: a child process and a socket to it. Nothing here blocks. */
#define DSP_WORKER_END_NS UINT64_C(2000000000) /* how long it may take over its end before it is killed */
#define DSP_WORKER_ABANDONED 8

struct dsp_worker {
    struct qda_sys *sys;
    int pid;             /* 0: there is none */
    int sock;            /* -1: its end was seen, or there is none */
    bool ending;         /* it was asked to end */
    bool killed;         /* SIGKILL was sent */
    bool dead;           /* wait() gave `status`: what it said last may still wait in the socket */
    int status;
    uint64_t give_up_ns; /* when it is killed, or (once killed) no longer waited for; 0: not set */
    int abandoned[DSP_WORKER_ABANDONED]; /* killed, and still in the kernel when they were given up */
};

struct worker_packet {
    struct worker_head head;
    union {
        struct worker_series series;
        struct worker_samples samples;
        struct worker_done done;
        struct worker_log log;
        struct worker_session session;
        struct worker_mapped mapped;
        struct worker_call call;
        struct worker_traced traced;
        uint8_t bytes[WORKER_MAX_BODY];
    } body;
};

void dsp_worker_init(struct dsp_worker *worker, struct qda_sys *sys);
/* Starts it (`argv` NULL-terminated) and says hello. 0 or -errno, nothing is left behind then. */
int dsp_worker_start(struct dsp_worker *worker, const char *const *argv, const struct worker_hello *hello);
bool dsp_worker_lives(const struct dsp_worker *worker);
/* 0 or -errno. */
int dsp_worker_send(struct dsp_worker *worker, enum worker_kind kind, const void *body, size_t len);
/* 1: a packet; 0: none waits; -EPIPE: its end was seen, only dsp_worker_reap makes sense now. */
int dsp_worker_receive(struct dsp_worker *worker, struct worker_packet *out);
/* Asks it to end; it is killed after DSP_WORKER_END_NS. */
void dsp_worker_end(struct dsp_worker *worker);
void dsp_worker_kill(struct dsp_worker *worker);
/*
 * Is it gone? True once: *status is what wait() gave, -1 where it could not be had (killed, and it does not go: it is left alone
 * and reaped some time later). Kills it when its time is over.
 */
bool dsp_worker_reap(struct dsp_worker *worker, int *status);
/* When dsp_worker_reap has something to do although nothing comes from the socket; UINT64_MAX: never. */
uint64_t dsp_worker_deadline(const struct dsp_worker *worker, uint64_t now);

#endif
