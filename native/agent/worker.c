/* SPDX-License-Identifier: MIT */
#include "agent/worker.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

#include "agent/agent.h"
#include "agent/helper_args.h"
#include "agent/served.h"
#include "agent/worker_say.h"
#include "fastrpc/fastrpc.h"
#include "run/dsp.h"
#include "wire/build_id.h"

#define SLICE_NS 10000000u

struct worker {
    struct qda_sys *sys;
    struct worker_hello hello;
    struct qda_node node; /* its driver watched */
    struct qda_run_ctx ctx;
    const char *helper_args[AGENT_HELPER_ARGS];
    struct qda_point point;
    struct qda_point_result result;
    void *state;
};

/*
 * It ends with its agent, even in the middle of a call; the terminal's signals are the agent's business. False: the agent is
 * gone already.
 */
static bool tie_to_agent(void)
{
    qda_rpc_signals_stay_off();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    struct pollfd agent = {.fd = WORKER_FD};
    return poll(&agent, 1, 0) == 0 || !(agent.revents & (POLLHUP | POLLERR | POLLNVAL));
}

static int could_not(const char *what, const char *why)
{
    fprintf(stderr, "qda-agent: worker: %s: %s\n", what, why);
    return EXIT_COULD_NOT;
}

/* A family that gives up without saying why would be taken for a pass. */
static void complete(struct worker *worker, int err)
{
    struct qda_point_result *result = &worker->result;
    if (err >= 0 || result->status != QDA_ST_PASS)
        return;
    result->status = QDA_ST_ERROR;
    result->error = err;
    if (result->reason[0] == '\0')
        snprintf(result->reason, sizeof(result->reason), "The benchmark could not go on: %s.", strerror(-err));
}

/* Steps until it is done; between them, what is told and what the agent wants. */
static void run_steps(struct worker *worker, const struct qda_run_ops *ops)
{
    int more;
    do {
        more = ops->step(&worker->ctx, worker->state, &worker->result);
        complete(worker, more);
        worker_sink_flush(worker->sys, true);
        qda_dsp_tell_changes(worker->ctx.dsp);
        if (more > 0 && worker_is_cancelled()) {
            worker->result.status = QDA_ST_CANCELLED;
            more = 0;
        }
    } while (more > 0);
}

static void run_point(struct worker *worker)
{
    const struct qda_run_ops *ops = qda_run_find(worker->point.benchmark);
    worker->result = (struct qda_point_result){.status = QDA_ST_PASS};
    worker->state = NULL;
    int err = ops->start(&worker->ctx, &worker->point, &worker->result, &worker->state);
    qda_dsp_watch_tell(); /* what it mapped is known when the point begins, however short it is */
    worker_say(WORKER_STARTED, NULL, 0);
    complete(worker, err);
    if (err == 0 && worker->result.status == QDA_ST_PASS)
        run_steps(worker, ops);
    ops->stop(&worker->ctx, worker->state);
    worker_sink_flush(worker->sys, false);
    qda_dsp_tell_changes(worker->ctx.dsp);
    qda_dsp_watch_tell();
    worker_say_done(&worker->result);
    worker_forget_cancel();
}

static void serve(struct worker *worker)
{
    uint32_t kind;
    while ((kind = worker_listen(&worker->point, sizeof(worker->point))) != 0) {
        if (kind == WORKER_POINT)
            run_point(worker);
    }
}

/* The driver's table of the agent's choice, with the bookkeeping in front of it. 0 or -errno. */
static int watch(struct worker *worker)
{
    int err = -ENODEV;
    struct qda_dsp_watcher watcher = worker_watcher();
    const struct qda_driver *real = qda_driver_for((enum qda_generation)worker->hello.generation);
    worker->node = worker->hello.node;
    worker->node.driver = real ? qda_dsp_watch_start(worker->sys, real, &watcher, &err) : NULL;
    return worker->node.driver ? 0 : err;
}

static struct qda_dsp *new_dsp(struct worker *worker)
{
    struct qda_dsp_setup setup = {
        .sys = worker->sys,
        .node = &worker->node,
        .shell_path = worker->hello.shell_path[0] ? worker->hello.shell_path : NULL,
        .folder = worker->hello.dsp_files[0] ? worker->hello.dsp_files : NULL,
        .signed_pd = worker->hello.signed_pd,
        .build_id = QDA_BUILD_ID,
    };
    setup.file_count = agent_served(&setup.files);
    worker_tell_into(&setup);
    return qda_dsp_new(&setup);
}

int worker_main(struct qda_sys *sys, const struct agent_options *options)
{
    static struct worker worker;
    worker.sys = sys;
    if (!tie_to_agent() || worker_listen(&worker.hello, sizeof(worker.hello)) != WORKER_HELLO)
        return EXIT_OK; /* the agent thought better of it */
    int err = watch(&worker);
    if (err < 0)
        return could_not("watching the driver", strerror(-err));
    agent_helper_args(worker.helper_args, worker.node.dsp, options);
    worker.ctx = (struct qda_run_ctx){
        .sys = sys,
        .dsp = new_dsp(&worker),
        .node = &worker.node,
        .self_exe = "/proc/self/exe",
        .helper_args = worker.helper_args,
        .sink = worker_sink(),
        .slice_ns = SLICE_NS,
    };
    if (!worker.ctx.dsp)
        return could_not("session", strerror(ENOMEM));
    serve(&worker);
    qda_dsp_free(worker.ctx.dsp);
    qda_dsp_watch_stop();
    return EXIT_OK;
}
