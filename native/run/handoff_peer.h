/* SPDX-License-Identifier: MIT */
#ifndef QDA_RUN_HANDOFF_PEER_H
#define QDA_RUN_HANDOFF_PEER_H

#include "run/base.h"
#include "run/handoff.h"

/* The helper process of mem.handoff as its benchmark sees it: this very program, executed again, and a socket to it. */
struct qda_peer {
    int sock; /* -1: none */
    int pid;  /* 0: none */
    bool waiting; /* for the answer to `ask` */
    uint64_t sent_ns; /* right before the ask was sent */
    struct qda_handoff_ask ask;
    struct qda_handoff_answer answer; /* to the last ask */
};
#define QDA_PEER_NONE ((struct qda_peer){.sock = -1})

int qda_peer_start(struct qda_run *run, struct qda_peer *peer);
/* Sends an ask, with `fd` unless that is -1; numbers, size and seed are filled in here. */
int qda_peer_ask(struct qda_run *run, struct qda_peer *peer, enum qda_handoff_what what, int fd);
/* Waits at most a slice; QDA_PENDING: not there yet, call again. The peer is given up when it needs very long. */
int qda_peer_wait(struct qda_run *run, struct qda_peer *peer);
/* Says goodbye, waits for its end, kills it when that takes long. Then it holds nothing of the board. */
void qda_peer_end(struct qda_run *run, struct qda_peer *peer);

#endif
