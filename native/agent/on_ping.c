/* SPDX-License-Identifier: MIT */
#include "agent/agent.h"

void on_ping(struct agent *agent, const struct agent_request *request)
{
    agent_done(agent, request->message.id);
}
