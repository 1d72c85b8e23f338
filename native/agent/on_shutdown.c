/* SPDX-License-Identifier: MIT */
#include "agent/agent.h"

void on_shutdown(struct agent *agent, const struct agent_request *request)
{
    plan_cancel(&agent->plan, "The computer that started the run ended its agent.");
    agent_done(agent, request->message.id);
    agent_stop(agent, "its host told it to");
}
