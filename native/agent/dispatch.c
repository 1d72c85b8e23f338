/* SPDX-License-Identifier: MIT */
#include <errno.h>

#include "agent/agent.h"

static const agent_handler handlers[] = {
    [qdalab_ToAgent_get_identity_tag] = on_get_identity,
    [qdalab_ToAgent_get_checks_tag] = on_get_checks,
    [qdalab_ToAgent_get_environment_tag] = on_get_environment,
    [qdalab_ToAgent_get_memory_tag] = on_get_memory,
    [qdalab_ToAgent_start_events_tag] = on_start_events,
    [qdalab_ToAgent_stop_events_tag] = on_stop_events,
    [qdalab_ToAgent_start_plan_tag] = on_start_plan,
    [qdalab_ToAgent_cancel_tag] = on_cancel,
    [qdalab_ToAgent_ack_tag] = on_ack,
    [qdalab_ToAgent_ping_tag] = on_ping,
    [qdalab_ToAgent_shutdown_tag] = on_shutdown,
};

static agent_handler handler_of(pb_size_t which)
{
    return which < sizeof(handlers) / sizeof(handlers[0]) ? handlers[which] : NULL;
}

static void refuse_garbage(struct agent *agent, const char *why)
{
    agent_fail(agent, 0, qdalab_FailureCode_FAILURE_BAD_FRAME, -EBADMSG,
               "A frame is no request (%s); the stream cannot be trusted any more. Connect again.", why);
    conn_flush(&agent->conn);
    conn_close(&agent->conn);
}

void agent_dispatch(struct agent *agent, const uint8_t *bytes, size_t len)
{
    struct agent_request *request = &agent->request;
    const char *why = "";
    int err = agent_request_decode(request, bytes, len, &why);
    uint64_t id = request->message.id;
    agent_handler handler = handler_of(request->message.which_request);
    if (err == -EBADMSG) {
        refuse_garbage(agent, why);
    } else if (err == -E2BIG) {
        agent_fail(agent, id, qdalab_FailureCode_FAILURE_LIMIT, err,
                   "The request is over a limit (%s): a plan holds at most %u points, names are short.", why, PLAN_MAX_POINTS);
    } else if (id == 0) {
        agent_fail(agent, 0, qdalab_FailureCode_FAILURE_BAD_REQUEST, -EINVAL, "A request has the id 0; ids begin at 1.");
    } else if (!handler) {
        agent_fail(agent, id, qdalab_FailureCode_FAILURE_BAD_REQUEST, -ENOSYS,
                   "This agent does not know the request (field %u). Hello comes once, first; anything newer needs a newer agent.",
                   (unsigned)request->message.which_request);
    } else {
        handler(agent, request);
    }
}
