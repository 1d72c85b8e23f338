/* SPDX-License-Identifier: MIT */
#include "agent/agent.h"

/* With no plan running there is nothing to stop, which is what was asked for. */
void on_cancel(struct agent *agent, const struct agent_request *request)
{
    plan_cancel(&agent->plan, "Cancelled from the computer that started the run.");
    agent_done(agent, request->message.id);
}
