/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "agent/agent.h"
#include "agent/sockname.h"

static void append(char *out, size_t cap, const char *text)
{
    size_t len = strlen(out);
    snprintf(out + len, cap - len, "%s%.63s", len > 0 ? ", " : "", text);
}

/* Whole plan or nothing: a name that is wrong in the last point is told before the first one runs. */
static bool benchmarks_are_known(struct agent *agent, const struct agent_request *request)
{
    char known[400] = "";
    for (size_t i = 0; i < request->point_count; i++) {
        if (qda_run_find(request->points[i].benchmark))
            continue;
        for (size_t k = 0; qda_runs[k]; k++)
            append(known, sizeof(known), qda_runs[k]->id);
        agent_fail(agent, request->message.id, qdalab_FailureCode_FAILURE_UNKNOWN_BENCHMARK, -ENOENT,
                   "There is no benchmark '%s'; this agent knows %s.", request->points[i].benchmark, known);
        return false;
    }
    return true;
}

static bool points_are_sound(struct agent *agent, const struct agent_request *request)
{
    const qdalab_StartPlan *plan = &request->message.request.start_plan;
    if (request->point_count == 0 || plan->run_id[0] == '\0' || plan->dsp[0] == '\0') {
        agent_fail(agent, request->message.id, qdalab_FailureCode_FAILURE_BAD_REQUEST, -EINVAL,
                   "A plan needs a run id, the name of a DSP and at least one point.");
        return false;
    }
    for (size_t i = 0; i < request->point_count; i++) {
        if ((unsigned)request->points[i].source < QDA_SRC_COUNT)
            continue;
        agent_fail(agent, request->message.id, qdalab_FailureCode_FAILURE_BAD_REQUEST, -EINVAL,
                   "Point %u names a source (%u) that this agent does not know.", (unsigned)request->points[i].index,
                   (unsigned)request->points[i].source);
        return false;
    }
    return true;
}

static void fail_no_node(struct agent *agent, uint64_t id, const char *dsp, const char *found)
{
    agent_fail(agent, id, qdalab_FailureCode_FAILURE_NO_NODE, -ENODEV,
               "No accel or FastRPC node of the DSP '%s' was found (there are: %s). Is the driver loaded and the DSP started?", dsp,
               found[0] ? found : "none");
}

/* The first node of the wanted DSP whose generation is proven (a DSP may have several); else the failure is told. */
static bool choose_node(struct agent *agent, const struct agent_request *request, struct qda_node *out)
{
    const char *dsp = request->message.request.start_plan.dsp;
    struct qda_node nodes[AGENT_MAX_NODES];
    const struct qda_node *refused = NULL;
    char found[200] = "";
    int count = qda_find_nodes(agent->sys, agent->options.generation, nodes, AGENT_MAX_NODES);
    for (int i = 0; i < count && i < AGENT_MAX_NODES; i++) {
        append(found, sizeof(found), nodes[i].dsp[0] ? nodes[i].dsp : nodes[i].path);
        if (strcmp(nodes[i].dsp, dsp) != 0)
            continue;
        *out = nodes[i];
        if (nodes[i].driver)
            return true;
        if (!refused)
            refused = &nodes[i];
    }
    if (refused)
        agent_fail(agent, request->message.id, qdalab_FailureCode_FAILURE_NO_NODE, refused->error,
                   "%s (%s) cannot be used: %s", refused->path, dsp, refused->proof);
    else
        fail_no_node(agent, request->message.id, dsp, found);
    return false;
}

/* One run a board at a time, over all agents of this user: whoever listens on the name measures. */
static int take_lock(struct agent *agent, uint64_t id)
{
    char name[AGENT_NAME_LEN];
    snprintf(name, sizeof(name), "qda-lab/%u/%s/measuring", (unsigned)getuid(), agent->options.board);
    int fd = sockname_listen(name);
    if (fd >= 0)
        return fd;
    if (fd != -EADDRINUSE) {
        agent_fail(agent, id, qdalab_FailureCode_FAILURE_UNAVAILABLE, fd, "The measuring lock '%s' cannot be made: %s.", name,
                   strerror(-fd));
        return fd;
    }
    int holder = sockname_listener(name);
    char who[32] = "another agent";
    if (holder > 0)
        snprintf(who, sizeof(who), "process %d", holder);
    agent_fail(agent, id, qdalab_FailureCode_FAILURE_BUSY, fd,
               "A run is being measured on the board '%s' by %s; two at once would measure each other. Try again when it is done.",
               agent->options.board, who);
    return fd;
}

void on_start_plan(struct agent *agent, const struct agent_request *request)
{
    uint64_t id = request->message.id;
    struct qda_node node;
    if (plan_running(&agent->plan)) {
        agent_fail(agent, id, qdalab_FailureCode_FAILURE_BUSY, -EBUSY,
                   "This agent already runs the plan '%s'. Cancel it or wait for its end.", agent->plan.run_id);
        return;
    }
    if (!points_are_sound(agent, request) || !benchmarks_are_known(agent, request) || !choose_node(agent, request, &node))
        return;
    int lock = take_lock(agent, id);
    if (lock < 0)
        return;
    plan_start(&agent->plan, request, &node, lock);
    agent_done(agent, id);
}
