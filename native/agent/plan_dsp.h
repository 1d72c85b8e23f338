/* SPDX-License-Identifier: MIT */
#ifndef QDA_AGENT_PLAN_DSP_H
#define QDA_AGENT_PLAN_DSP_H

#include "agent/dsp_facts.h"
#include "agent/dsp_window.h"
#include "agent/dsp_worker.h"
#include "wire/gen/qda_lab.pb.h"

/*
 * Points that need the DSP run in the worker, started at the first of them and kept until the plan ends; samples come through its
 * socket into the same sink as those of local points. While the ring has no room for them and somebody is connected, the
 * socket is not read, and the worker waits in its send.
 *
 * A worker is killed when a point gave no sign of life for its budget and the grace on top (a call hangs), when the node went (its
 * waiters are not woken by every driver), and when a cancelled point does not stop by itself.
 */
#define PLAN_DSP_CANCEL_NS UINT64_C(2000000000)
#define PLAN_DSP_NODE_NS UINT64_C(2000000000)
#define PLAN_DSP_ARGS 10

/* A line of the DSP's log: level as HAP_debug. */
typedef void (*plan_log_fn)(void *arg, const char *source, int level, const char *text);

enum plan_dsp_death { DSP_DIED, DSP_HUNG, DSP_NODE_GONE, DSP_CANCELLED };

struct plan_dsp {
    struct dsp_worker worker;
    struct dsp_facts facts;
    struct dsp_window window;
    const char *argv[PLAN_DSP_ARGS];
    plan_log_fn log;
    void *log_arg;
    uint64_t grace_ns;
    char shell[256]; /* that the user named, or "" */
    char dsp_files[256]; /* the folder of the board that the user named, or "" */

    bool open;        /* the plan's point runs in the worker */
    uint64_t heard_ns;  /* its last sign of life */
    uint64_t looked_ns; /* when the node was last looked at */
    uint64_t kill_ns;   /* 0: not set */
    enum plan_dsp_death death; /* what it is killed for */
    struct qda_stat node; /* as it was when the plan began */
    bool node_seen;       /* false: it could not be looked at */
    struct worker_done done;
    struct worker_packet packet;
};

struct plan;
struct agent_options;

void plan_dsp_init(struct plan *plan, const struct agent_options *options);
/* A plan begins, as it was asked for. */
void plan_dsp_begin(struct plan *plan, const qdalab_StartPlan *asked);
/* Hands points[at] to the worker. 0, or -errno with the result filled. */
int plan_dsp_start(struct plan *plan);
/* Takes what waits from the worker (`readable`: something does) and sees to its time-outs. True: the open point is over. */
bool plan_dsp_serve(struct plan *plan, bool readable);
/* Stops the open point: asks first, kills a little later. */
void plan_dsp_cancel(struct plan *plan);
/* No point is open: asks the worker to end. */
void plan_dsp_end(struct plan *plan);
/* For poll; -1: nothing is to be read now. */
int plan_dsp_fd(const struct plan *plan);
/* When plan_dsp_serve must be called although nothing comes. */
uint64_t plan_dsp_deadline(const struct plan *plan, uint64_t now);

/* The result of the open point, whose worker is gone with `status` (of wait(), -1: not known). */
void plan_dsp_obituary(struct plan *plan, uint32_t pid, int status);

#endif
