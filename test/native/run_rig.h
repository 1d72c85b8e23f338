/* SPDX-License-Identifier: MIT */
#ifndef QDA_TEST_RUN_RIG_H
#define QDA_TEST_RUN_RIG_H

#include "fake_board.h"
#include "run/run.h"

/* One point run on a fake board, with a sink that counts. */
struct rig {
    struct fake_board *board;
    struct qda_run_ctx ctx;
    struct qda_point point;
    struct qda_point_result result;
    const struct qda_run_ops *ops;
    void *state;
    int started;
    unsigned steps, declared;
    char names[QDA_MAX_SERIES][16];
    uint64_t taken[QDA_MAX_SERIES];
    uint64_t last[QDA_MAX_SERIES]; /* newest sample, ns */
    uint64_t sink_room;            /* samples that still fit; UINT64_MAX: no end */
};

/* A board and a point of `benchmark`: 64 KiB, 20 samples, 3 warm-ups, checks on. */
struct rig *rig_new(const char *benchmark);
void rig_start(struct rig *rig);
/* One step, as its result; stops by itself after very many. */
int rig_step(struct rig *rig);
/* start, all steps, stop. */
void rig_run(struct rig *rig);
void rig_stop(struct rig *rig);
/* Checks that the board holds nothing, frees it and the rig. */
void rig_free(struct rig *rig);
/* Buffers in the ledger of the agent's own. */
unsigned rig_ledger(void);

#endif
