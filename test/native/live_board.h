/* SPDX-License-Identifier: MIT */
#ifndef QDA_TEST_LIVE_BOARD_H
#define QDA_TEST_LIVE_BOARD_H

#include "sys/sys.h"

/*
 * A virtual board of a test's own: the vqda program of the same build tree, which ends with the test. What it holds is
 * asked through its control door.
 */
struct live_board {
    struct qda_sys *sys;
    int pid;
    int out;         /* its standard output */
    int ctl;         /* control door */
    char name[48];   /* "run-1234-1" */
    char vqda[96];   /* abstract name of the clients' door */
};

/* What the board holds. */
struct live_status {
    uint64_t objects, dmabufs, files;
    uint64_t kept_objects, kept_bytes; /* in the ledger of all quirks */
    uint64_t bank_references;
    uint64_t iova_used;
    uint64_t dsp_sessions; /* emulators that run */
};

/* `args` after --board NAME --parent-death, NULL-terminated, at most 8. False: a sentence was printed. */
bool live_board_start(struct live_board *board, const char *const *args);
bool live_board_status(struct live_board *board, struct live_status *out);
/* Waits until the board holds what its ledger says and no files, dma-bufs and DSP processes; false if it does not come to that. */
bool live_board_settles(struct live_board *board, struct live_status *out);
/* kind: FaultKind of the schema. */
bool live_board_fault(struct live_board *board, int kind);
bool live_board_clear_faults(struct live_board *board);
/* Starts one workload of the kind; NULL: stops all of them. */
bool live_board_workload(struct live_board *board, const char *kind);
bool live_board_unplug(struct live_board *board, const char *dsp);
void live_board_stop(struct live_board *board);

#endif
