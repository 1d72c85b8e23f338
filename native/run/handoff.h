/* SPDX-License-Identifier: MIT */
#ifndef QDA_RUN_HANDOFF_H
#define QDA_RUN_HANDOFF_H

#include <stdint.h>

/*
 * What mem.handoff and its helper process say to each other over a SOCK_SEQPACKET pair, one struct a packet. Both are
 * the same program, so plain structs travel. The helper answers each ask once, after it has let go of the buffer; one
 * that it is to take or keep it lets go when it is asked to, or at its end.
 */
#define QDA_HANDOFF_SOCK 3 /* the helper's end */

enum qda_handoff_what {
    QDA_HANDOFF_HELLO = 1,
    QDA_HANDOFF_BUFFER = 2, /* import, map, read, let go */
    QDA_HANDOFF_PATH = 3,   /* import and let go; never mapped */
    QDA_HANDOFF_TAKE = 4,   /* import; handle and descriptor stay open until LET_GO */
    QDA_HANDOFF_KEEP = 5,   /* import; the handle stays open, for all times that the buffer comes */
    QDA_HANDOFF_LET_GO = 6, /* of what was taken */
};

struct qda_handoff_ask {
    uint32_t what;
    uint32_t seq;
    char node[64];  /* HELLO: accel node to open; "": none, TAKE and KEEP then import nothing */
    uint64_t size;  /* with a dma-buf: bytes */
    uint64_t seed;  /* of the pattern */
    uint64_t k;     /* its iteration */
    uint32_t whole; /* BUFFER: compare all of it, after the times are taken */
    uint32_t check; /* PATH, TAKE, KEEP: say the inode of what was imported, while the clock is stopped */
};

struct qda_handoff_answer {
    uint32_t seq;
    int32_t error;  /* -errno of `call`, else 0 */
    char call[32];
    uint64_t received_ns; /* CLOCK_MONOTONIC_RAW, one clock for all processes */
    uint64_t imported_ns;
    uint64_t checked_ns;  /* TAKE, KEEP: the check is over */
    uint64_t read_ns;     /* BUFFER */
    uint64_t release_ns;  /* PATH: the check is over, the release begins; LET_GO: it begins */
    uint64_t detached_ns; /* LET_GO: the import is closed */
    uint64_t released_ns; /* PATH: the import and the descriptor are closed */
    uint64_t nonce; /* first word of the buffer */
    uint64_t ino;   /* BUFFER, and without an import: of the descriptor that came; else of the import, exported again */
    uint64_t wrong; /* words that differ */
};

#endif
