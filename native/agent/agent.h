/* SPDX-License-Identifier: MIT */
#ifndef QDA_AGENT_H
#define QDA_AGENT_H

#include "agent/blocks.h"
#include "agent/clock.h"
#include "agent/conn.h"
#include "agent/door.h"
#include "agent/events.h"
#include "agent/options.h"
#include "agent/plan.h"
#include "agent/request.h"

/*
 * The agent: one thread, one poll loop, everything in fixed memory. Started with a token on its standard input, it serves one
 * connection at a time on an abstract unix socket, and ends when nobody came for a while.
 */
#define AGENT_SCRATCH_BYTES (128u * 1024)
#define AGENT_MAX_NODES 8
#define AGENT_HEARTBEAT_NS (5 * SECOND_NS)

enum agent_exit { EXIT_OK = 0, EXIT_COULD_NOT = 2, EXIT_USAGE = 3, EXIT_BAD_TOKENS = 4 };

struct agent {
    struct agent_options options;
    struct qda_sys *sys;
    char session[33]; /* changes with each start */
    int stop_fd;      /* readable after SIGTERM or SIGINT */
    bool stopping;    /* end as soon as what was said is out */
    int exit_code;
    uint64_t idle_since_ns; /* since when nobody is connected */
    uint64_t heartbeat_at_ns;
    struct door door;
    struct conn conn;
    struct plan plan;
    struct events events;
    uint64_t log_dropped; /* lines of DSP logs that a slow host did not get, since it was last told */
    struct agent_request request;
    uint8_t scratch[AGENT_SCRATCH_BYTES]; /* the body of the reply that is being made */
};

/* main() of the agent. The return value is the exit code. */
int qda_agent_main(int argc, char **argv);
/* Runs until the agent is to end. */
void agent_loop(struct agent *agent);
/* Ends it as soon as what was said is out; the log says why. */
void agent_stop(struct agent *agent, const char *why);

/* Decodes one message and answers it. A message that is none closes the connection. */
void agent_dispatch(struct agent *agent, const uint8_t *bytes, size_t len);
/* Is the live connection's peer gone, although nobody noticed yet? */
bool agent_conn_is_dead(const struct agent *agent);
/* Takes the guest that showed the right token as the connection; what is kept is sent again after its last block. */
void agent_greet(struct agent *agent, const struct door_guest *guest);

/* ---- Answers. `message` is the nanopb struct of the body, NULL for an empty one. */
void agent_reply(struct agent *agent, uint64_t to, uint32_t tag, const pb_msgdesc_t *fields, const void *message);
void agent_done(struct agent *agent, uint64_t to);
/* A sentence with the remedy; error is -errno or 0. */
void agent_fail(struct agent *agent, uint64_t to, qdalab_FailureCode code, int error, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
/* A body that was put together in scratch: false if it did not fit (a failure was sent then). */
bool agent_reply_put(struct agent *agent, uint64_t to, uint32_t tag, const struct qda_put *put);
void agent_log(struct agent *agent, qdalab_LogLevel level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A line of a DSP's log (plan_log_fn, arg is the agent). Lost where nobody is connected or the host is slow; the latter is counted. */
void agent_dsp_log(void *arg, const char *source, int level, const char *text);

/* ---- Requests, one file each. */
typedef void (*agent_handler)(struct agent *agent, const struct agent_request *request);
void on_get_identity(struct agent *agent, const struct agent_request *request);
void on_get_checks(struct agent *agent, const struct agent_request *request);
void on_get_environment(struct agent *agent, const struct agent_request *request);
void on_get_memory(struct agent *agent, const struct agent_request *request);
void on_start_events(struct agent *agent, const struct agent_request *request);
void on_stop_events(struct agent *agent, const struct agent_request *request);
void on_start_plan(struct agent *agent, const struct agent_request *request);
void on_cancel(struct agent *agent, const struct agent_request *request);
void on_ack(struct agent *agent, const struct agent_request *request);
void on_ping(struct agent *agent, const struct agent_request *request);
void on_shutdown(struct agent *agent, const struct agent_request *request);

#endif
