/* SPDX-License-Identifier: MIT */
#include "agent/plan.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "agent/clock.h"
#include "agent/plan_say.h"
#include "wire/text.h"

/* A live picture wants samples of slow points before they are done. */
#define FLUSH_NS (500 * MS_NS)

void plan_init(struct plan *plan, struct qda_sys *sys, const struct agent_options *options)
{
    plan->state = PLAN_NONE;
    plan->lock_fd = -1;
    plan->sink.blocks = &plan->blocks;
    plan->sink.simulated = sys->simulated;
    agent_helper_args(plan->helper_args, plan->node.dsp, options);
    plan->ctx = (struct qda_run_ctx){
        .sys = sys,
        .node = &plan->node,
        .self_exe = "/proc/self/exe",
        .helper_args = plan->helper_args,
        .sink = sink_face(&plan->sink),
        .slice_ns = PLAN_SLICE_NS,
    };
    plan_dsp_init(plan, options);
    blocks_reset(&plan->blocks, 0);
}

void plan_on_log(struct plan *plan, plan_log_fn log, void *arg)
{
    plan->dsp.log = log;
    plan->dsp.log_arg = arg;
}

void plan_start(struct plan *plan, const struct agent_request *request, const struct qda_node *node, int lock_fd)
{
    plan->state = PLAN_RUNNING;
    qda_text_copy(plan->run_id, sizeof(plan->run_id), request->message.request.start_plan.run_id);
    plan->node = *node;
    plan->lock_fd = lock_fd;
    plan->count = request->point_count;
    plan->at = 0;
    memcpy(plan->points, request->points, request->point_count * sizeof(plan->points[0]));
    plan->cancelled = plan->ending = false;
    plan->reason[0] = plan->node_gone[0] = '\0';
    plan->point_open = false;
    blocks_reset(&plan->blocks, plan->count * PLAN_SAY_POINT_BYTES + PLAN_SAY_PLAN_BYTES);
    plan_dsp_begin(plan, &request->message.request.start_plan);
}

bool plan_running(const struct plan *plan)
{
    return plan->state == PLAN_RUNNING;
}

/* The worker has to do: with the point that is open, or with its own end. */
static bool waits_for_worker(const struct plan *plan)
{
    const struct plan_dsp *dsp = &plan->dsp;
    bool going = dsp_worker_lives(&dsp->worker) && (dsp->worker.sock < 0 || dsp->worker.ending || dsp->worker.killed);
    return dsp->open || going;
}

bool plan_ready(const struct plan *plan)
{
    return plan_running(plan) && !waits_for_worker(plan) && sink_has_room(&plan->sink);
}

void plan_attended(struct plan *plan, bool attended)
{
    plan->sink.attended = attended;
}

/* The worker goes first: when the end is told, nothing of the plan's is left on the DSP. */
static void end_plan(struct plan *plan)
{
    plan->ending = true;
    if (dsp_worker_lives(&plan->dsp.worker)) {
        plan_dsp_end(plan);
        return;
    }
    plan_say_plan_done(plan);
    close(plan->lock_fd);
    plan->lock_fd = -1;
    plan->state = PLAN_DONE;
}

void plan_tell_started(struct plan *plan)
{
    if (!plan->point_told)
        plan_say_point_started(plan);
    plan->point_told = true;
}

/*
 * The DSP restarted or the node was unplugged: a new node is another DSP life, and its numbers are another plan's. ENODEV
 * alone does not say so: an import without a free context bank gives it too, and the points after it can still run.
 */
static void note_node_gone(struct plan *plan)
{
    if (!plan->result.node_gone || plan->node_gone[0] != '\0')
        return;
    snprintf(plan->node_gone, sizeof(plan->node_gone), "%s went away during point %u (DSP restart or unplug)%s. Run the plan again.",
             plan->node.path, (unsigned)plan->points[plan->at].index,
             plan->at + 1 < plan->count ? "; the points after it were not tried" : "");
    qda_text_copy(plan->reason, sizeof(plan->reason), plan->node_gone); /* the plan is not complete */
}

static void end_point(struct plan *plan)
{
    if (!qda_run_on_dsp(plan->ops, &plan->points[plan->at]))
        plan->ops->stop(&plan->ctx, plan->point_state);
    plan->point_open = false;
    plan_tell_started(plan);
    sink_flush(&plan->sink);
    plan_say_point_done(plan);
    note_node_gone(plan);
    plan->at++;
}

/* A family that gives up without saying why would be taken for a pass. */
static void complete_result(struct plan *plan, int err)
{
    struct qda_point_result *result = &plan->result;
    if (err >= 0 || result->status != QDA_ST_PASS)
        return;
    result->status = QDA_ST_ERROR;
    result->error = err;
    if (result->reason[0] == '\0')
        snprintf(result->reason, sizeof(result->reason), "The benchmark could not go on: %s.", strerror(-err));
}

static void begin_point(struct plan *plan)
{
    const struct qda_point *point = &plan->points[plan->at];
    plan->ops = qda_run_find(point->benchmark);
    plan->result = (struct qda_point_result){.status = QDA_ST_PASS};
    plan->point_state = NULL;
    plan->point_told = false;
    sink_begin(&plan->sink, point->index);
    plan->started_ns = plan->ctx.sys->ops->now_ns(plan->ctx.sys);
    plan->flushed_ns = clock_now_ns();
}

static void skip_point(struct plan *plan)
{
    plan->result.status = QDA_ST_ERROR;
    plan->result.error = -ENODEV;
    qda_text_copy(plan->result.call, sizeof(plan->result.call), "open");
    qda_text_copy(plan->result.reason, sizeof(plan->result.reason), plan->node_gone);
    plan_tell_started(plan);
    plan_say_point_done(plan);
    plan->at++;
}

static void start_here(struct plan *plan)
{
    int err = plan->ops->start(&plan->ctx, &plan->points[plan->at], &plan->result, &plan->point_state);
    plan_tell_started(plan);
    complete_result(plan, err);
    if (err != 0 || plan->result.status != QDA_ST_PASS)
        end_point(plan);
}

/* In the worker: what comes of it is taken by plan_serve. */
static void start_there(struct plan *plan)
{
    if (plan_dsp_start(plan) < 0)
        end_point(plan);
}

static void start_point(struct plan *plan)
{
    begin_point(plan);
    if (plan->node_gone[0] != '\0') {
        skip_point(plan);
        return;
    }
    plan->point_open = true;
    if (qda_run_on_dsp(plan->ops, &plan->points[plan->at]))
        start_there(plan);
    else
        start_here(plan);
}

static void flush_now_and_then(struct plan *plan)
{
    uint64_t now = clock_now_ns();
    if (!plan->sink.attended || now - plan->flushed_ns < FLUSH_NS)
        return;
    plan->flushed_ns = now;
    sink_flush(&plan->sink);
}

static void step_point(struct plan *plan)
{
    int more = plan->ops->step(&plan->ctx, plan->point_state, &plan->result);
    complete_result(plan, more);
    if (more <= 0)
        end_point(plan);
    else
        flush_now_and_then(plan);
}

void plan_step(struct plan *plan)
{
    if (plan->at == plan->count || plan->ending)
        end_plan(plan);
    else if (plan->point_open)
        step_point(plan);
    else
        start_point(plan);
}

/* The point in the worker is over: cancelled, or by itself. */
static void end_there(struct plan *plan)
{
    bool unsaid = plan->result.status == QDA_ST_CANCELLED && plan->result.reason[0] == '\0';
    if (unsaid)
        qda_text_copy(plan->result.reason, sizeof(plan->result.reason), plan->reason);
    end_point(plan);
    if (plan->cancelled)
        end_plan(plan);
}

void plan_serve(struct plan *plan, bool readable)
{
    if (!dsp_worker_lives(&plan->dsp.worker))
        return;
    if (plan_dsp_serve(plan, readable))
        end_there(plan);
    else if (plan->dsp.open)
        flush_now_and_then(plan);
}

void plan_cancel(struct plan *plan, const char *reason)
{
    if (!plan_running(plan) || plan->cancelled || plan->ending)
        return;
    plan->cancelled = true;
    qda_text_copy(plan->reason, sizeof(plan->reason), reason);
    if (plan->dsp.open) {
        plan_dsp_cancel(plan);
        return;
    }
    if (plan->point_open) {
        plan->result.status = QDA_ST_CANCELLED;
        qda_text_copy(plan->result.reason, sizeof(plan->result.reason), reason);
        end_point(plan);
    }
    end_plan(plan);
}
