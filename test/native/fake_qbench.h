/* SPDX-License-Identifier: MIT */
#ifndef QDA_TEST_FAKE_QBENCH_H
#define QDA_TEST_FAKE_QBENCH_H

#include "dsp/qbench.h"
#include "fake_dsp.h"

/*
 * Our skel, played on the host behind a fake_dsp: obeys, unless it is told to spoil something. Its timer moves 12 ticks (625 ns)
 * between two stamps.
 */
struct fake_qbench_spoil {
    bool wrong_sum;      /* one too high */
    bool loses_words;    /* what it writes lacks its last word */
    bool not_all;        /* says that it worked on less */
    bool mute;           /* answers no doorbell */
    bool spills;         /* stress: changes the word behind the range too */
    bool clock_back;     /* its timer goes back in a call */
    unsigned fails_at;   /* the so-manyth call (from 1) and all after it answer ... */
    int failure;         /* ... this */
};
struct fake_qbench {
    struct fake_qbench_spoil spoil;
    unsigned calls, by_method[QBENCH_METHODS];
    uint32_t flags; /* of all calls with a qbench_work, or-ed */
    uint64_t ticks;
    char build_id[64];
};
/* One for the program; cleared by fake_qbench_on, which makes it the DSP's dynamic handles. */
extern struct fake_qbench fake_qbench;
void fake_qbench_on(struct fake_dsp *dsp);

#endif
