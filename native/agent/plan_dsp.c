/* SPDX-License-Identifier: MIT */
#include "agent/plan_dsp.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "agent/backend.h"
#include "agent/clock.h"
#include "agent/plan.h"
#include "wire/text.h"

#define PACKETS_A_TURN 64
#define TICK_NS (250 * MS_NS)
#define LOOK_NS SECOND_NS /* how often the node of a silent point is looked at */

void plan_dsp_init(struct plan *plan, const struct agent_options *options)
{
    struct plan_dsp *dsp = &plan->dsp;
    size_t n = 0;
    dsp_worker_init(&dsp->worker, plan->ctx.sys);
    dsp_window_init(&dsp->window, plan->ctx.sys);
    dsp->facts = (struct dsp_facts){0};
    dsp->open = false;
    dsp->grace_ns = options->grace_ns;
    dsp->argv[n++] = plan->ctx.self_exe;
    dsp->argv[n++] = "--worker";
    if (options->generation_name) {
        dsp->argv[n++] = "--generation";
        dsp->argv[n++] = options->generation_name;
    }
    if (agent_backend_flag(options)) {
        dsp->argv[n++] = agent_backend_flag(options);
        dsp->argv[n++] = options->backend;
    }
    dsp->argv[n] = NULL;
}

void plan_dsp_begin(struct plan *plan, const qdalab_StartPlan *asked)
{
    struct plan_dsp *dsp = &plan->dsp;
    struct qda_sys *sys = plan->ctx.sys;
    dsp_facts_forget_ended(&dsp->facts);
    dsp_window_reset(&dsp->window);
    qda_text_copy(dsp->shell, sizeof(dsp->shell), asked->shell);
    qda_text_copy(dsp->dsp_files, sizeof(dsp->dsp_files), asked->dsp_files);
    dsp->open = false;
    dsp->node_seen = sys->ops->stat(sys, plan->node.path, &dsp->node) == 0;
}

static int start_worker(struct plan *plan)
{
    struct plan_dsp *dsp = &plan->dsp;
    struct worker_hello hello = {.node = plan->node, .generation = (uint32_t)plan->node.driver->generation};
    hello.node.driver = NULL;
    memcpy(hello.shell_path, dsp->shell, sizeof(hello.shell_path));
    memcpy(hello.dsp_files, dsp->dsp_files, sizeof(hello.dsp_files));
    return dsp_worker_start(&dsp->worker, dsp->argv, &hello);
}

static int could_not_start(struct plan *plan, const char *call, int err)
{
    struct qda_point_result *result = &plan->result;
    result->status = QDA_ST_ERROR;
    result->error = err;
    qda_text_copy(result->call, sizeof(result->call), call);
    snprintf(result->reason, sizeof(result->reason),
             "The process that calls the DSP could not be started (%s). Is the board short of memory or of processes?", strerror(-err));
    return err;
}

int plan_dsp_start(struct plan *plan)
{
    struct plan_dsp *dsp = &plan->dsp;
    int err = dsp_worker_lives(&dsp->worker) ? 0 : start_worker(plan);
    if (err < 0)
        return could_not_start(plan, "spawn", err);
    err = dsp_worker_send(&dsp->worker, WORKER_POINT, &plan->points[plan->at], sizeof(plan->points[0]));
    if (err < 0) {
        dsp_worker_kill(&dsp->worker);
        return could_not_start(plan, "send", err);
    }
    dsp_window_reset(&dsp->window);
    dsp->open = true;
    dsp->heard_ns = dsp->looked_ns = clock_now_ns();
    dsp->kill_ns = 0;
    dsp->death = DSP_DIED;
    return 0;
}

/* ---- what it says */
static void take_series(struct plan *plan, const struct worker_series *from)
{
    char name[sizeof(from->name)];
    if (from->series >= QDA_MAX_SERIES)
        return;
    qda_text_copy(name, sizeof(name), from->name);
    plan->ctx.sink.declare(plan->ctx.sink.arg, from->series, name);
}

static void take_samples(struct plan *plan, const struct worker_samples *from)
{
    if (from->series >= QDA_MAX_SERIES || from->count > WORKER_MAX_SAMPLES)
        return;
    plan_tell_started(plan);
    for (uint32_t i = 0; i < from->count; i++)
        plan->ctx.sink.append(plan->ctx.sink.arg, from->series, from->ns[i]);
}

static void take_done(struct plan *plan, const struct worker_done *from)
{
    struct plan_dsp *dsp = &plan->dsp;
    struct qda_point_result *result = &plan->result;
    dsp->done = *from;
    *result = from->result;
    result->call[sizeof(result->call) - 1] = result->reason[sizeof(result->reason) - 1] = '\0';
    if (result->counter_count > QDA_MAX_COUNTERS)
        result->counter_count = QDA_MAX_COUNTERS;
    for (unsigned i = 0; i < result->counter_count; i++) {
        dsp->done.name[i][WORKER_COUNTER_NAME - 1] = dsp->done.unit[i][WORKER_COUNTER_UNIT - 1] = '\0';
        result->counters[i].name = dsp->done.name[i];
        result->counters[i].unit = dsp->done.unit[i];
    }
    dsp->open = false;
}

static void answer_trace(struct plan_dsp *dsp)
{
    struct worker_go go = {.traced = dsp_window_open(&dsp->window)};
    dsp_worker_send(&dsp->worker, WORKER_GO, &go, sizeof(go)); /* where it is gone, its end is seen next */
}

static void answer_traced(struct plan_dsp *dsp, const struct worker_traced *made)
{
    struct worker_go go = {.traced = false};
    dsp_window_close(&dsp->window, made);
    dsp_worker_send(&dsp->worker, WORKER_GO, &go, sizeof(go));
}

/* Of the point that runs: signs of life. False: it is something else. */
static bool take_step(struct plan *plan, const struct worker_packet *packet)
{
    struct plan_dsp *dsp = &plan->dsp;
    switch (packet->head.kind) {
    case WORKER_SERIES: take_series(plan, &packet->body.series); break;
    case WORKER_STARTED: plan_tell_started(plan); break;
    case WORKER_SAMPLES: take_samples(plan, &packet->body.samples); break;
    case WORKER_TRACE: answer_trace(dsp); break;
    case WORKER_TRACED: answer_traced(dsp, &packet->body.traced); break;
    case WORKER_DONE: take_done(plan, &packet->body.done); break;
    default: return false;
    }
    dsp->heard_ns = clock_now_ns();
    return true;
}

static void take_log(struct plan *plan, struct worker_log *line)
{
    line->text[sizeof(line->text) - 1] = '\0';
    if (plan->dsp.log)
        plan->dsp.log(plan->dsp.log_arg, plan->node.dsp, line->level, line->text);
}

static void take_fact(struct plan *plan, struct worker_packet *packet)
{
    struct dsp_facts *facts = &plan->dsp.facts;
    uint32_t pid = (uint32_t)plan->dsp.worker.pid;
    switch (packet->head.kind) {
    case WORKER_LOG: take_log(plan, &packet->body.log); break;
    case WORKER_SESSION: dsp_facts_session(facts, pid, plan->node.path, &packet->body.session); break;
    case WORKER_MAPPED: dsp_facts_mapped(facts, pid, &packet->body.mapped); break;
    case WORKER_UNMAPPED: dsp_facts_unmapped(facts, pid, packet->body.mapped.address); break;
    case WORKER_CALL: dsp_facts_call(facts, pid, &packet->body.call); break;
    default: break;
    }
}

/* Does what the worker says find room now? */
static bool listens(const struct plan *plan)
{
    return !plan->dsp.open || sink_has_room(&plan->sink);
}

static void read_packets(struct plan *plan)
{
    struct plan_dsp *dsp = &plan->dsp;
    bool open = dsp->open;
    /* It stops at the end of the point: what follows is read in the next turn, once that end was told. */
    for (int i = 0; i < PACKETS_A_TURN && listens(plan) && dsp->open == open; i++) {
        if (dsp_worker_receive(&dsp->worker, &dsp->packet) <= 0)
            return;
        if (!dsp->open || !take_step(plan, &dsp->packet))
            take_fact(plan, &dsp->packet);
    }
}

/* ---- its time-outs */
/* Gone, or another one in its place. */
static bool node_is_gone(const struct plan *plan)
{
    struct qda_sys *sys = plan->ctx.sys;
    const struct qda_stat *before = &plan->dsp.node;
    struct qda_stat now;
    if (!plan->dsp.node_seen)
        return false;
    if (sys->ops->stat(sys, plan->node.path, &now) < 0)
        return true;
    return now.ino != before->ino || now.rdev_major != before->rdev_major || now.rdev_minor != before->rdev_minor;
}

static void kill_at(struct plan_dsp *dsp, enum plan_dsp_death death, uint64_t when)
{
    dsp->death = death;
    dsp->kill_ns = when;
}

static void watch_point(struct plan *plan, uint64_t now)
{
    struct plan_dsp *dsp = &plan->dsp;
    uint64_t budget = plan->points[plan->at].budget_ns;
    if (!listens(plan))
        dsp->heard_ns = now;
    if (dsp->kill_ns == 0 && now - dsp->heard_ns > LOOK_NS && now - dsp->looked_ns > LOOK_NS) {
        dsp->looked_ns = now;
        if (node_is_gone(plan))
            kill_at(dsp, DSP_NODE_GONE, now + PLAN_DSP_NODE_NS);
    }
    if (dsp->kill_ns == 0 && now - dsp->heard_ns > budget && now - dsp->heard_ns - budget > dsp->grace_ns)
        kill_at(dsp, DSP_HUNG, now);
    if (dsp->kill_ns != 0 && now >= dsp->kill_ns)
        dsp_worker_kill(&dsp->worker);
}

bool plan_dsp_serve(struct plan *plan, bool readable)
{
    struct plan_dsp *dsp = &plan->dsp;
    uint32_t pid = (uint32_t)dsp->worker.pid;
    int status;
    if (!dsp_worker_lives(&dsp->worker))
        return false;
    bool was_open = dsp->open;
    if (readable)
        read_packets(plan);
    if (dsp->open)
        watch_point(plan, clock_now_ns());
    if (dsp_worker_reap(&dsp->worker, &status)) {
        if (dsp->open)
            plan_dsp_obituary(plan, pid, status);
        else if (status != 0)
            fprintf(stderr, "qda-agent: the worker did not end in good order (status 0x%x)\n", (unsigned)status);
        dsp_facts_worker_gone(&dsp->facts, pid);
        dsp->open = false;
    }
    return was_open && !dsp->open;
}

void plan_dsp_cancel(struct plan *plan)
{
    struct plan_dsp *dsp = &plan->dsp;
    if (dsp->kill_ns != 0)
        return; /* it is on its way out already */
    dsp_worker_send(&dsp->worker, WORKER_CANCEL, NULL, 0);
    kill_at(dsp, DSP_CANCELLED, clock_now_ns() + PLAN_DSP_CANCEL_NS);
}

void plan_dsp_end(struct plan *plan)
{
    dsp_window_reset(&plan->dsp.window);
    dsp_worker_end(&plan->dsp.worker);
}

int plan_dsp_fd(const struct plan *plan)
{
    return listens(plan) ? plan->dsp.worker.sock : -1;
}

uint64_t plan_dsp_deadline(const struct plan *plan, uint64_t now)
{
    const struct plan_dsp *dsp = &plan->dsp;
    uint64_t deadline = dsp_worker_deadline(&dsp->worker, now);
    return dsp->open && deadline > now + TICK_NS ? now + TICK_NS : deadline;
}
