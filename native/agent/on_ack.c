/* SPDX-License-Identifier: MIT */
#include "agent/agent.h"

/* No reply: it comes once a block. */
void on_ack(struct agent *agent, const struct agent_request *request)
{
    blocks_ack(&agent->plan.blocks, request->message.request.ack.block);
}
