/* SPDX-License-Identifier: MIT */
#ifndef QDA_RUN_MEM_HANDOFF_DSP_H
#define QDA_RUN_MEM_HANDOFF_DSP_H

#include "run/run.h"

/* The variants of mem.handoff that go through the DSP; what mem_handoff.c registers calls these. */
extern const struct qda_run_ops qda_mem_handoff_dsp;

#endif
