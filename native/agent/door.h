/* SPDX-License-Identifier: MIT */
#ifndef QDA_AGENT_DOOR_H
#define QDA_AGENT_DOOR_H

#include <stdbool.h>

#include "agent/options.h"
#include "wire/frame.h"

/*
 * Who may come in: a peer of our own uid, root, or the one that is allowed, whose first frame is a Hello with the token and the right build. One guest at
 * a time is being looked at; it has a few seconds.
 */
#define DOOR_TOKEN_MIN 16
#define DOOR_TOKEN_MAX 127
#define DOOR_GUEST_BYTES 1024
#define DOOR_BAD_TOKENS 16

struct door_guest {
    int fd; /* -1: none */
    uint64_t deadline_ns;
    uint64_t hello_id;
    uint64_t resume_after;
    struct qda_frame_reader reader;
    uint8_t buf[DOOR_GUEST_BYTES];
};

struct door {
    int listen_fd;
    char name[AGENT_NAME_LEN];
    char token[DOOR_TOKEN_MAX + 1];
    uint32_t allow_uid; /* AGENT_NOBODY: only our own user and root */
    unsigned bad_tokens;
    unsigned refused; /* connections of other users */
    uint32_t refused_uid; /* the last of them */
    struct door_guest guest;
};

/* Reads the token, one line, from `fd`; waits for it at most `timeout_ms`. 0, or -errno with a sentence in why. */
int door_read_token(struct door *door, int fd, int timeout_ms, char why[200]);
/* Listens on "qda-lab/<uid>/<board>/agent-<random>". 0 or -errno. */
int door_listen(struct door *door, const char *board, const char *random);
void door_close(struct door *door);
/* Takes one waiting connection as the guest. False: it was refused, and counted. */
bool door_accept(struct door *door);

enum door_verdict {
    DOOR_WAIT,     /* the hello is not all there */
    DOOR_WELCOME,  /* token and build are right; the socket now belongs to the caller */
    DOOR_GONE,     /* sent away, or went */
};
/* Reads what the guest sent. */
enum door_verdict door_look(struct door *door);
/* Tells the guest why not, and closes. */
void door_send_away(struct door *door, int code, const char *sentence);

#endif
