/* SPDX-License-Identifier: MIT */
#ifndef QDA_RUN_DSP_IMPL_H
#define QDA_RUN_DSP_IMPL_H

#include "run/dsp.h"

/* Shared by the files dsp*.c; families do not include this. */
struct qda_dsp {
    struct qda_dsp_setup setup;
    bool has_shell;
    struct qda_shell shell;
    struct qda_rpc *rpc; /* NULL: no session */
    uint32_t skel;       /* handle of our skel in it; 0: not open */
    uint32_t repeat;     /* that the session was opened for */
    uint64_t point;      /* index + 1 of the point that asked last */
    bool dead;           /* a call failed: the next point gets another session */
    struct qda_dsp_fact fact;
};

#endif
