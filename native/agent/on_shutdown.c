/* SPDX-License-Identifier: MIT */
#include "agent/agent.h"

void on_shutdown(struct agent *agent, const struct agent_request *request)
{
    plan_cancel(&agent->plan, "The host told the agent to end.");
    agent_done(agent, request->message.id);
    agent_stop(agent, "its host told it to");
}
