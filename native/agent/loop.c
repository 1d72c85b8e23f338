/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <poll.h>
#include <string.h>

#include "agent/agent.h"
#include "agent/log.h"
#include "agent/self.h"

/* What the loop waits for; a descriptor of -1 is ignored by poll. */
enum { POLL_STOP, POLL_LISTEN, POLL_GUEST, POLL_CONN, POLL_TRACE, POLL_WORKER, POLL_COUNT };

#define WORKER_TURN_MS 10

static void want(struct pollfd *slot, int fd, short events)
{
    *slot = (struct pollfd){.fd = fd, .events = events};
}

static bool host_is_slow(const struct agent *agent)
{
    return conn_pending(&agent->conn) > CONN_OUT_BYTES / 2;
}

static void fill_poll(struct agent *agent, struct pollfd *fds)
{
    const struct conn *conn = &agent->conn;
    /* Requests of a host that does not take its answers can wait. */
    short events = (short)((host_is_slow(agent) ? 0 : POLLIN) | (conn_pending(conn) > 0 ? POLLOUT : 0));
    bool guest = agent->door.guest.fd >= 0;
    want(&fds[POLL_STOP], agent->stop_fd, POLLIN);
    want(&fds[POLL_LISTEN], guest ? -1 : agent->door.listen_fd, POLLIN);
    want(&fds[POLL_GUEST], agent->door.guest.fd, POLLIN);
    want(&fds[POLL_CONN], conn->fd, events);
    want(&fds[POLL_TRACE], events_fd(&agent->events), POLLIN);
    want(&fds[POLL_WORKER], plan_dsp_fd(&agent->plan), POLLIN);
}

static uint64_t idle_deadline(const struct agent *agent)
{
    bool results = blocks_oldest(&agent->plan.blocks) != 0;
    uint64_t stay = agent->options.idle_ns;
    if (results && agent->options.keep_ns > stay)
        stay = agent->options.keep_ns;
    return agent->idle_since_ns + stay;
}

static bool is_idle(const struct agent *agent)
{
    return !conn_live(&agent->conn) && agent->door.guest.fd < 0 && !plan_running(&agent->plan);
}

static void sooner(uint64_t *deadline, uint64_t other)
{
    if (other < *deadline)
        *deadline = other;
}

/* When the loop must act although nothing comes. */
static uint64_t next_deadline(const struct agent *agent, uint64_t now)
{
    uint64_t deadline = plan_dsp_deadline(&agent->plan, now);
    if (plan_ready(&agent->plan))
        return now;
    if (conn_live(&agent->conn) && !host_is_slow(agent))
        sooner(&deadline, agent->heartbeat_at_ns);
    if (agent->door.guest.fd >= 0)
        sooner(&deadline, agent->door.guest.deadline_ns);
    if (agent->events.trace && agent->events.rest_until_ns > now)
        sooner(&deadline, agent->events.rest_until_ns);
    if (is_idle(agent))
        sooner(&deadline, idle_deadline(agent));
    return deadline;
}

static int timeout_ms(const struct agent *agent)
{
    uint64_t now = clock_now_ns();
    uint64_t deadline = next_deadline(agent, now);
    if (deadline == UINT64_MAX)
        return -1;
    return deadline <= now ? 0 : (int)((deadline - now + MS_NS - 1) / MS_NS);
}

static void heartbeat(struct agent *agent)
{
    struct qda_sys *sys = agent->sys;
    qdalab_Heartbeat beat = {
        .now_ns = sys->ops->now_ns(sys),
        .utc_ns = sys->ops->utc_ns(sys),
        .rss_bytes = self_rss_bytes(),
    };
    agent_reply(agent, 0, qdalab_FromAgent_heartbeat_tag, qdalab_Heartbeat_fields, &beat);
    agent->heartbeat_at_ns = clock_now_ns() + AGENT_HEARTBEAT_NS;
}

/* Moves blocks into the queue of the connection as long as there is room. */
static void queue_blocks(struct agent *agent)
{
    struct blocks *blocks = &agent->plan.blocks;
    const struct block *block;
    while (conn_live(&agent->conn) && (block = blocks_peek(blocks)) != NULL && conn_has_room(&agent->conn, block->len)) {
        struct qda_body body = {block->tag, (const uint8_t *)(block + 1), block->len};
        conn_send(&agent->conn, 0, &body);
        blocks_advance(blocks);
    }
}

/* Sends blocks as long as the socket takes them. */
static void pump(struct agent *agent)
{
    do {
        queue_blocks(agent);
        conn_flush(&agent->conn);
    } while (conn_live(&agent->conn) && conn_pending(&agent->conn) == 0 && blocks_peek(&agent->plan.blocks));
}

static void refuse_frame(struct agent *agent, int err)
{
    agent_fail(agent, 0, qdalab_FailureCode_FAILURE_BAD_FRAME, err,
               "A frame has an impossible length (1 to %u bytes are allowed); the stream cannot be trusted any more. Connect again.",
               QDA_FRAME_MAX);
    conn_flush(&agent->conn);
    conn_close(&agent->conn);
}

/* Every whole frame that is there, in order. */
static void take_frames(struct agent *agent)
{
    struct conn *conn = &agent->conn;
    const uint8_t *message;
    size_t len;
    int framed = 0;
    while (conn_live(conn) && !agent->stopping && (framed = qda_frame_next(&conn->reader, &message, &len)) == 1)
        agent_dispatch(agent, message, len);
    if (framed < 0 && conn_live(conn))
        refuse_frame(agent, framed);
}

static void serve_conn(struct agent *agent, short revents)
{
    struct conn *conn = &agent->conn;
    if (revents & POLLOUT)
        conn_flush(conn);
    if (conn_live(conn) && (revents & (POLLIN | POLLHUP | POLLERR)) && conn_fill(conn))
        take_frames(agent);
}

static void admit(struct agent *agent)
{
    struct door *door = &agent->door;
    if (conn_live(&agent->conn) && !agent_conn_is_dead(agent)) {
        door_send_away(door, qdalab_FailureCode_FAILURE_BUSY,
                       "Another connection to this agent is live. Close it, or start an agent of your own.");
        return;
    }
    events_stop(&agent->events);
    conn_close(&agent->conn);
    agent_greet(agent, &door->guest);
    door->guest.fd = -1;
    take_frames(agent);
}

void agent_stop(struct agent *agent, const char *why)
{
    if (!agent->stopping)
        log_say("ends: %s", why);
    agent->stopping = true;
}

/* A flood is told at its 1st, 2nd, 4th, 8th ... */
static bool is_told(unsigned count)
{
    return (count & (count - 1)) == 0;
}

static void tell_refused(struct agent *agent, unsigned count, const char *what)
{
    if (!is_told(count))
        return;
    log_say("refused (%u so far): %s", count, what);
    if (conn_live(&agent->conn))
        agent_log(agent, qdalab_LogLevel_LOG_WARN, "%s It was refused; %u so far.", what, count);
}

static void serve_listener(struct agent *agent)
{
    struct door *door = &agent->door;
    char what[80];
    if (door_accept(door))
        return;
    snprintf(what, sizeof(what), "User %u of the board connected to this agent.", (unsigned)door->refused_uid);
    tell_refused(agent, door->refused, what);
}

static void serve_guest(struct agent *agent, short revents)
{
    struct door *door = &agent->door;
    unsigned bad = door->bad_tokens;
    if (revents && door_look(door) == DOOR_WELCOME)
        admit(agent);
    if (door->bad_tokens > bad)
        tell_refused(agent, door->bad_tokens, "Somebody connected to this agent with a wrong token.");
    if (door->guest.fd >= 0 && clock_now_ns() >= door->guest.deadline_ns)
        door_send_away(door, qdalab_FailureCode_FAILURE_BAD_FRAME, "No hello came within five seconds.");
    if (door->bad_tokens >= DOOR_BAD_TOKENS) {
        fprintf(stderr, "qda-agent: %u wrong tokens were shown; ending\n", door->bad_tokens);
        agent_stop(agent, "too many wrong tokens");
        agent->exit_code = EXIT_BAD_TOKENS;
    }
}

static void serve_trace(struct agent *agent)
{
    int err = events_read(&agent->events);
    if (err < 0)
        agent_log(agent, qdalab_LogLevel_LOG_WARN, "The trace ended: %s. Start events again.", strerror(-err));
}

/* What follows from a connection that went, be it in the very turn in which it came. */
static void note_absence(struct agent *agent)
{
    if (conn_live(&agent->conn) || !agent->plan.sink.attended)
        return;
    events_stop(&agent->events);
    plan_attended(&agent->plan, false);
    agent->idle_since_ns = clock_now_ns();
}

static void step_plan(struct agent *agent, bool worker_spoke)
{
    struct plan *plan = &agent->plan;
    bool ran = plan_running(plan);
    plan_serve(plan, worker_spoke);
    if (plan_ready(plan))
        plan_step(plan);
    if (ran && !plan_running(plan))
        agent->idle_since_ns = clock_now_ns();
}

static void turn(struct agent *agent, const struct pollfd *fds)
{
    if (fds[POLL_STOP].revents)
        agent_stop(agent, "a signal told it to");
    if (fds[POLL_CONN].revents)
        serve_conn(agent, fds[POLL_CONN].revents);
    if (agent->door.guest.fd >= 0)
        serve_guest(agent, fds[POLL_GUEST].revents);
    if (fds[POLL_LISTEN].revents && agent->door.guest.fd < 0)
        serve_listener(agent);
    if (fds[POLL_TRACE].revents && agent->events.trace)
        serve_trace(agent);
    note_absence(agent);
    step_plan(agent, fds[POLL_WORKER].revents != 0);
    if (conn_live(&agent->conn) && clock_now_ns() >= agent->heartbeat_at_ns && !host_is_slow(agent))
        heartbeat(agent);
    pump(agent);
    note_absence(agent);
    if (is_idle(agent) && clock_now_ns() >= idle_deadline(agent))
        agent_stop(agent, "nobody was connected for as long as it waits");
    log_keep_short((char *)agent->scratch);
}

/* A point in the worker, and the worker itself, take a moment: no longer than what they are given before they are killed. */
static void end_plan(struct agent *agent)
{
    struct plan *plan = &agent->plan;
    plan_cancel(plan, "The agent was told to end.");
    plan_attended(plan, false); /* acknowledgements are not read any more: what has no room now is counted */
    while (plan_running(plan)) {
        struct pollfd worker;
        want(&worker, plan_dsp_fd(plan), POLLIN);
        bool spoke = poll(&worker, 1, WORKER_TURN_MS) > 0;
        step_plan(agent, spoke);
        pump(agent);
    }
}

/* The host gets what was said, the board what was taken. */
static void finish(struct agent *agent)
{
    end_plan(agent);
    events_stop(&agent->events);
    do {
        pump(agent);
        conn_drain(&agent->conn);
    } while (conn_live(&agent->conn) && blocks_peek(&agent->plan.blocks));
    conn_close(&agent->conn);
    door_close(&agent->door);
}

void agent_loop(struct agent *agent)
{
    struct pollfd fds[POLL_COUNT];
    while (!agent->stopping) {
        fill_poll(agent, fds);
        int ready = poll(fds, POLL_COUNT, timeout_ms(agent));
        if (ready < 0 && errno != EINTR) {
            fprintf(stderr, "qda-agent: poll: %s\n", strerror(errno));
            agent->exit_code = EXIT_COULD_NOT;
            break;
        }
        if (ready < 0)
            memset(fds, 0, sizeof(fds));
        turn(agent, fds);
    }
    finish(agent);
}
