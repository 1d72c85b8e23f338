/* SPDX-License-Identifier: MIT */
#include "agent/agent.h"
#include "agent/facts.h"

static int take_reading(void *arg, const struct qda_reading *reading)
{
    put_reading(arg, qdalab_Environment_readings_tag, reading);
    return 0;
}

void on_get_environment(struct agent *agent, const struct agent_request *request)
{
    struct qda_put put = qda_put_into(agent->scratch, sizeof(agent->scratch));
    qda_probe_environment(agent->sys, take_reading, &put);
    agent_reply_put(agent, request->message.id, qdalab_FromAgent_environment_tag, &put);
}
