/* SPDX-License-Identifier: MIT */
#include "agent/agent.h"

void on_start_events(struct agent *agent, const struct agent_request *request)
{
    struct qda_tier_status status = {0};
    int err = events_start(&agent->events, agent->sys, &status);
    if (err < 0)
        agent_fail(agent, request->message.id, qdalab_FailureCode_FAILURE_UNAVAILABLE, err,
                   "Trace events cannot be had: %s", status.reason);
    else
        agent_done(agent, request->message.id);
}
