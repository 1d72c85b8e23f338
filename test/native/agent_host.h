/* SPDX-License-Identifier: MIT */
#ifndef QDA_TEST_AGENT_HOST_H
#define QDA_TEST_AGENT_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "wire/frame.h"
#include "wire/gen/qda_lab.pb.h"

/*
 * The host's side of the wire, for tests: starts an agent, connects, sends requests, receives frames. Everything that waits
 * gives up after HOST_PATIENCE_MS, which means "hung".
 */
#define HOST_PATIENCE_MS 60000
#define HOST_TOKEN "token-of-the-tests-0123456789"

struct host_frame {
    uint64_t seq;
    uint64_t reply_to;
    uint32_t tag; /* of the body */
    const uint8_t *body;
    size_t len;
};

struct agent_process {
    pid_t pid;
    char name[108]; /* where it listens */
};

struct host {
    int fd;
    uint64_t last_id;
    uint64_t last_seq;
    struct qda_frame_reader reader;
    uint8_t *buf;
};

/* Of a test that has the agent in itself: qda_agent_main. */
extern int (*agent_main)(int argc, char **argv);
/* Starts the program argv, or (argv[0] NULL) forks and calls agent_main with argv + 1; gives it the token and reads its line. */
bool agent_spawn(struct agent_process *agent, const char *const *argv, const char *token);
/* Exit code of the agent, waiting for its end; -1 if a signal ended it or it hangs (it is killed then). */
int agent_wait(struct agent_process *agent);
/* SIGTERM, then agent_wait. */
int agent_end(struct agent_process *agent);

bool host_connect(struct host *host, const struct agent_process *agent);
void host_close(struct host *host);
bool host_send_bytes(struct host *host, const void *bytes, size_t len);
/* Gives the message the next id, which is returned; 0 if it could not be sent. */
uint64_t host_send(struct host *host, qdalab_ToAgent *message);
uint64_t host_ask(struct host *host, pb_size_t which);
uint64_t host_hello(struct host *host, const char *token, const char *build_id, uint64_t resume_after);
/* Starts a plan of `count` points. */
uint64_t host_plan(struct host *host, const char *dsp, const qdalab_PlanPoint *points, size_t count);
/* The same on the cdsp, with what the user named of the board's files. */
struct host_paths {
    const char *shell, *dsp_files; /* NULL: not named */
};
uint64_t host_plan_with(struct host *host, const struct host_paths *paths, const qdalab_PlanPoint *points, size_t count);
bool host_ack(struct host *host, uint64_t block);
/* The next frame. False: the agent closed the connection. Checks that seq counts 1, 2, 3. */
bool host_next(struct host *host, struct host_frame *frame);
/* The next frame with that body, others are skipped. */
bool host_await(struct host *host, uint32_t tag, struct host_frame *frame);
/* Connects, says hello with the right token, takes the welcome. */
bool host_open(struct host *host, const struct agent_process *agent, uint64_t resume_after, struct host_frame *welcome);
/* Is the connection closed by the agent, after whatever still came? */
bool host_is_closed(struct host *host);

/* Fields of an encoded message: the n-th (from 0) of that number. */
bool field_find(const uint8_t *message, size_t len, uint32_t number, unsigned n, struct host_frame *out);
uint64_t field_uint(const struct host_frame *message, uint32_t number); /* 0 if absent */
const char *field_text(const struct host_frame *message, uint32_t number); /* "" if absent; valid until the next call but three */
unsigned field_count(const struct host_frame *message, uint32_t number);
/* The n-th nested message. */
bool field_message(const struct host_frame *message, uint32_t number, unsigned n, struct host_frame *out);

#endif
