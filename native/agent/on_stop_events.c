/* SPDX-License-Identifier: MIT */
#include "agent/agent.h"

void on_stop_events(struct agent *agent, const struct agent_request *request)
{
    events_stop(&agent->events);
    agent_done(agent, request->message.id);
}
