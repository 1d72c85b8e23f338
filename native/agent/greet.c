/* SPDX-License-Identifier: MIT */
#include <poll.h>

#include "agent/agent.h"
#include "wire/build_id.h"
#include "wire/text.h"

#define DEAD_NS (5 * SECOND_NS)

/* The live connection's peer hung up, or has not taken a byte of what waits for it for a while. */
bool agent_conn_is_dead(const struct agent *agent)
{
    const struct conn *conn = &agent->conn;
    struct pollfd fd = {.fd = conn->fd, .events = 0};
    if (poll(&fd, 1, 0) > 0 && (fd.revents & (POLLHUP | POLLERR)))
        return true;
    return conn->stuck_since_ns != 0 && clock_now_ns() - conn->stuck_since_ns > DEAD_NS;
}

static void welcome(struct agent *agent, uint64_t id)
{
    struct plan *plan = &agent->plan;
    uint64_t oldest = blocks_oldest(&plan->blocks);
    bool kept = plan_running(plan) || oldest != 0;
    qdalab_Welcome message = {
        .agent_version = qda_text(QDA_VERSION),
        .build_id = qda_text(QDA_BUILD_ID),
        .protocol = 1,
        .session = qda_text(agent->session),
        .simulated = agent->sys->simulated,
        .running_plan = qda_text(kept ? plan->run_id : ""),
        .last_block = plan->blocks.last,
        .dropped_blocks = plan->blocks.dropped,
        .oldest_block = oldest,
    };
    agent_reply(agent, id, qdalab_FromAgent_welcome_tag, qdalab_Welcome_fields, &message);
}

void agent_greet(struct agent *agent, const struct door_guest *guest)
{
    struct blocks *blocks = &agent->plan.blocks;
    conn_open(&agent->conn, guest->fd, guest->reader.buf + guest->reader.start, guest->reader.have);
    /* A number from some other plan must not hide this one's blocks. */
    blocks_rewind(blocks, guest->resume_after <= blocks->last ? guest->resume_after : 0);
    plan_attended(&agent->plan, true);
    agent->heartbeat_at_ns = clock_now_ns() + AGENT_HEARTBEAT_NS;
    welcome(agent, guest->hello_id);
}
