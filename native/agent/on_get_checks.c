/* SPDX-License-Identifier: MIT */
#include "agent/agent.h"
#include "agent/facts.h"
#include "wire/text.h"

static int take_check(void *arg, const struct qda_check *check)
{
    qdalab_Check message = {
        .name = qda_text(check->name),
        .state = (qdalab_CheckState)check->state,
        .read = qda_text(check->read),
        .why = qda_text(check->why),
        .remedy = qda_text(check->remedy),
        .fatal = check->fatal,
    };
    qda_put_message(arg, qdalab_Checks_checks_tag, qdalab_Check_fields, &message);
    return 0;
}

void on_get_checks(struct agent *agent, const struct agent_request *request)
{
    struct qda_node found[AGENT_MAX_NODES];
    struct qda_probe_node nodes[AGENT_MAX_NODES];
    int count = qda_find_nodes(agent->sys, agent->options.generation, found, AGENT_MAX_NODES);
    count = count < 0 ? 0 : count < AGENT_MAX_NODES ? count : AGENT_MAX_NODES; /* the check itself says why there is none */
    for (int i = 0; i < count; i++)
        nodes[i] = (struct qda_probe_node){
            .path = found[i].path,
            .dsp = found[i].dsp,
            .generation = found[i].driver ? found[i].driver->name : "",
            .proof = found[i].proof,
            .error = found[i].error,
        };
    struct qda_put put = qda_put_into(agent->scratch, sizeof(agent->scratch));
    qda_probe_checks(agent->sys, nodes, (size_t)count, take_check, &put);
    agent_reply_put(agent, request->message.id, qdalab_FromAgent_checks_tag, &put);
}
