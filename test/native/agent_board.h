/* SPDX-License-Identifier: MIT */
#ifndef QDA_TEST_AGENT_BOARD_H
#define QDA_TEST_AGENT_BOARD_H

#include "run/run.h"

/*
 * What lies under the agent in its own tests: a seam with clocks only, one node "cdsp" of v1 and one that is refused, probes
 * with a fixed answer, and benchmarks made to be told apart:
 *   test.count   `samples` samples in each of max(count, 1) series; sample i of series s is i * 4 + s
 *   test.skip    start() says skip
 *   test.gone    gives 10 samples, then the node is gone (ENODEV)
 *   test.endless one sample a step until it is cancelled
 */
#define BOARD_NODE_VARIABLE "QDA_TEST_NODE" /* environment: path of a file that stands for the node; it goes as the node goes */

/*
 * Those that need the DSP (agent_board_dsp.c), of which there is none: they say what a session would, through the same hooks.
 *   dsp.count    test.count in the worker
 *   dsp.endless  one sample a step; a session, a mapping of it, a heap that grows; ends when cancelled
 *   dsp.hang     10 samples, a session with two mappings, then a call of handle 0x99, method 2 that never comes back
 *   dsp.crash    10 samples, then it aborts
 *   dsp.gone     as test.gone
 *   dsp.log      `count` lines of the log, the last of level error; one sample
 *   dsp.proof    8 counters with the longest names, a proof whose buffer (inode 77, 8192 bytes) is traced where the point
 *                verifies; one sample
 */
#define BOARD_TRACED_INO 77u
#define BOARD_TRACED_BYTES 8192u
#define BOARD_TRACED_ADDRESS UINT64_C(0x3fe000000)

#define BOARD_HOLDERS 20000u /* holder facts of the proc tier */
#define BOARD_EVENTS 1000u   /* trace events, given once the trace is open */

/* Steps of the local ones, for those that do the same in the worker. */
int board_start_counter(struct qda_run_ctx *ctx, const struct qda_point *point, struct qda_point_result *result, void **state);
int board_step_count(struct qda_run_ctx *ctx, void *state, struct qda_point_result *result);
int board_step_endless(struct qda_run_ctx *ctx, void *state, struct qda_point_result *result);
int board_step_gone(struct qda_run_ctx *ctx, void *state, struct qda_point_result *result);
void board_stop(struct qda_run_ctx *ctx, void *state);
extern const struct qda_run_ops board_dsp_count, board_dsp_endless, board_dsp_hang, board_dsp_crash, board_dsp_gone, board_dsp_log,
    board_dsp_proof;
extern const struct qda_driver board_driver;

#endif
