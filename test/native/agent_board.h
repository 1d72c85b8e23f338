/* SPDX-License-Identifier: MIT */
#ifndef QDA_TEST_AGENT_BOARD_H
#define QDA_TEST_AGENT_BOARD_H

/*
 * What lies under the agent in its own tests: a seam with clocks only, one node "cdsp" of v1 and one that is refused, probes
 * with a fixed answer, and benchmarks made to be told apart:
 *   test.count   `samples` samples in each of max(count, 1) series; sample i of series s is i * 4 + s
 *   test.skip    start() says skip
 *   test.gone    gives 10 samples, then the node is gone (ENODEV)
 *   test.endless one sample a step until it is cancelled
 */
#define BOARD_HOLDERS 20000u /* holder facts of the proc tier */
#define BOARD_EVENTS 1000u   /* trace events, given once the trace is open */

#endif
