/* SPDX-License-Identifier: MIT */
#ifndef QDA_RUN_HANDOFF_H
#define QDA_RUN_HANDOFF_H

#include <stdint.h>

/*
 * What mem.handoff and its helper process say to each other over a SOCK_SEQPACKET pair, one struct a packet. Both are
 * the same program, so plain structs travel. The helper answers each ask once, after it has let go of the buffer.
 */
#define QDA_HANDOFF_SOCK 3 /* the helper's end */

enum qda_handoff_what { QDA_HANDOFF_HELLO = 1, QDA_HANDOFF_BUFFER = 2 };

struct qda_handoff_ask {
    uint32_t what;
    uint32_t seq;
    char node[64];  /* HELLO: accel node to open */
    uint64_t size;  /* BUFFER, with the dma-buf: bytes */
    uint64_t seed;  /* of the pattern */
    uint64_t k;     /* its iteration */
    uint32_t whole; /* compare all of it, after the times are taken */
};

struct qda_handoff_answer {
    uint32_t seq;
    int32_t error;  /* -errno of `call`, else 0 */
    char call[32];
    uint64_t received_ns; /* CLOCK_MONOTONIC_RAW, one clock for all processes */
    uint64_t imported_ns;
    uint64_t read_ns;
    uint64_t nonce; /* first word of the buffer */
    uint64_t ino;   /* of the descriptor that came */
    uint64_t wrong; /* words that differ */
};

#endif
