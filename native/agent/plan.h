/* SPDX-License-Identifier: MIT */
#ifndef QDA_AGENT_PLAN_H
#define QDA_AGENT_PLAN_H

#include "agent/helper_args.h"
#include "agent/options.h"
#include "agent/plan_dsp.h"
#include "agent/request.h"
#include "agent/sink.h"

/*
 * The one plan: its points are run in their order, in slices between the polls of the loop. What it gives goes into the ring of
 * blocks, whether or not anybody is connected.
 */
#define PLAN_SLICE_NS UINT64_C(10000000)

enum plan_state {
    PLAN_NONE,
    PLAN_RUNNING,
    PLAN_DONE, /* its blocks may still be kept */
};

struct plan {
    enum plan_state state;
    char run_id[64];
    struct qda_node node;
    struct qda_run_ctx ctx;
    const char *helper_args[AGENT_HELPER_ARGS];
    int lock_fd; /* the board's measuring lock while it runs, or -1 */
    size_t count, at;
    bool cancelled;
    char reason[QDA_REASON_LEN];    /* why it ended early */
    char node_gone[QDA_REASON_LEN]; /* why the remaining points cannot run; "": they can */
    uint64_t flushed_ns;
    bool ending; /* all is said but PlanDone: the worker is still to go */

    bool point_open; /* start() was called for points[at] */
    bool point_told; /* PointStarted is out */
    const struct qda_run_ops *ops;
    void *point_state;
    struct qda_point_result result;
    uint64_t started_ns;

    struct plan_dsp dsp;
    struct sink sink;
    struct blocks blocks;
    struct qda_point points[PLAN_MAX_POINTS];
};

void plan_init(struct plan *plan, struct qda_sys *sys, const struct agent_options *options);
/* Whom lines of the DSP's log are told. */
void plan_on_log(struct plan *plan, plan_log_fn log, void *arg);
/* Takes a checked request; the node and the lock are the caller's findings. Forgets the blocks of the plan before. */
void plan_start(struct plan *plan, const struct agent_request *request, const struct qda_node *node, int lock_fd);
bool plan_running(const struct plan *plan);
/* Can the next step be made now? False while it waits for the host to take blocks, or for the worker. */
bool plan_ready(const struct plan *plan);
/* One step: starts a point, runs a slice of it, or ends the plan. Returns after about PLAN_SLICE_NS. */
void plan_step(struct plan *plan);
/* Sees to the worker; `readable`: something came from it. After each poll. */
void plan_serve(struct plan *plan, bool readable);
/*
 * Stops the point that runs, keeps what was measured, and ends the plan: at once, or as soon as the worker has stopped or was
 * killed for not doing so.
 */
void plan_cancel(struct plan *plan, const char *reason);
/* Somebody is connected, or not: decides between waiting and dropping when the ring is full. */
void plan_attended(struct plan *plan, bool attended);
/* PointStarted, unless it was said. */
void plan_tell_started(struct plan *plan);

#endif
